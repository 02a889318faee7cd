import type { Request, Response } from "express";
import type { RecentChange } from "../../history/recent-changes.ts";
import { sendJson } from "../../http/answer.ts";
import { traceOf } from "../../http/request-context.ts";
import type { Replay } from "../../reconcile/trial/mapping-replay.ts";
import { Conflict } from "../conflict.ts";
import { maskedChanges } from "../hidden-numbers.ts";
import { type PersonalReads, shownChanges } from "../personal-reads.ts";
import { InvalidParameter } from "../query-values.ts";
import { fieldsOf } from "../requests.ts";

/** The people for a trial of another mapping: those of the last changes, or the first people by name. */
export interface Tried {
  readonly on: "changes" | "people";
  /** Number of changes or people. */
  readonly count: number;
}

export type ReplayOutcome =
  /** Problems of the other mapping, in the order of the file. */
  | { readonly kind: "invalid"; readonly problems: readonly object[] }
  /** The mapping of this installation is invalid, so there is nothing to compare with. */
  | { readonly kind: "unusable" }
  | {
      readonly kind: "replayed";
      readonly version: string;
      readonly replay: Replay;
      readonly changes: readonly RecentChange[];
    };

/** Rejects with Unavailable while too many requests wait. */
export type ReplayMapping = (text: string, tried: Tried) => Promise<ReplayOutcome>;

const DEFAULT_COUNT = 100;
const MAX_COUNT = 500;
/** Ten times the size of the built-in mapping. */
const MAX_TEXT = 65_536;

/**
 * `POST /api/mapping/replay`: applies the mapping file in the body to people of the directory. Changes
 * nothing.
 */
export function replayHandler(replay: ReplayMapping, reads: PersonalReads) {
  return async (req: Request, res: Response): Promise<void> => {
    const { text, ...tried } = replayIn(req.body);
    const outcome = await replay(text, tried);
    if (outcome.kind === "unusable") throw new Conflict("the mapping file has a mistake: correct it first");
    if (outcome.kind === "invalid")
      return sendJson(res, 200, {
        version: null,
        problems: outcome.problems,
        people: 0,
        complete: true,
        byAttribute: {},
        items: [],
        masked: false,
      });
    const { version, changes, replay: made } = outcome;
    const { people, complete, byAttribute, items } = made;
    const maySee = await reads.mayShow(
      res,
      "/api/mapping/replay",
      items.map((item) => ({ of: { kind: "user", id: item.id }, changes: item.changes })),
    );
    // On the page, numbers are shown only in the view of the person.
    const isPage = traceOf(res).session !== undefined;
    const causes = new Map(changes.map((change) => [change.person, change]));
    sendJson(res, 200, {
      ...{ version, problems: [], people, complete, byAttribute, masked: !maySee },
      items: items.map(({ id, name, explanations, changes: all }) => {
        const cause = causes.get(id);
        const shown = shownChanges(maySee, isPage ? maskedChanges(all, explanations) : all);
        return {
          id,
          name,
          changes: shown,
          ...(cause ? { cause: { event: cause.event, code: cause.code, at: cause.at } } : {}),
        };
      }),
    });
  };
}

function replayIn(body: unknown): Tried & { readonly text: string } {
  const { text, on = "changes", count = DEFAULT_COUNT, ...more } = fieldsOf(body) ?? {};
  const isCount = typeof count === "number" && Number.isInteger(count) && count >= 1 && count <= MAX_COUNT;
  if (
    typeof text === "string" &&
    text.length <= MAX_TEXT &&
    (on === "changes" || on === "people") &&
    isCount &&
    Object.keys(more).length === 0
  )
    return { text, on, count };
  throw new InvalidParameter(
    `the body must be {"text": "<a mapping file of at most ${MAX_TEXT} characters>"}, and may hold "on" ("changes" or "people") and "count" (1 to ${MAX_COUNT})`,
  );
}
