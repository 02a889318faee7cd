import type { JsonObject } from "../core/entity.ts";
import type { GroupPlacement, Mapping, NoPlace } from "../mapping/mapping.ts";
import { levelsOf } from "./path-levels.ts";
import type { Claim, GroupPlace } from "./ports.ts";
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
  const placement = mapping.group({ group: document, ancestors: await ancestorsOf({ store, mapping }, id, document) });
  await store.placeGroup(id, placeOf(mapping, placement), structure, claim.causes);
  const stuck = placement.kind === "none" ? STUCK[placement.reason] : undefined;
  if (stuck) return { kind: "parked", ...stuck };
  return { kind: "settled", notes: placement.kind === "department" ? placement.notes : [], gone: false };
}

/** Deeper than any target's tree; the mapping refuses what is too deep or goes round. */
const MAX_ANCESTORS = 25;

async function ancestorsOf(
  { store, mapping }: Pick<WishDeps, "store" | "mapping">,
  id: string,
  group: JsonObject,
): Promise<readonly JsonObject[]> {
  const { structure } = mapping.settings;
  if (structure === "path") return [];
  if (structure === "nested") return store.groupsAbove(id);
  const above: JsonObject[] = [];
  for (let at: JsonObject | undefined = group; at && above.length < MAX_ANCESTORS; ) {
    const reference = mapping.parentReference(at);
    // One after the other: each names the next.
    at = reference === undefined ? undefined : await store.groupMeant(id, reference);
    if (at) above.push(at);
  }
  return above;
}

function placeOf(mapping: Mapping, placement: GroupPlacement): GroupPlace {
  if (placement.kind !== "department") return placement;
  const levels = levelsOf(mapping, placement.path, placement.external);
  return {
    kind: "department",
    path: levels.map((level, at) => (at === levels.length - 1 ? { ...level, settings: placement.settings } : level)),
  };
}

/** Reasons that are nobody's wish: the group waits for its source to mend it. */
const STUCK: Partial<Record<NoPlace, { readonly reason: string; readonly remedy: string }>> = {
  cycle: { reason: "the groups above this one lead back to it", remedy: "take one of them out of the circle at the source" },
  tooDeep: { reason: "the department would be more than 20 levels deep", remedy: "shorten the path of the group at the source" },
  noName: { reason: "the group has no name a department could have", remedy: "give the group a display name at the source" },
};
