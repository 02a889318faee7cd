import { uuidv7 } from "../../../core/id.ts";
import type { HistoryEvent } from "../../../history/event.ts";
import type { GraceStep, LifecycleState } from "../../desired/leaver.ts";
import type { Claim, GraceChange, RunOutcome } from "../../ports.ts";
import type { LoopReason } from "../../reasons.ts";
import type { NextState } from "./run-end.ts";

export interface GraceResult {
  readonly next: NextState;
  readonly change?: GraceChange;
}

const IN_GRACE: LoopReason = "inGrace";

/** The effect of a run's end on a grace, and of the grace on the next run. Pure. */
export function graceAfter(step: GraceStep, { claim, next, learned, at, target }: GraceRun): GraceResult {
  const event = (
    code: HistoryEvent["code"] & `grace.${string}`,
    detail: NonNullable<HistoryEvent["detail"]>,
  ): HistoryEvent => ({
    id: uuidv7(at.getTime()),
    at,
    code,
    actor: "worker",
    causes: claim.causes,
    subject: claim.ref,
    target,
    detail,
  });
  const gone = learned.link.kind === "remove";
  switch (step.kind) {
    case "starts": {
      if (gone || !isBroughtAbout(step.standing, next, learned)) return { next };
      const until = new Date(at.getTime() + step.ms);
      const detail = { account: step.account, standing: step.standing, until: until.toISOString() };
      return {
        next: lookingAt(next, until, at),
        change: { kind: "started", since: at, until, event: event("grace.started", detail) },
      };
    }
    case "runs":
      if (gone)
        return {
          next,
          change: {
            kind: "ended",
            event: event("grace.ended", { until: step.until.toISOString(), early: true }),
          },
        };
      return {
        next: lookingAt(next, step.until, at),
        ...(step.moved ? { change: { kind: "moved", until: step.until } } : {}),
      };
    case "over": {
      const detail = { since: step.since.toISOString(), until: step.until.toISOString() };
      return step.recorded
        ? { next }
        : { next, change: { kind: "ended", event: event("grace.ended", detail) } };
    }
    case "cancelled":
      return { next, change: { kind: "cancelled", event: event("grace.cancelled", {}) } };
  }
}

export interface GraceRun {
  readonly claim: Pick<Claim, "ref" | "causes">;
  readonly next: NextState;
  readonly learned: Pick<RunOutcome, "link" | "event">;
  readonly at: Date;
  readonly target: string;
}

/**
 * Whether the grace can begin: the leaver is disabled, parked or needs no change. A refusal by the target
 * also counts, because it must not prevent the removal.
 */
const isBroughtAbout = (
  standing: LifecycleState,
  { state }: NextState,
  { event }: Pick<RunOutcome, "event">,
): boolean =>
  standing === "member" ||
  standing === "kept" ||
  state === "inSync" ||
  state === "parked" ||
  event?.outcome === "done";

/** Makes the entity due at the end of the grace at the latest. */
function lookingAt(next: NextState, until: Date, at: Date): NextState {
  const leftMs = Math.max(0, until.getTime() - at.getTime());
  const nextMs = Math.min(next.nextMs ?? Number.POSITIVE_INFINITY, leftMs);
  if (next.state !== "inSync") return { ...next, nextMs };
  return {
    ...next,
    nextMs,
    reasonCode: IN_GRACE,
    reason: `has left: removed from the target at ${until.toISOString()}, unless the source takes it back`,
    remedy: "make the person active again at the source if this is a mistake",
  };
}
