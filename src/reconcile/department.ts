import type { DepartmentFacts, DepartmentManager, Reference, RoleFacts } from "./facts.ts";
import type { Desired } from "./plan.ts";
import type { LoopNote, LoopReason } from "./reasons.ts";
import type { AttributeValue, Note } from "./target.ts";

/** What a department or role should be at the target, or what has to happen first. */
export type StructureWish =
  | { readonly kind: "desired"; readonly desired: Desired }
  | { readonly kind: "waiting"; readonly on: readonly string[]; readonly reasonCode: LoopReason; readonly reason: string }
  /** The one above is stuck in the same way: waiting for it would keep everybody inside waiting, too. */
  | {
      readonly kind: "held" | "parked";
      readonly on: readonly string[];
      readonly reasonCode: LoopReason;
      readonly reason: string;
      readonly remedy: string;
    };

const absent: StructureWish = { kind: "desired", desired: { state: "absent" } };

/** Parents come first on the way in; on the way out people and departments inside go first. Both follow from what is known, not from a stage list. */
export function departmentWish(facts: DepartmentFacts, rootDepartment: string): StructureWish {
  const { node, link, occupied } = facts;
  if (!node?.present) {
    if (!occupied || !link) return absent;
    const managers = withoutLeaving(facts);
    if (managers) return { kind: "desired", desired: { state: "present", attributes: { managers }, when: {}, notes: [] } };
    return { kind: "waiting", on: [], reasonCode: "stillOccupied", reason: "people or departments of ours are still inside" };
  }
  const parent = node.parent ? node.parent.remoteId : rootDepartment;
  if (parent === undefined) return belowMissing(node.parent!);
  const { managers, notes } = managersOf(facts);
  const attributes = { ...node.settings, name: node.name, parent, ...(managers ? { managers } : {}) };
  return { kind: "desired", desired: { state: "present", attributes, when: {}, notes } };
}

function belowMissing({ id, state }: Reference): StructureWish {
  if (state !== "parked" && state !== "held") {
    return { kind: "waiting", on: [id], reasonCode: "waitingForParent", reason: "the department above is not at the target yet" };
  }
  return {
    kind: state,
    on: [id],
    reasonCode: "parentStuck",
    reason: "the department above could not be made",
    remedy: `see department ${id}`,
  };
}

/**
 * Only members can be managers. One who is on the way is set later, by the run that their coming causes; one who waits to leave is let go first. The
 * list of a department whose managers nobody ever named belongs to the target's administrators: from it only those who leave are taken.
 */
function managersOf(facts: DepartmentFacts): { readonly managers?: AttributeValue; readonly notes: readonly Note[] } {
  const { node, link } = facts;
  if (!node || link?.remoteId === undefined) return { notes: [] };
  if (!node.managed) {
    const managers = withoutLeaving(facts);
    return { ...(managers ? { managers } : {}), notes: [] };
  }
  const managers = new Set<string>();
  const notes: Note[] = [];
  for (const manager of node.managers) {
    const obstacle = obstacleOf(manager);
    const remoteId = manager.person?.remoteId;
    if (obstacle) notes.push({ attribute: "managers", ...obstacle });
    else if (remoteId !== undefined && !node.leaving.includes(remoteId)) managers.add(remoteId);
  }
  return { managers: [...managers].sort(), notes };
}

/** Who is manager there now without those who wait to leave; undefined when that is the same, or not known. */
function withoutLeaving({ node, link }: DepartmentFacts): readonly string[] | undefined {
  const there = link?.observed?.attributes["managers"];
  if (!node || !Array.isArray(there)) return undefined;
  const staying = there.filter((remoteId: string) => !node.leaving.includes(remoteId));
  return staying.length < there.length ? staying : undefined;
}

function obstacleOf({ person }: DepartmentManager): (Pick<Note, "text"> & { readonly code: LoopNote }) | undefined {
  if (!person) return { code: "unknownManager", text: "a manager of the department is not in the directory" };
  if (person.several)
    return {
      code: "severalManagers",
      text: "several active people have a number that names a manager of the department, so none is chosen",
    };
  if (!person.active) return { code: "managerLeft", text: "a manager of the department has left" };
  if (!person.belongs)
    return { code: "managerNotMember", text: "a manager of the department is not a member of it, and only members can be" };
  if (person.remoteId === undefined || !person.member)
    return { code: "managerNotThere", text: "a manager of the department is not in it at the target yet; set as soon as they are" };
  return undefined;
}

export function roleWish({ name, link, occupied }: RoleFacts): StructureWish {
  if (name === undefined)
    return occupied && link ? { kind: "waiting", on: [], reasonCode: "roleStillUsed", reason: "people still have this role" } : absent;
  return { kind: "desired", desired: { state: "present", attributes: { name }, when: {}, notes: [] } };
}
