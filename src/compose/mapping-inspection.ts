import { readFileSync } from "node:fs";
import type { MappingInspection } from "../api/mapping/mapping.ts";
import type { ReplayMapping } from "../api/mapping/replay.ts";
import { CannotStart, Unavailable } from "../core/errors.ts";
import { createKeyedLock } from "../core/keyed-lock.ts";
import type { EventLog } from "../history/event-log.ts";
import { recentChanges } from "../history/recent-changes.ts";
import { compileMapping } from "../mapping/compile.ts";
import { DEFAULT_MAPPING } from "../mapping/file/default-mapping.ts";
import { outlineOf } from "../mapping/file/outline.ts";
import { type FileProblem, MappingInvalid } from "../mapping/file/problem.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { previewPerson } from "../reconcile/compare/preview.ts";
import type { SyncOperations } from "../reconcile/status.ts";
import { replayMapping } from "../reconcile/trial/mapping-replay.ts";
import { tryMapping } from "../reconcile/trial/mapping-trial.ts";
import { TARGET } from "../targets/target-name.ts";
import type { AppContext, SyncComponents } from "./components.ts";
import { knownNames } from "./mapping-names.ts";

/** Number of people in one step of a trial of another mapping. */
const SLICE = 20;
/** Maximum time of a replay. The built-in mapping takes half a second for the maximum number of people. */
const REPLAY_MS = 5_000;
/** With more, waiting takes too long. */
const MAX_WAITING = 4;

interface MappingSources extends Pick<SyncOperations, "items"> {
  readonly history: Pick<EventLog, "list">;
}

/** The mapping for viewers: the present file, valid or not. `looks` compiles it again after a change. */
export function mappingInspection(
  app: AppContext,
  looks: () => SyncComponents,
  { items, history }: MappingSources,
): MappingInspection {
  const file = app.config.mappingFile ?? null;
  /** Undefined while a file of rules is invalid. */
  const usable = (): SyncComponents | undefined => {
    try {
      return looks();
    } catch (error) {
      if (!(error instanceof CannotStart)) throw error;
      return undefined;
    }
  };

  const firstPeople = async (count: number) =>
    (await items({ kind: "user", count })).items.map(({ ref }) => ref.id);

  return {
    async view() {
      const read = readMapping(file);
      const components = usable();
      const known = await components?.store.rules();
      // The version to compare with the one in force. Below another root the same file has another version.
      const version = read.version === null ? null : (components?.mapping.version ?? read.version);
      return { file, ...read, version, inForce: known?.inForce.mapping ?? null };
    },

    async trial(count) {
      const components = usable();
      if (!components) return undefined;
      return tryMapping({
        mapping: components.mapping,
        store: components.store,
        ids: slicesOf(await firstPeople(count)),
      });
    },

    async explain(id) {
      const components = usable();
      return components && { preview: await previewPerson({ ...app, ...components }, id) };
    },

    replay: oneAtATime(async (text, { on, count }) => {
      const other = compiled(text);
      if ("problems" in other) return { kind: "invalid", problems: other.problems };
      const components = usable();
      if (!components) return { kind: "unusable" };
      const changes = on === "changes" ? await recentChanges(history, count) : [];
      const people = on === "changes" ? changes.map(({ person }) => person) : await firstPeople(count);
      const endMs = app.clock.monotonicMs() + REPLAY_MS;
      const replay = await replayMapping({
        present: components.mapping,
        other: other.mapping,
        store: components.store,
        ids: slicesOf(people),
        isOver: () => app.clock.monotonicMs() > endMs,
      });
      return { kind: "replayed", version: other.mapping.version, replay, changes };
    }),
  };
}

async function* slicesOf(ids: readonly string[]): AsyncIterable<readonly string[]> {
  for (let at = 0; at < ids.length; at += SLICE) yield ids.slice(at, at + SLICE);
}

/** One at a time, because each uses the processor for a while. */
function oneAtATime(replay: ReplayMapping): ReplayMapping {
  const inTurn = createKeyedLock();
  let waiting = 0;
  return async (text, tried) => {
    if (waiting >= MAX_WAITING) throw new Unavailable("other mappings are being tried");
    waiting += 1;
    try {
      return await inTurn("replay", () => replay(text, tried));
    } finally {
      waiting -= 1;
    }
  };
}

type Compiled = { readonly mapping: Mapping } | { readonly problems: readonly FileProblem[] };

function compiled(text: string): Compiled {
  try {
    return { mapping: compileMapping(text, knownNames(TARGET)) };
  } catch (error) {
    if (!(error instanceof MappingInvalid)) throw error;
    return { problems: error.problems };
  }
}

interface ReadMapping {
  readonly text: string;
  readonly version: string | null;
  readonly problems: readonly FileProblem[];
  readonly settings: object | null;
  readonly rules: readonly object[];
  readonly groups: readonly object[];
}

const NOTHING = { version: null, settings: null, rules: [], groups: [] } as const;

function readMapping(file: string | null): ReadMapping {
  let text = DEFAULT_MAPPING;
  try {
    if (file !== null) text = readFileSync(file, "utf8");
  } catch (error) {
    // Only the reason why it is unreadable is known.
    const why = (error as NodeJS.ErrnoException).code ?? "unknown error";
    return {
      ...NOTHING,
      text: "",
      problems: [{ line: 1, column: 1, path: "", message: `the file cannot be read (${why})` }],
    };
  }
  const made = compiled(text);
  if ("problems" in made) return { ...NOTHING, text, problems: made.problems };
  const { version, settings } = made.mapping;
  return { text, version, problems: [], settings, ...outlineOf(text) };
}
