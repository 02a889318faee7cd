import { Unavailable } from "../../../core/errors.ts";
import type { HistoryEvent } from "../../../history/event.ts";
import type { Policy } from "../../../policy/policy.ts";
import type { GraceStep } from "../../desired/leaver.ts";
import type { Guard } from "../../guard/guard.ts";
import { heldUnder } from "../../guard/held-under.ts";
import { sureOf } from "../../guard/limits.ts";
import { replacements, type Spending, spendingsOf } from "../../guard/spendings.ts";
import type { Plan } from "../../plan.ts";
import type { Claim, ReconcileStore } from "../../ports.ts";
import type { Stuck } from "../../reasons.ts";
import type { TargetAdapter } from "../../target.ts";

export interface BeginDeps {
  readonly store: Pick<ReconcileStore, "begin" | "beginSetting"> & Guard;
  readonly target: Pick<TargetAdapter, "name" | "rootDepartment" | "remoteIdFor">;
  readonly policy: Pick<Policy, "limits" | "version">;
  readonly logger: { warn(details: object, text: string): void };
}

export interface Beginning {
  readonly claim: Claim;
  readonly next: Exclude<Plan, { action: "none" }>;
  readonly leaver: GraceStep | undefined;
  readonly intent: HistoryEvent;
  /** Whether nothing was written since the account was adopted. */
  readonly firstWrite: boolean;
}

/**
 * Commits the intent before the first call. If the plan removes something, the guard counts it in the same
 * transaction and may hold it. Lost: another run has the entity, and nothing may be sent.
 */
export async function beginRun(
  { store, target, policy, logger }: BeginDeps,
  { claim, next, leaver, intent, firstWrite }: Beginning,
): Promise<"begun" | "lost" | Stuck<"held">> {
  const taken = spendingsOf(claim.ref, next, { rootDepartment: target.rootDepartment, leaver });
  const values = claim.ref.kind === "user" ? replacements(next, { firstWrite }) : [];
  const removes = claim.ref.kind === "user" && next.action === "remove" ? next.actual : undefined;
  if (taken.length === 0 && !removes) {
    const begun = await known(() => unguarded({ store, target, policy }, { claim, next, intent }, values));
    if (begun !== "near") return begun;
  }
  const spendings = [...taken, ...values];
  const begun = await known(() =>
    store.beginGuarded({
      claim,
      intent,
      action: next.action,
      spendings,
      policy,
      ...(removes ? { removes } : {}),
    }),
  );
  if (begun.kind !== "held") return begun.kind;
  for (const hold of begun.opened)
    logger.warn(
      { ...hold, target: target.name },
      "a limit of the policy was reached; further changes are held",
    );
  return heldUnder(begun);
}

/** Near the limit only the guard can decide about one more change. */
async function unguarded(
  { store, target, policy }: Pick<BeginDeps, "store" | "target" | "policy">,
  { claim, next, intent }: Omit<Beginning, "leaver" | "firstWrite">,
  values: readonly Spending[],
): Promise<"begun" | "lost" | "near"> {
  if (values.length > 0)
    return store.beginSetting(claim, intent, {
      keys: values.map(({ key }) => key),
      sure: sureOf(policy.limits),
    });
  const create = next.action === "create" ? { remoteId: target.remoteIdFor(claim.ref) } : undefined;
  return (await store.begin(claim, intent, create)) ? "begun" : "lost";
}

async function known<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (cause) {
    if (!(cause instanceof Unavailable)) throw cause;
    throw new NotBegun("whether the run began is not known", { cause });
  }
}

/**
 * It is not known whether the intent was committed. The worker releases the lease. An existing intent later
 * gets the outcome "unknown".
 */
export class NotBegun extends Error {}
