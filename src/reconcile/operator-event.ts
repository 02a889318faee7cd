import type { Clock } from "../core/clock.ts";
import { uuidv7 } from "../core/id.ts";
import type { HistoryEvent } from "../history/event.ts";

/** The form of a `reasonCode`. */
export const REASON_CODE = /^[a-zA-Z]{1,60}$/;

/**
 * Who gave the order: a client over HTTP with a request of a source, or an operating-system user at the
 * command line.
 */
export type Operator = Pick<HistoryEvent, "actor" | "requestId" | "sourceId">;

/** The event of an operator's order, for the API and the command line. */
export function operatorEvent(
  code: HistoryEvent["code"] & `operator.${string}`,
  operator: Operator,
  { clock, target }: { readonly clock: Clock; readonly target: string },
  detail?: HistoryEvent["detail"],
): HistoryEvent {
  const at = clock.now();
  return {
    id: uuidv7(at.getTime()),
    at,
    code,
    ...operator,
    causes: [],
    target,
    ...(detail ? { detail } : {}),
  };
}
