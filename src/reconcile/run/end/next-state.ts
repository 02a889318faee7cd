import { backoffMs } from "../../../core/backoff.ts";
import { AppError, Unavailable, unreachable } from "../../../core/errors.ts";
import type { LoopReason } from "../../reasons.ts";
import {
  TargetConflict,
  TargetDependency,
  TargetError,
  TargetLeaseEnded,
  TargetMisconfigured,
  TargetNotFound,
  TargetOutcomeUnknown,
  TargetPending,
  TargetProtected,
  TargetRejected,
  TargetThrottled,
  TargetUnavailable,
} from "../../target-failures.ts";
import type { Explanation, NextState, RunEnd } from "./run-end.ts";

/**
 * The first retry delay in milliseconds. All other delays are multiples of it. Tests with many faults lower
 * it.
 */
export const RETRY_BASE_MS = 1_000;
/** In multiples of the base. The other entity requeues a waiting one; this delay covers a missed requeue. */
const WAIT_GUARD = 30;
/** In multiples of the base. A missing dependency rarely appears within a second. */
const DEPENDENCY_PAUSE = 5;
/**
 * Maximum number of tries after a dependency error. Such errors end soon or never, so an operator has to act
 * after that.
 */
const MAX_DEPENDENCY_TRIES = 20;
/**
 * Maximum number of retries for a value that another managed entity has, while neither changes. A check is
 * cheap, and a rotation of values among many people takes several.
 */
export const MAX_BLOCKED_LOOKS = 100;
const DATABASE_AWAY: LoopReason = "databaseUnavailable";
const UNEXPECTED: LoopReason = "unexpectedError";
const MAX_CIRCLE_LOOKS = 5;
/**
 * Maximum number of tries after an unexpected error. Then the entity is parked, so that a bug of ours does
 * not block the others.
 */
const MAX_BUG_TRIES = 8;

/** Interval of the check whether an invitation was accepted. */
const INVITED_MS = 6 * 3_600_000;
const INVITED_LEAVER_MS = 3_600_000;

export interface RetryRules {
  /** In [0, 1): spreads retries. */
  readonly random: number;
  readonly baseMs: number;
}

/** The only retry table. `attempts`: number of consecutive failed runs before this one. */
export function nextState(end: RunEnd, attempts: number, rules: RetryRules): NextState {
  const guardMs = WAIT_GUARD * rules.baseMs;
  const steady = { attempts: 0, observeFirst: false } as const;
  switch (end.kind) {
    case "inSync":
      return {
        ...steady,
        state: "inSync",
        nextMs: undefined,
        ...(end.notes.length > 0 ? { notes: end.notes } : {}),
        ...(end.on ? { waitingOn: end.on } : {}),
        ...(end.holder ? { holder: end.holder } : {}),
      };
    case "soon":
      return {
        state: "due",
        attempts: attempts + 1,
        observeFirst: false,
        nextMs: backoffMs(attempts, rules.random, rules.baseMs),
        ...fieldsOf(end.explanation),
      };
    case "again":
      return { ...steady, state: "due", nextMs: 0 };
    case "waiting":
      return {
        state: "waiting",
        attempts: end.inCircle ? attempts + 1 : attempts,
        observeFirst: false,
        // One requeue of each is enough. If none can release its value, they must not requeue each other
        // endlessly.
        ...(end.inCircle === undefined ? {} : { inCircle: end.inCircle && attempts < MAX_CIRCLE_LOOKS }),
        nextMs: end.forMs ?? guardMs,
        reasonCode: end.reasonCode,
        reason: end.reason,
        waitingOn: end.on,
      };
    case "held":
    case "parked":
      return {
        ...steady,
        state: end.kind,
        nextMs: undefined,
        reasonCode: end.reasonCode,
        reason: end.reason,
        remedy: end.remedy,
        ...(end.on ? { waitingOn: end.on } : {}),
        ...(end.kind === "held" && end.planned ? { planned: end.planned } : {}),
      };
    case "blocked": {
      const blocked = {
        ...fieldsOf(end.explanation),
        ...(end.holder ? { holder: end.holder } : {}),
        attempts: attempts + 1,
        waitingOn: end.by,
        notes: end.notes,
        observeFirst: false,
      };
      const waits = end.holderMoves && attempts + 1 < MAX_BLOCKED_LOOKS;
      // A parked entity still names the holder, and any change of the holder requeues it.
      return waits
        ? { ...blocked, state: "waiting", nextMs: guardMs }
        : { ...blocked, state: "parked", nextMs: undefined };
    }
    case "invited":
      return {
        ...steady,
        state: "waiting",
        // Each check costs one read. A leaver who accepts has access until the next check.
        nextMs: Math.min(end.leaves ? INVITED_LEAVER_MS : INVITED_MS, end.leftMs + 60_000),
        reasonCode: end.leaves ? "invitedLeaver" : "invitationOpen",
        reason: end.leaves
          ? "invited before they were to leave, and may still accept"
          : "an invitation was sent, and the person has not accepted yet",
        remedy: end.remedy,
      };
    case "failed": {
      const settled = failed(end.error, attempts, rules);
      return end.on && settled.state === "waiting" ? { ...settled, waitingOn: end.on } : settled;
    }
    default:
      return unreachable(end);
  }
}

const fieldsOf = ({ reasonCode, reason, remedy, answer }: Explanation) => ({
  reasonCode,
  reason,
  answer,
  ...(remedy === "" ? {} : { remedy }),
});

const explanationOf = (error: unknown) => ({
  reasonCode:
    error instanceof TargetError
      ? error.reasonCode
      : error instanceof Unavailable
        ? DATABASE_AWAY
        : UNEXPECTED,
  reason: error instanceof AppError ? error.message : "unexpected error, see the log",
  observeFirst: false,
  ...(error instanceof TargetError && error.remedy ? { remedy: error.remedy } : {}),
  ...(error instanceof TargetError ? { answer: error.answer } : {}),
});

function failed(error: unknown, attempts: number, { random, baseMs }: RetryRules): NextState {
  const tried = attempts + 1;
  const explanation = explanationOf(error);
  const pauseMs = backoffMs(attempts, random, baseMs);
  const stated = error instanceof AppError && error.retry.kind === "after" ? error.retry.ms : 0;

  if (error instanceof TargetThrottled) return { ...explanation, state: "due", attempts, nextMs: stated };
  if (error instanceof TargetLeaseEnded)
    return { ...explanation, state: "due", attempts, nextMs: stated, observeFirst: true };
  if (error instanceof TargetUnavailable)
    return { ...explanation, state: "due", attempts: tried, nextMs: pauseMs };
  if (error instanceof TargetOutcomeUnknown)
    return { ...explanation, state: "due", attempts: tried, nextMs: pauseMs, observeFirst: true };
  if (error instanceof TargetNotFound)
    return {
      ...explanation,
      state: "due",
      attempts: tried,
      nextMs: attempts === 0 ? 0 : pauseMs,
      observeFirst: true,
    };
  if (error instanceof TargetMisconfigured) {
    const waits = { ...explanation, state: "due", attempts, nextMs: stated } as const;
    // The end of the pause decides the time. If the pause ends early, the entity is due immediately.
    const pause = { ms: stated, reason: error.message, reasonCode: error.reasonCode };
    if (error.scope === "process")
      return { ...waits, nextMs: baseMs, pauseHere: { ...pause, remedy: error.remedy } };
    return error.scope === "all"
      ? { ...waits, nextMs: baseMs, pauseAll: pause }
      : { ...waits, state: "waiting" };
  }
  if (error instanceof TargetPending)
    return { ...explanation, state: "waiting", attempts: 0, nextMs: stated };
  if (error instanceof TargetDependency) {
    if (tried >= (error.tries ?? MAX_DEPENDENCY_TRIES))
      return { ...explanation, state: "parked", attempts: tried, nextMs: undefined };
    return {
      ...explanation,
      state: "waiting",
      attempts: tried,
      nextMs: DEPENDENCY_PAUSE * pauseMs,
      observeFirst: true,
    };
  }
  if (error instanceof TargetProtected)
    return { ...explanation, state: "parked", attempts: 0, nextMs: stated, observeFirst: true };
  // If the error does not have the present state, the next run reads it before the plan.
  if (error instanceof TargetConflict || error instanceof TargetRejected)
    return {
      ...explanation,
      state: "parked",
      attempts: tried,
      nextMs: undefined,
      observeFirst: error.taken === undefined,
    };
  // Our own database was unavailable, so nothing was tried.
  if (error instanceof Unavailable) return { ...explanation, state: "due", attempts, nextMs: stated };
  if (tried >= MAX_BUG_TRIES) return { ...explanation, state: "parked", attempts: tried, nextMs: undefined };
  return { ...explanation, state: "due", attempts: tried, nextMs: pauseMs, observeFirst: true };
}
