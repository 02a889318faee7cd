import { backoffMs } from "../../../core/backoff.ts";
import type { EntityKind } from "../../../core/entity.ts";
import { AppError, Unavailable, unreachable } from "../../../core/errors.ts";
import type { Changes } from "../../../history/event.ts";
import type { Plan } from "../../plan.ts";
import type { LoopReason, Stuck, Waiting } from "../../reasons.ts";
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
import type { Note } from "../../target-values.ts";

/** The five states an entity can be in; there is no sixth (docs/threats.md I4). */
export type SyncState = "inSync" | "due" | "waiting" | "held" | "parked";

/** What the target said of a value it refused. */
export interface Explanation {
  readonly reasonCode: string;
  readonly answer: string;
  readonly reason: string;
  readonly remedy: string;
}

/** Who has a value: one of ours by its id, and somebody we do not manage by the remote id, where it is known. */
export interface HeldBy {
  readonly kind: EntityKind;
  readonly id?: string;
  readonly remoteId?: string;
}

/** What a plan would do, in the form in which the history tells it once it is done. */
export interface Planned {
  readonly action: Plan["action"];
  readonly changes: Changes;
}

/** How one run over one entity ended. */
export type RunEnd =
  /** `on`: those who have the values it has to do without; whatever is written of them wakes it. */
  | { readonly kind: "inSync"; readonly notes: readonly Note[]; readonly on?: readonly string[]; readonly holder?: HeldBy }
  | { readonly kind: "again" }
  | Waiting
  | (Stuck<"held"> & { readonly planned?: Planned })
  | Stuck<"parked">
  /** Something was taken a moment ago and may be free by now. */
  | { readonly kind: "soon"; readonly told: Explanation }
  /** Other entities of ours hold values at the target that this one needs. `holderMoves`: they are about to leave or to change, so the values may come free. */
  | {
      readonly kind: "blocked";
      readonly by: readonly string[];
      readonly holderMoves: boolean;
      readonly told: Explanation;
      readonly holder?: HeldBy;
      readonly notes: readonly Note[];
    }
  /** Invited and not there: they may accept for `leftMs` more. `leaves`: they are not to be there any more. */
  | { readonly kind: "invited"; readonly leaves: boolean; readonly leftMs: number; readonly remedy: string }
  /** `on`: others that the failure threw doubt on; they are looked at first. */
  | { readonly kind: "failed"; readonly error: unknown; readonly on?: readonly string[] };

export interface Pause {
  readonly ms: number;
  readonly reason: string;
  readonly reasonCode: string;
}

export interface NextState {
  readonly state: SyncState;
  /** Milliseconds until the next look; undefined when only a change or an operator brings it back. */
  readonly nextMs: number | undefined;
  readonly attempts: number;
  /** Stable name of the reason: one of LOOP_REASONS, or the adapter's. */
  readonly reasonCode?: string;
  readonly reason?: string;
  readonly remedy?: string;
  readonly waitingOn?: readonly string[];
  /** Who has the value that this one cannot have. */
  readonly holder?: HeldBy;
  /** What would be done, where a mode holds it back. */
  readonly planned?: Planned;
  readonly answer?: string;
  readonly notes?: readonly Note[];
  /** Whether those it waits for are to be looked at once more, as one of them can give way; unset when it is not known whether it waits in a circle. */
  readonly inCircle?: boolean;
  /** The remembered observation can no longer be trusted: read before the next plan. */
  readonly observeFirst: boolean;
  /** The whole target rests this long, for every process. */
  readonly pauseAll?: Pause;
  /** Only this process rests: others may carry on with the entity. */
  readonly pauseHere?: Pause & { readonly remedy: string };
}

/** What a retry waits at first; everything else is a multiple of it. Tests of many faults make it small. */
export const RETRY_BASE_MS = 1_000;
/** In bases. What waits for another entity is woken by it; this only guards against a wake-up that never comes. */
const WAIT_GUARD = 30;
/** In bases. What the target says about order is seldom settled within a second. */
const DEPENDENCY_PAUSE = 5;
/** Dependencies the target reports settle soon or never: after this many tries a person has to look. */
export const MAX_DEPENDENCY_TRIES = 20;
/** For a value that one of ours has is waited this often, without a change of either: looks are cheap, and values that go round many people take some. */
export const MAX_BLOCKED_LOOKS = 100;
const DATABASE_AWAY: LoopReason = "databaseUnavailable";
const UNEXPECTED: LoopReason = "unexpectedError";
const MAX_CIRCLE_LOOKS = 5;
/** A bug of ours throws every time: then it is parked, and the others go on. */
const MAX_BUG_TRIES = 8;

/** How often it is looked whether somebody who was invited has come. */
const INVITED_MS = 6 * 3_600_000;
const INVITED_LEAVER_MS = 3_600_000;

export interface RetryRules {
  /** In [0, 1): spreads retries. */
  readonly random: number;
  readonly baseMs: number;
}

/** The only retry table. `attempts`: runs in a row that failed before this one. */
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
        ...toldBy(end.told),
      };
    case "again":
      return { ...steady, state: "due", nextMs: 0 };
    case "waiting":
      return {
        state: "waiting",
        attempts: end.inCircle ? attempts + 1 : attempts,
        observeFirst: false,
        // Once round is enough for each; should nobody be able to give way, they must not chase each other.
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
        ...toldBy(end.told),
        ...(end.holder ? { holder: end.holder } : {}),
        attempts: attempts + 1,
        waitingOn: end.by,
        notes: end.notes,
        observeFirst: false,
      };
      const waits = end.holderMoves && attempts + 1 < MAX_BLOCKED_LOOKS;
      // Parked, it still names the holder: whatever happens to that one wakes it.
      return waits ? { ...blocked, state: "waiting", nextMs: guardMs } : { ...blocked, state: "parked", nextMs: undefined };
    }
    case "invited":
      return {
        ...steady,
        state: "waiting",
        // One read each. A leaver who accepts has access until the next one.
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

const toldBy = ({ reasonCode, reason, remedy, answer }: Explanation) => ({
  reasonCode,
  reason,
  answer,
  ...(remedy === "" ? {} : { remedy }),
});

const toldOf = (error: unknown) => ({
  reasonCode: error instanceof TargetError ? error.reasonCode : error instanceof Unavailable ? DATABASE_AWAY : UNEXPECTED,
  reason: error instanceof AppError ? error.message : "unexpected error, see the log",
  observeFirst: false,
  ...(error instanceof TargetError && error.remedy ? { remedy: error.remedy } : {}),
  ...(error instanceof TargetError ? { answer: error.answer } : {}),
});

function failed(error: unknown, attempts: number, { random, baseMs }: RetryRules): NextState {
  const tried = attempts + 1;
  const told = toldOf(error);
  const pauseMs = backoffMs(attempts, random, baseMs);
  const stated = error instanceof AppError && error.retry.kind === "after" ? error.retry.ms : 0;

  if (error instanceof TargetThrottled) return { ...told, state: "due", attempts, nextMs: stated };
  if (error instanceof TargetLeaseEnded) return { ...told, state: "due", attempts, nextMs: stated, observeFirst: true };
  if (error instanceof TargetUnavailable) return { ...told, state: "due", attempts: tried, nextMs: pauseMs };
  if (error instanceof TargetOutcomeUnknown) return { ...told, state: "due", attempts: tried, nextMs: pauseMs, observeFirst: true };
  if (error instanceof TargetNotFound)
    return { ...told, state: "due", attempts: tried, nextMs: attempts === 0 ? 0 : pauseMs, observeFirst: true };
  if (error instanceof TargetMisconfigured) {
    const waits = { ...told, state: "due", attempts, nextMs: stated } as const;
    // The rest itself says when: should it end sooner, the entity is due at once.
    const pause = { ms: stated, reason: error.message, reasonCode: error.reasonCode };
    if (error.scope === "process") return { ...waits, nextMs: baseMs, pauseHere: { ...pause, remedy: error.remedy } };
    return error.scope === "all" ? { ...waits, nextMs: baseMs, pauseAll: pause } : { ...waits, state: "waiting" };
  }
  if (error instanceof TargetPending) return { ...told, state: "waiting", attempts: 0, nextMs: stated };
  if (error instanceof TargetDependency) {
    if (tried >= (error.tries ?? MAX_DEPENDENCY_TRIES)) return { ...told, state: "parked", attempts: tried, nextMs: undefined };
    return { ...told, state: "waiting", attempts: tried, nextMs: DEPENDENCY_PAUSE * pauseMs, observeFirst: true };
  }
  if (error instanceof TargetProtected) return { ...told, state: "parked", attempts: 0, nextMs: stated, observeFirst: true };
  // Unless it says what is there by now, that has to be read before the next plan.
  if (error instanceof TargetConflict || error instanceof TargetRejected)
    return { ...told, state: "parked", attempts: tried, nextMs: undefined, observeFirst: error.taken === undefined };
  // Our own database was away: nothing was tried.
  if (error instanceof Unavailable) return { ...told, state: "due", attempts, nextMs: stated };
  if (tried >= MAX_BUG_TRIES) return { ...told, state: "parked", attempts: tried, nextMs: undefined };
  return { ...told, state: "due", attempts: tried, nextMs: pauseMs, observeFirst: true };
}
