import type { Outcome } from "../../../history/event.ts";
import {
  TargetError,
  TargetLeaseEnded,
  TargetOutcomeUnknown,
  TargetThrottled,
  TargetUnavailable,
} from "../../target-failures.ts";

/** The outcome of a failed write. Pure. */
export function outcomeOfError(error: unknown, signal: AbortSignal): Outcome {
  if (error instanceof TargetLeaseEnded) return error.begun ? "unknown" : "notSent";
  if (error instanceof TargetOutcomeUnknown || signal.aborted) return "unknown";
  if (error instanceof TargetThrottled || error instanceof TargetUnavailable) return "notSent";
  return error instanceof TargetError ? "refused" : "unknown";
}
