import type { DepartmentFacts, DepartmentManager, Reference, RoleFacts } from "../facts.ts";
import type { Desired } from "../plan.ts";
import type { LoopNote, Stuck, Waiting } from "../reasons.ts";
import type { Attributes, AttributeValue, Note } from "../target-values.ts";
import { ADOPTION_REMEDY } from "./person.ts";

/** The desired state of a department or role, or the step that has to come first. */
export type StructureResult =
  /** `again`: only a part, which must not wait for the rest; another run follows. */
  | {
      readonly kind: "desired";
      readonly desired: Desired;
      readonly again?: boolean;
      readonly missing?: readonly string[];
    }
  | Waiting
  /** The parent is stuck in the same way. To wait for it would block everybody inside too. */
  | (Stuck & { readonly on: readonly string[] });

const absent: StructureResult = { kind: "desired", desired: { state: "absent" } };

export type NumberedName = (name: string, number: number) => string;

/** The name that the target shows. */
export const shownName = (
  { name, ordinal = 1 }: { readonly name: string; readonly ordinal?: number },
  numbered: NumberedName,
): string => (ordinal > 1 ? numbered(name, ordinal) : name);

/**
 * Parents are created first. People and departments inside are removed first. Both orders follow from the
 * facts.
 */
export function desiredDepartment(
  facts: DepartmentFacts,
  rootDepartment: string,
  numbered: NumberedName = withNumber,
): StructureResult {
  const resolved = resultOf(facts, rootDepartment, numbered);
  // People who leave wait until the department has dropped them as managers. So this part does not wait for
  // anything.
  const managers = resolved.kind === "desired" ? undefined : withoutLeaving(facts);
  return managers ? part({ managers }) : resolved;
}

export const withNumber: NumberedName = (name, number) => `${name} (${number})`;

/** The part of a waiting department that can be done now. */
export const part = (attributes: Attributes): StructureResult => ({
  kind: "desired",
  desired: { state: "present", attributes, when: {}, notes: [] },
  again: true,
});

function resultOf(facts: DepartmentFacts, rootDepartment: string, numbered: NumberedName): StructureResult {
  const { node, link, occupied } = facts;
  const settling = node?.settlesInMs;
  if (!node?.present) {
    if (!link) return absent;
    if (settling !== undefined)
      return settles(settling, "the department was emptied a moment ago and may be needed again");
    if (!occupied) return link.adopted?.strangers ? STRANGERS_INSIDE : absent;
    return {
      kind: "waiting",
      on: [],
      reasonCode: "stillOccupied",
      reason: "managed people or departments are still inside",
    };
  }
  if (!link && facts.undecided) return ADOPTION_OPEN;
  if (!link && settling !== undefined)
    return settles(settling, "the department may be a new name of one that is there");
  const parent = node.parent ? node.parent.remoteId : rootDepartment;
  if (parent === undefined) return belowMissing(node.parent!);
  const { managers, notes, missing } = managersOf(facts);
  const without = missing.length > 0 ? { missing } : {};
  // Unmanaged people or departments are inside. Their department keeps its name, place and settings.
  if (link?.adopted?.strangers)
    return {
      kind: "desired",
      desired: {
        state: "present",
        attributes: managers ? { managers } : {},
        when: {},
        notes: [...notes, AS_IT_WAS],
      },
      ...without,
    };
  const attributes = {
    ...node.settings,
    name: shownName(node, numbered),
    parent,
    ...(managers ? { managers } : {}),
  };
  return {
    kind: "desired",
    desired: { state: "present", attributes, when: {}, notes: [...namesakes(node), ...notes] },
    ...without,
  };
}

const ADOPTION_OPEN: StructureResult = {
  kind: "held",
  on: [],
  reasonCode: "adoptionOpen",
  reason: "a department at the target may be this one, and nobody has decided",
  remedy: ADOPTION_REMEDY,
};

const STRANGERS_INSIDE: StructureResult = {
  kind: "held",
  on: [],
  reasonCode: "strangersInside",
  reason: "the department was there before, and people or departments are inside that are not ours",
  remedy:
    "move them elsewhere in DingTalk, or unlink the department: dingtalk-scim adopt unlink department ID; the next comparison checks it",
};

const AS_IT_WAS: Note = {
  attribute: "name",
  code: "strangersInside" satisfies LoopNote,
  text: "the department was there before, and people or departments are inside that are not ours: name, place and settings stay as they are",
};

const settles = (forMs: number, reason: string): StructureResult => ({
  kind: "waiting",
  on: [],
  forMs,
  reasonCode: "settling",
  reason,
});

function namesakes({ ordinal = 1, namesake }: NonNullable<DepartmentFacts["node"]>): readonly Note[] {
  if (ordinal === 1) return [];
  const other = namesake ? ` ${namesake.name} (department ${namesake.id})` : "";
  const text = `the department beside it${other} has the same name at the target, so this one has a number behind its name; rename one of them at the source`;
  return [{ attribute: "name", code: "nameShared" satisfies LoopNote, text }];
}

function belowMissing({ id, state }: Reference): StructureResult {
  if (state !== "parked" && state !== "held") {
    return {
      kind: "waiting",
      on: [id],
      reasonCode: "waitingForParent",
      reason: "the parent department is not at the target yet",
    };
  }
  return {
    kind: state,
    on: [id],
    reasonCode: "parentStuck",
    reason: "the parent department could not be created",
    remedy: `see department ${id}`,
  };
}

/**
 * The managers to set. Only members can be managers. A manager who is not a member yet is set later, by the
 * run that their arrival causes. A manager who has to leave is dropped first. If the directory never named
 * managers, the list belongs to the administrators of the target, and only people who leave are dropped.
 * Before the department exists it has no list, and no later event may cause another run, so missing managers
 * get a note now.
 */
function managersOf(facts: DepartmentFacts): ManagersResult {
  const { node, link } = facts;
  if (!node) return { notes: [], missing: [] };
  if (!node.managed) {
    const managers = withoutLeaving(facts);
    return { ...(managers ? { managers } : {}), notes: [], missing: [] };
  }
  const managers = new Set<string>();
  const notes: Note[] = [];
  const missing: string[] = [];
  for (const manager of node.managers) {
    const obstacle = obstacleOf(manager);
    if (obstacle === NOT_THERE && manager.person) missing.push(manager.person.id);
    const remoteId = manager.person?.remoteId;
    if (obstacle) notes.push({ attribute: "managers", ...obstacle });
    else if (remoteId !== undefined && !node.leaving.includes(remoteId)) managers.add(remoteId);
  }
  return link?.remoteId === undefined
    ? { notes, missing }
    : { managers: [...managers].sort(), notes, missing };
}

interface ManagersResult {
  readonly managers?: AttributeValue;
  readonly notes: readonly Note[];
  /** Ids of managers who are not in the department at the target. */
  readonly missing: readonly string[];
}

/** The present managers without those who have to leave. Undefined: no change, or not known. */
function withoutLeaving({ node, link }: DepartmentFacts): readonly string[] | undefined {
  const there = link?.observed?.attributes["managers"];
  if (!node || !Array.isArray(there)) return undefined;
  const staying = there.filter((remoteId: string) => !node.leaving.includes(remoteId));
  return staying.length < there.length ? staying : undefined;
}

type Obstacle = Pick<Note, "text"> & { readonly code: LoopNote };

const NOT_THERE: Obstacle = {
  code: "managerNotThere",
  text: "a manager of the department is not in it at the target yet; set as soon as they are",
};

function obstacleOf({ person }: DepartmentManager): Obstacle | undefined {
  if (!person) return { code: "unknownManager", text: "a manager of the department is not in the directory" };
  if (person.several)
    return {
      code: "severalManagers",
      text: "several active people have a number that names a manager of the department, so none is chosen",
    };
  if (person.coming)
    return {
      code: "managerNotThere",
      text: "a manager of the department has not been hired yet; set when they are there",
    };
  if (!person.active) return { code: "managerLeft", text: "a manager of the department has left" };
  if (!person.belongs)
    return {
      code: "managerNotMember",
      text: "a manager of the department is not a member of it, and only members can be",
    };
  return person.remoteId === undefined || !person.member ? NOT_THERE : undefined;
}

export function desiredRole({ name, link, occupied }: RoleFacts): StructureResult {
  if (name === undefined)
    return occupied && link
      ? { kind: "waiting", on: [], reasonCode: "roleStillUsed", reason: "people still have this role" }
      : absent;
  return { kind: "desired", desired: { state: "present", attributes: { name }, when: {}, notes: [] } };
}
