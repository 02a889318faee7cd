import type { EntityRef } from "../../core/entity.ts";
import { unreachable } from "../../core/errors.ts";
import type { PersonFacts } from "../facts.ts";
import type { AskedValue } from "../holders.ts";
import type { Desired } from "../plan.ts";
import type { ReconcileStore } from "../ports.ts";
import { concludePerson, concludeRole } from "./conclude.ts";
import { concludeDepartment } from "./conclude-department.ts";
import { releaseValues } from "./give-way.ts";
import { placementOfGroup } from "./group.ts";
import type { Known } from "./load.ts";
import { puttingBack } from "./put-back.ts";
import type { DesiredDeps, DesiredResult } from "./result.ts";

/**
 * Derives the desired state from the facts. Writes nothing. The run, the plan and the comparison all use it.
 */
export async function desiredOf(deps: DesiredDeps, ref: EntityRef, known: Known): Promise<DesiredResult> {
  switch (known.kind) {
    case "group":
      return known.resolved ?? (await placementOfGroup(deps, ref.id, known.facts)).resolved;
    case "role": {
      const resolved = concludeRole(known.facts);
      return resolved.kind === "desired"
        ? { ...resolved, link: known.facts.link, inDirectory: known.facts.name !== undefined }
        : resolved;
    }
    case "department": {
      const { facts, actual, seen } = known;
      const resolved = await concludeDepartment(deps, ref.id, facts, actual);
      if (resolved.kind !== "desired") return resolved;
      return {
        ...resolved,
        link: facts.link,
        inDirectory: facts.node?.present ?? false,
        ...(seen ? { seen } : {}),
      };
    }
    case "user": {
      const { facts, classification, actual, seen } = known;
      const resolved = await concludePerson(deps, ref.id, facts, classification, actual);
      if (resolved.kind !== "desired") return resolved;
      const wanted =
        classification.standing === "member"
          ? puttingBack(deps.target, resolved.desired, facts.restoring)
          : resolved.desired;
      const desired = {
        ...resolved,
        desired: wanted,
        link: facts.link,
        inDirectory: facts.document !== undefined,
        ...(seen ? { seen } : {}),
      };
      return releaseValues(
        deps.target,
        ref,
        desired,
        await asked(deps.store, ref.id, { facts, desired: resolved.desired }),
      );
    }
    default:
      return unreachable(known);
  }
}

/** Only people who are inactive or deleted, but present, release values. Without a grace they release all. */
const asked = async (
  store: Pick<ReconcileStore, "asked">,
  id: string,
  { facts: { document, link }, desired }: { readonly facts: PersonFacts; readonly desired: Desired },
): Promise<readonly AskedValue[]> => {
  const mayGive = document ? document["active"] === false : desired.state !== "absent";
  return mayGive && link?.remoteId !== undefined ? store.asked(id) : [];
};
