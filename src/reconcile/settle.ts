import { backoffMs } from "../core/backoff.ts";
import { AppError } from "../core/errors.ts";
import {
  type Note,
  TargetConflict,
  TargetDependency,
  TargetError,
  TargetMisconfigured,
  TargetNotFound,
  TargetOutcomeUnknown,
  TargetPending,
  TargetRejected,
  TargetThrottled,
  TargetUnavailable,
} from "./target.ts";

/** The five states an entity can be in; there is no sixth (safety.md I4). */
export type SyncState = "inSync" | "due" | "waiting" | "held" | "parked";

/** How one run over one entity ended. */
export type RunEnd =
  | { readonly kind: "inSync"; readonly notes: readonly Note[] }
  | { readonly kind: "again" }
  | { readonly kind: "waiting"; readonly on: readonly string[]; readonly reason: string }
  | { readonly kind: "held"; readonly reason: string; readonly remedy: string }
  | { readonly kind: "failed"; readonly error: unknown };

export interface Settlement {
  readonly state: SyncState;
  /** Milliseconds until the next look; undefined when only a change or an operator brings it back. */
  readonly nextMs: number | undefined;
  readonly attempts: number;
  readonly reason?: string;
  readonly remedy?: string;
  readonly waitingOn?: readonly string[];
  readonly answer?: string;
  readonly notes?: readonly Note[];
  /** The remembered observation can no longer be trusted: read before the next plan. */
  readonly observeFirst: boolean;
  /** The whole target rests this long, for every process. */
  readonly pauseAll?: { readonly ms: number; readonly reason: string };
}

/** What waits for another entity is woken by it; this only guards against a wake-up that never comes. */
const WAIT_GUARD_MS = 30_000;
/** Dependencies the target reports settle soon or never: after this many tries a person has to look. */
const MAX_DEPENDENCY_TRIES = 20;
/** A bug of ours throws every time: then it is parked, and the others go on. */
const MAX_BUG_TRIES = 8;

/** The only retry table. `random` is in [0, 1). */
export function settle(end: RunEnd, attempts: number, random: number): Settlement {
  const steady = { attempts: 0, observeFirst: false } as const;
  switch (end.kind) {
    case "inSync":
      return { ...steady, state: "inSync", nextMs: undefined, ...(end.notes.length > 0 ? { notes: end.notes } : {}) };
    case "again":
      return { ...steady, state: "due", nextMs: 0 };
    case "waiting":
      return { state: "waiting", attempts, observeFirst: false, nextMs: WAIT_GUARD_MS, reason: end.reason, waitingOn: end.on };
    case "held":
      return { ...steady, state: "held", nextMs: undefined, reason: end.reason, remedy: end.remedy };
    case "failed":
      return failed(end.error, attempts, random);
  }
}

function failed(error: unknown, attempts: number, random: number): Settlement {
  const tried = attempts + 1;
  const told = {
    reason: error instanceof AppError ? error.message : "unexpected error, see the log",
    observeFirst: false,
    ...(error instanceof TargetError && error.remedy ? { remedy: error.remedy } : {}),
    ...(error instanceof TargetError ? { answer: error.answer } : {}),
  };
  const stated = error instanceof AppError && error.retry.kind === "after" ? error.retry.ms : 0;

  if (error instanceof TargetThrottled) return { ...told, state: "due", attempts, nextMs: stated };
  if (error instanceof TargetUnavailable) return { ...told, state: "due", attempts: tried, nextMs: backoffMs(attempts, random) };
  if (error instanceof TargetOutcomeUnknown)
    return { ...told, state: "due", attempts: tried, nextMs: backoffMs(attempts, random), observeFirst: true };
  if (error instanceof TargetNotFound)
    return { ...told, state: "due", attempts: tried, nextMs: attempts === 0 ? 0 : backoffMs(attempts, random), observeFirst: true };
  if (error instanceof TargetMisconfigured) {
    const waits = { ...told, state: "due", attempts, nextMs: stated } as const;
    return error.scope === "all" ? { ...waits, pauseAll: { ms: stated, reason: error.message } } : { ...waits, state: "waiting" };
  }
  if (error instanceof TargetPending) return { ...told, state: "waiting", attempts: 0, nextMs: stated };
  if (error instanceof TargetDependency) {
    if (tried >= MAX_DEPENDENCY_TRIES) return { ...told, state: "parked", attempts: tried, nextMs: undefined };
    return { ...told, state: "waiting", attempts: tried, nextMs: Math.max(stated, backoffMs(attempts, random)), observeFirst: true };
  }
  if (error instanceof TargetConflict || error instanceof TargetRejected)
    return { ...told, state: "parked", attempts: tried, nextMs: undefined };
  if (tried >= MAX_BUG_TRIES) return { ...told, state: "parked", attempts: tried, nextMs: undefined };
  return { ...told, state: "due", attempts: tried, nextMs: backoffMs(attempts, random), observeFirst: true };
}
