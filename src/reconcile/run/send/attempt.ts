import type { HistoryEvent } from "../../../history/event.ts";
import { proposeHolder } from "../../adopt/holder.ts";
import { containersOf } from "../../containers.ts";
import type { Plan } from "../../plan.ts";
import type { Claim, LinkChange } from "../../ports.ts";
import type { WriteContext } from "../../target.ts";
import { TargetError, TargetPending, type Written } from "../../target-failures.ts";
import type { Attributes } from "../../target-values.ts";
import type { ReconcilerDeps } from "../deps.ts";
import { outcomeOfError } from "../end/outcome.ts";
import type { RunEvents } from "../end/run-events.ts";
import {
  arrives,
  concluding,
  type DesiredEntity,
  type Known,
  leaving,
  NO_FOLLOW_UPS,
  putLink,
  type RunResult,
} from "../end/run-result.ts";
import { afterAttempt, withHolders } from "../plan/refusals.ts";
import { apply } from "./apply.ts";
import { blockedBy } from "./blocked.ts";
import { answersOf, dropDisproved, dropWrongHolders } from "./drop-disproved.ts";
import { invitationOf } from "./invitation.ts";
import { notesOfUnsent } from "./unsent.ts";

/* The calls of one plan and their outcome. */

export interface Attempt {
  readonly claim: Claim;
  readonly resolved: DesiredEntity;
  readonly next: Exclude<Plan, { action: "none" }>;
  readonly intent: HistoryEvent;
  readonly known: Known;
}

/** Sends the calls of a plan. A failure is also a result. */
export async function send(
  deps: ReconcilerDeps,
  events: RunEvents,
  attempt: Attempt,
  context: WriteContext,
): Promise<RunResult> {
  try {
    return await sent(deps, events, attempt, context);
  } catch (error) {
    return await failed(deps, events, attempt, error, context);
  }
}

async function sent(
  deps: ReconcilerDeps,
  { outcomeOf }: RunEvents,
  attempt: Attempt,
  context: WriteContext,
): Promise<RunResult> {
  const { store, target } = deps;
  const {
    claim,
    resolved,
    next,
    intent,
    known: { notes, open },
  } = attempt;
  const resume = resolved.link?.status === "intended";
  const done = await apply(target, claim.ref, next, resume, context);
  if (done.written && done.calls.length === 0) {
    const unsent = notesOfUnsent(next, [...notes, ...done.written.notes]);
    const event = outcomeOf(intent, "notSent", { calls: [], refused: [] });
    return { ...NO_FOLLOW_UPS, ...concluding(target, claim, actualOf(next), { notes: unsent, open }), event };
  }
  const refused = await withHolders(store, claim.ref, done.written?.refused ?? []);
  const nothing = refused.length > 0 && !done.calls.some(({ code }) => code === "ok");
  const event = outcomeOf(intent, nothing ? "refused" : "done", {
    calls: done.calls,
    refused: done.written ? refused : open,
  });
  await dropDisproved(deps, claim.ref, next, { answers: answersOf(done.written), cause: intent.id });
  await dropWrongHolders(deps, claim, refused, intent.id);
  if (!done.written) {
    return {
      ...concluding(target, claim, {}, { notes, open }),
      ...leaving(target, claim, resolved),
      event,
      presenceChanged: true,
      departed: containersOf(actualOf(next)),
    };
  }
  const now = linked(attempt, done.written);
  // After a suspend or resume, other changes get a separate run: access comes first.
  if (next.action === "resume" || next.action === "suspend" || resolved.again)
    return { ...NO_FOLLOW_UPS, ...now, end: { kind: "again" }, event };
  const known = { notes: [...notes, ...done.written.notes], open: afterAttempt(open, refused) };
  return { ...NO_FOLLOW_UPS, ...now, ...concluding(target, claim, now.link.attributes, known), event };
}

async function failed(
  deps: ReconcilerDeps,
  { outcomeOf }: RunEvents,
  attempt: Attempt,
  error: unknown,
  context: WriteContext,
): Promise<RunResult> {
  const { logger } = deps;
  const { claim, resolved, next, intent } = attempt;
  const calls = error instanceof TargetError ? error.calls : [];
  const taken = error instanceof TargetError ? error.taken : undefined;
  const blocked = await blockedBy(deps, claim, next, error);
  const stranger = blocked?.open[0]?.stranger;
  if (stranger !== undefined && next.action === "create")
    await proposeHolder(
      { ...deps, rules: deps.policy.adopt },
      { ref: claim.ref, attributes: next.attributes, remoteId: stranger, intent },
      context,
    );
  const event = outcomeOf(intent, outcomeOfError(error, context.signal), {
    calls,
    error,
    refused: blocked?.open ?? [],
  });
  if (!(error instanceof TargetError))
    logger.error({ kind: claim.ref.kind, entityId: claim.ref.id, error }, "a write to the target failed");
  if (error instanceof TargetPending && next.action === "create")
    return {
      ...NO_FOLLOW_UPS,
      end: { kind: "failed", error },
      event,
      link: { kind: "invitation", invitation: invitationOf(error, next.attributes, event.at) },
    };
  const neverMade =
    next.action === "create" &&
    !resolved.link &&
    (event.outcome === "refused" || event.outcome === "notSent");
  const link: LinkChange =
    neverMade && !calls.some((call) => call.code === "ok") ? { kind: "remove" } : { kind: "keep" };
  const on =
    error instanceof TargetError
      ? await dropDisproved(deps, claim.ref, next, { answers: [error.answer], cause: intent.id })
      : [];
  await dropWrongHolders(deps, claim, blocked?.open ?? [], intent.id);
  const end = { kind: "failed", error, ...(on.length > 0 ? { on } : {}) } as const;
  return {
    ...NO_FOLLOW_UPS,
    end,
    ...blocked?.conclusion,
    event,
    link,
    ...(taken ? linked(attempt, taken) : {}),
  };
}

/** The present link, and the departments that the person has left and entered. */
function linked({ next, resolved }: Attempt, written: Written) {
  const known = actualOf(next);
  const before = containersOf(known);
  const link = putLink({ ...written, attributes: { ...known, ...written.attributes } });
  const after = containersOf(link.attributes);
  return {
    link,
    presenceChanged: next.action === "create" || arrives(resolved),
    departed: before.filter((id) => !after.includes(id)),
    arrived: next.action === "create" ? [] : after.filter((id) => !before.includes(id)),
  };
}

const actualOf = (next: Attempt["next"]): Attributes => ("actual" in next ? next.actual.attributes : {});
