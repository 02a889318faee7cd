import { uuidv7 } from "../../core/id.ts";
import { planEverybody, type RehearsalDeps } from "../compare/whole-plan.ts";
import { leaversDigest } from "./leavers.ts";
import type { WrittenRules } from "./store.ts";
import { type Exceeded, weigh } from "./weigh.ts";

export interface WeighingDeps extends RehearsalDeps {
  readonly written: WrittenRules;
}

export interface Weighed {
  /** The opened hold, and the exceeded limits. */
  readonly hold?: { readonly id: string; readonly exceeded: readonly Exceeded[] };
}

/**
 * Plans everybody under the rules of this process. If the plan exceeds the previous limits, all of it is
 * held. The previous limits count, so that a raise of the limits does not approve itself.
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
    const versions = {
      mapping: mapping.version,
      policy: policy.version,
      leavers: leaversDigest(mapping, policy),
    };
    await rehearsal.hold({ id, at, ...versions, before: written, exceeded, present, otherMapping });
    return { hold: { id, exceeded } };
  } finally {
    await plan.close();
  }
}
