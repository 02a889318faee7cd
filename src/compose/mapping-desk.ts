import { readFileSync } from "node:fs";
import type { MappingDesk } from "../api/mapping.ts";
import { CannotStart } from "../core/errors.ts";
import { compileMapping } from "../mapping/compile.ts";
import { DEFAULT_MAPPING } from "../mapping/file/default-mapping.ts";
import { outlineOf } from "../mapping/file/outline.ts";
import { type FileProblem, MappingInvalid } from "../mapping/file/problem.ts";
import { previewPerson } from "../reconcile/compare/preview.ts";
import { tryMapping } from "../reconcile/desired/mapping-trial.ts";
import type { SyncOperations } from "../reconcile/status.ts";
import { TARGET } from "../targets/target-name.ts";
import type { AppContext, SyncComponents } from "./components.ts";
import { knownNames } from "./mapping-names.ts";

/** The mapping for those who look at it: the file as it is now, also while it has a mistake. `looks` compiles it anew when it has changed. */
export function mappingDesk(app: AppContext, looks: () => SyncComponents, { items }: Pick<SyncOperations, "items">): MappingDesk {
  const file = app.config.mappingFile ?? null;
  /** Undefined while one of the files of rules cannot be used. */
  const usable = (): SyncComponents | undefined => {
    try {
      return looks();
    } catch (error) {
      if (!(error instanceof CannotStart)) throw error;
      return undefined;
    }
  };

  return {
    async view() {
      const read = readMapping(file);
      const components = usable();
      const known = await components?.store.rules();
      // What the version in force is compared with: below another root the same file counts as another one.
      const version = read.version === null ? null : (components?.mapping.version ?? read.version);
      return { file, ...read, version, inForce: known?.inForce.mapping ?? null };
    },

    async trial(count) {
      const components = usable();
      if (!components) return undefined;
      async function* ids() {
        yield (await items({ kind: "user", count })).items.map(({ ref }) => ref.id);
      }
      return tryMapping({ mapping: components.mapping, store: components.store, ids: ids() });
    },

    async explain(id) {
      const components = usable();
      return components && { preview: await previewPerson({ ...app, ...components }, id) };
    },
  };
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
    // How it cannot be read is all that is known of it.
    const why = (error as NodeJS.ErrnoException).code ?? "unknown error";
    return { ...NOTHING, text: "", problems: [{ line: 1, column: 1, path: "", message: `the file cannot be read (${why})` }] };
  }
  try {
    const { version, settings } = compileMapping(text, knownNames(TARGET));
    return { text, version, problems: [], settings, ...outlineOf(text) };
  } catch (error) {
    if (!(error instanceof MappingInvalid)) throw error;
    return { ...NOTHING, text, problems: error.problems };
  }
}
