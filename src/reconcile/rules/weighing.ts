import { uuidv7 } from "../../core/id.ts";
import { planEverybody, type RehearsalDeps } from "../compare/whole-plan.ts";
import type { WrittenRules } from "./store.ts";
import { type Exceeded, weigh } from "./weigh.ts";

export interface WeighingDeps extends RehearsalDeps {
  readonly written: WrittenRules;
}

export interface Weighed {
  /** The hold that was opened, and why. */
  readonly hold?: { readonly id: string; readonly exceeded: readonly Exceeded[] };
}

/**
 * Plans everybody under the rules of this process and, where that is more than the limits of before let through, holds all of it. The limits of before:
 * who raises them does not decide by that how much the raise lets out at once.
 */
export async function weighRules(deps: WeighingDeps, signal: AbortSignal): Promise<Weighed> {
  const { rehearsal, mapping, policy, written, clock } = deps;
  const otherMapping = mapping.version !== written.mapping;
  const plan = await planEverybody(deps, signal);
  try {
    const touched = await rehearsal.touched({ otherMapping });
    const exceeded = weigh(touched, written.limits ?? policy.limits);
    if (exceeded.length === 0) return {};
    const at = clock.now();
    const id = uuidv7(at.getTime());
    const present = touched.present.user;
    await rehearsal.hold({ id, at, mapping: mapping.version, policy: policy.version, before: written, exceeded, present, otherMapping });
    return { hold: { id, exceeded } };
  } finally {
    await plan.close();
  }
}
