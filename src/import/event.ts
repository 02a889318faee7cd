import type { JsonObject } from "../core/entity.ts";
import { uuidv7 } from "../core/id.ts";
import type { RequestContext } from "../directory/context.ts";
import type { HistoryEvent } from "../history/event.ts";
import type { ImportResult } from "./run.ts";

/** The input of an import: a person's file, or a report. Has no personal values. */
export type Origin = JsonObject & { readonly complete: boolean };

/**
 * The event of an import. All its changes have the same request id. For a refused import it has the reason.
 */
export function importEvent(
  context: RequestContext,
  at: Date,
  origin: Origin,
  result: ImportResult,
): HistoryEvent {
  return {
    id: uuidv7(at.getTime()),
    at,
    code: result.kind === "done" ? "people.imported" : "people.importRefused",
    ...context,
    causes: [],
    detail: { ...origin, ...(result.kind === "done" ? countsOf(result) : refusalOf(result)) },
  };
}

function countsOf({
  people,
  unchanged,
  departments,
  problems,
}: ImportResult & { readonly kind: "done" }): JsonObject {
  const count = (action: string): number => people.filter((change) => change.action === action).length;
  return {
    created: count("create"),
    changed: count("change"),
    activated: count("activate"),
    deactivated: count("deactivate"),
    unchanged,
    departments: departments.length,
    notTaken: problems.length,
  };
}

const refusalOf = ({ file, reason }: ImportResult & { readonly kind: "refused" }): JsonObject => ({
  wrongRows: file.problems.length,
  ...(reason ? { activeInFile: reason.inFile, active: reason.active } : {}),
});
