import type { EntityRef } from "../../../core/entity.ts";
import { unreachable } from "../../../core/errors.ts";
import type { Plan } from "../../plan.ts";
import { unlessReplaced, withRecalled } from "../../recalled.ts";
import type { TargetAdapter, WriteContext } from "../../target.ts";
import type { Written } from "../../target-failures.ts";
import type { Actual, TargetCall } from "../../target-values.ts";
import type { DesiredEntity } from "../end/run-result.ts";

/* The calls of a run: one observation, and the calls of one plan. */

/** The actual state: the stored observation while it is reliable, otherwise one read. */
export async function observe(
  target: Pick<TargetAdapter, "find" | "read" | "recall" | "isAnother">,
  ref: EntityRef,
  { link, desired }: DesiredEntity,
  context: WriteContext,
): Promise<Actual | undefined> {
  if (!link) return undefined;
  if (link.status === "intended") {
    // A create without an answer is repeated, and the adapter finds the object of the first one. Before a
    // removal the object has to be found.
    return desired.state === "present" && !link.invitation
      ? undefined
      : (await target.find(ref, context)).actual;
  }
  if (link.remoteId === undefined) return undefined;
  if (link.observed) return { remoteId: link.remoteId, ...link.observed };
  const told = await target.read(ref.kind, link.remoteId, context);
  const actual = unlessReplaced(target, ref.kind, told.actual, link.remembered);
  return actual && withRecalled(target, ref.kind, actual, link.remembered);
}

/** `written` is undefined after a removal. `resume`: an earlier create may have been carried out. */
export async function apply(
  target: TargetAdapter,
  ref: EntityRef,
  next: Exclude<Plan, { action: "none" }>,
  resume: boolean,
  context: WriteContext,
): Promise<{ readonly written: Written | undefined; readonly calls: readonly TargetCall[] }> {
  switch (next.action) {
    case "create":
      return withCalls(await target.create(ref, next.attributes, { ...context, resume }));
    case "update":
      return withCalls(await target.update(ref, next.actual, next.set, context));
    case "suspend":
      return withCalls(await target.setSuspended(ref, next.actual, true, context));
    case "resume":
      return withCalls(await target.setSuspended(ref, next.actual, false, context));
    case "remove":
      return { written: undefined, calls: (await target.remove(ref, next.actual, context)).calls };
    default:
      return unreachable(next);
  }
}

const withCalls = (written: Written) => ({ written, calls: written.calls });
