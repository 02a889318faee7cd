import type { Clock } from "../core/clock.ts";
import { uuidv7 } from "../core/id.ts";
import type { HistoryEvent } from "../history/event.ts";

/** What a `reasonCode` looks like, as items tell it. */
export const REASON_CODE = /^[a-zA-Z]{1,60}$/;

/** The operator: over HTTP in a request of a source, or an operating-system user at the command line. */
export type Operator = Pick<HistoryEvent, "actor" | "requestId" | "sourceId">;

/** What an operator asked for, wherever they did. */
export function operatorEvent(
  code: HistoryEvent["code"] & `operator.${string}`,
  operator: Operator,
  { clock, target }: { readonly clock: Clock; readonly target: string },
  detail?: HistoryEvent["detail"],
): HistoryEvent {
  const at = clock.now();
  return { id: uuidv7(at.getTime()), at, code, ...operator, causes: [], target, ...(detail ? { detail } : {}) };
}
