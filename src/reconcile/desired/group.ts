import type { JsonObject } from "../../core/entity.ts";
import { isUuid } from "../../core/id.ts";
import { GROUP_EXTENSIONS } from "../../mapping/extensions.ts";
import type { GroupPlacement, Mapping, NoPlace } from "../../mapping/mapping.ts";
import type { GroupFacts } from "../facts.ts";
import type { GroupTarget } from "../places.ts";
import type { LoopReason } from "../reasons.ts";
import { levelsOf, withNameKeys } from "./path-levels.ts";
import type { DesiredDeps, DesiredResult } from "./result.ts";

/** `place`: the desired place in the tree. Undefined: the group was deleted. "stay": no change. */
interface GroupConclusion {
  readonly place: GroupTarget | undefined | "stay";
  readonly resolved: DesiredResult;
}

/** A group has no object of its own at the target: it becomes a department, a role, or nothing. */
export async function placementOfGroup(
  { store, mapping, target }: DesiredDeps,
  id: string,
  { document }: GroupFacts,
): Promise<GroupConclusion> {
  if (!document) return { place: undefined, resolved: { kind: "settled", notes: [], gone: true } };
  const chain = await chainOf({ store, mapping }, id, document);
  if (chain.missing !== undefined && !(await store.parentIsGone(id)))
    return { place: "stay", resolved: parentMissing(chain.missing) };
  const groups =
    chain.missing === undefined
      ? chain.groups
      : [...chain.groups.slice(0, -1), withoutParent(chain.groups.at(-1)!)];
  const [group, ...ancestors] = groups;
  const placement = mapping.group({ group: group!, ancestors });
  const stuck = placement.kind === "none" ? STUCK[placement.reason] : undefined;
  return {
    place:
      stuck && placement.kind === "none"
        ? { ...placement, mistaken: true }
        : placeOf(mapping, target, placement),
    resolved: stuck
      ? { kind: "parked", ...stuck }
      : { kind: "settled", notes: placement.kind === "department" ? placement.notes : [], gone: false },
  };
}

const parentMissing = (reference: string): DesiredResult => ({
  kind: "parked",
  reasonCode: "parentNotKnown",
  reason: `the group above this one, ${reference}, is not in the directory`,
  remedy:
    "send the group above from the source, or correct the parent; this one is placed as soon as it is there",
});

/** Deeper than any target's tree; the mapping refuses deeper trees and cycles. */
const MAX_ANCESTORS = 25;

interface Chain {
  /** The group and the groups above it, nearest first. */
  readonly groups: readonly JsonObject[];
  /** A named parent that the source has not sent yet. Its placement requeues the group. */
  readonly missing?: string;
}

async function chainOf(
  { store, mapping }: Pick<DesiredDeps, "store" | "mapping">,
  id: string,
  group: JsonObject,
): Promise<Chain> {
  const { structure, separator } = mapping.settings;
  if (structure === "path") return { groups: [group] };
  if (structure === "nested") return { groups: [group, ...(await store.groupsAbove(id))] };
  const groups = [group];
  while (groups.length <= MAX_ANCESTORS) {
    const reference = mapping.parentReference(groups[groups.length - 1]!);
    // One after the other, because each group names the next.
    const above = reference === undefined ? undefined : await store.groupMeant(id, reference);
    if (above) groups.push(above);
    // A reference to no known group may be a path, if it looks like one. Otherwise it is the id of a future
    // group, and must not become the name of a department.
    else if (reference === undefined || isPath(reference, separator)) return { groups };
    else return { groups, missing: reference };
  }
  return { groups };
}

function withoutParent(group: JsonObject): JsonObject {
  const urn = GROUP_EXTENSIONS.dingtalk!.find((each) => group[each] !== undefined);
  if (urn === undefined) return group;
  const { parent: _parent, ...rest } = group[urn] as JsonObject;
  return { ...group, [urn]: rest };
}

/** A path of one name is written with a separator before it. */
const isPath = (reference: string, separator: string): boolean =>
  reference.includes(separator) && !isUuid(reference);

function placeOf(mapping: Mapping, target: DesiredDeps["target"], placement: GroupPlacement): GroupTarget {
  if (placement.kind !== "department") return placement;
  const levels = withNameKeys(target, levelsOf(mapping, placement.path, placement.external));
  return {
    kind: "department",
    path: levels.map((level, at) =>
      at === levels.length - 1 ? { ...level, settings: placement.settings } : level,
    ),
    ...(placement.managers ? { managers: placement.managers } : {}),
  };
}

/** Whether the group is parked for it. */
export const isMistake = (reason: string): boolean => Object.hasOwn(STUCK, reason);

/** Errors in the source: the group waits for a correction there. */
const STUCK: Partial<
  Record<NoPlace, { readonly reasonCode: LoopReason; readonly reason: string; readonly remedy: string }>
> = {
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
