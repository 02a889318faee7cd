import type { JsonObject } from "../core/entity.ts";
import { isUuid } from "../core/id.ts";
import { GROUP_EXTENSIONS } from "../mapping/extensions.ts";
import type { GroupPlacement, Mapping, NoPlace } from "../mapping/mapping.ts";
import { levelsOf } from "./path-levels.ts";
import type { Claim, GroupPlace } from "./ports.ts";
import type { LoopReason } from "./reasons.ts";
import type { Wish, WishDeps } from "./wish.ts";

/** A group is never at the target under its own name: it becomes a node of the department tree, a role, or nothing. */
export async function placeGroup({ store, mapping }: WishDeps, claim: Claim): Promise<Wish> {
  const { id } = claim.ref;
  const { structure } = mapping.settings;
  const { document } = (await store.groups([id])).get(id)!;
  if (!document) {
    await store.placeGroup(id, undefined, structure, claim.causes);
    return { kind: "settled", notes: [], gone: true };
  }
  const [group, ...ancestors] = await chainOf({ store, mapping }, id, document);
  const placement = mapping.group({ group: group!, ancestors });
  await store.placeGroup(id, placeOf(mapping, placement), structure, claim.causes);
  const stuck = placement.kind === "none" ? STUCK[placement.reason] : undefined;
  if (stuck) return { kind: "parked", ...stuck };
  return { kind: "settled", notes: placement.kind === "department" ? placement.notes : [], gone: false };
}

/** Deeper than any target's tree; the mapping refuses what is too deep or goes round. */
const MAX_ANCESTORS = 25;

/** The group and those above it, nearest first. */
async function chainOf(
  { store, mapping }: Pick<WishDeps, "store" | "mapping">,
  id: string,
  group: JsonObject,
): Promise<readonly JsonObject[]> {
  const { structure } = mapping.settings;
  if (structure === "path") return [group];
  if (structure === "nested") return [group, ...(await store.groupsAbove(id))];
  const chain = [group];
  while (chain.length <= MAX_ANCESTORS) {
    const last = chain[chain.length - 1]!;
    const reference = mapping.parentReference(last);
    // One after the other: each names the next.
    const above = reference === undefined ? undefined : await store.groupMeant(id, reference);
    if (above) chain.push(above);
    // The mapping takes a parent that is no group for a path; an id of ours that leads nowhere would make a department of that name.
    else return reference !== undefined && isUuid(reference) ? [...chain.slice(0, -1), withoutParent(last)] : chain;
  }
  return chain;
}

function withoutParent(group: JsonObject): JsonObject {
  const urn = GROUP_EXTENSIONS.dingtalk!.find((each) => group[each] !== undefined);
  if (urn === undefined) return group;
  const { parent: _parent, ...rest } = group[urn] as JsonObject;
  return { ...group, [urn]: rest };
}

function placeOf(mapping: Mapping, placement: GroupPlacement): GroupPlace {
  if (placement.kind !== "department") return placement;
  const levels = levelsOf(mapping, placement.path, placement.external);
  return {
    kind: "department",
    path: levels.map((level, at) => (at === levels.length - 1 ? { ...level, settings: placement.settings } : level)),
    ...(placement.managers ? { managers: placement.managers } : {}),
  };
}

/** Reasons that are nobody's wish: the group waits for its source to mend it. */
const STUCK: Partial<Record<NoPlace, { readonly reasonCode: LoopReason; readonly reason: string; readonly remedy: string }>> = {
  cycle: {
    reasonCode: "groupCycle",
    reason: "the groups above this one lead back to it",
    remedy: "take one of them out of the circle at the source",
  },
  tooDeep: {
    reasonCode: "pathTooDeep",
    reason: "the department would be more than 20 levels deep",
    remedy: "shorten the path of the group at the source",
  },
  noName: {
    reasonCode: "groupWithoutName",
    reason: "the group has no name a department could have",
    remedy: "give the group a display name at the source",
  },
};
