import type { PersonMapping } from "../../mapping/mapping.ts";
import type { Manager, PersonFacts } from "../facts.ts";
import type { Desired } from "../plan.ts";
import type { LoopNote, Stuck, Waiting } from "../reasons.ts";
import type { Actual, Attributes, AttributeValue, Note } from "../target-values.ts";
import { type Assignments, type DepartmentAssignment, remoteIds } from "./assignments.ts";
import type { LifecycleState } from "./leaver.ts";

/** The desired state of a person, or the entity that has to exist first. */
export type PersonResult =
  | {
      readonly kind: "desired";
      readonly desired: Desired;
      readonly again?: boolean;
      readonly missing?: readonly string[];
    }
  | Waiting
  | Stuck;

export interface PersonRules {
  readonly personId: string;
  readonly rootDepartment: string;
  readonly standing: Exclude<LifecycleState, "kept" | "absent">;
  readonly presence: Actual["presence"] | undefined;
  /** Whether to wait for a manager who is not at the target yet. False if the wait could form a cycle. */
  readonly mayWaitForManager: boolean;
  /** Whether a department with these attributes hides people from others. */
  readonly conceals?: (settings: Attributes) => boolean;
}

/** Pure. `mapped` and `places` are the mapping's results for a person who should be present. */
export function desiredPerson(
  facts: PersonFacts,
  mapped: PersonMapping,
  places: Assignments,
  rules: PersonRules,
): PersonResult {
  // Access ends first. All other values of a suspended person come in a later run.
  if (rules.standing === "suspended" && rules.presence !== "disabled")
    return { kind: "desired", desired: { state: "suspended", attributes: {} } };
  const undecided = places.departments.some((place) => place.remoteId === undefined && place.undecided);
  // Without this department, or in the root, the person would be moved although a proposal is undecided.
  const stays = undecided && facts.link?.status === "owned";
  const notes: Note[] = [...mapped.notes, ...places.notes, ...(undecided ? [UNDECIDED] : [])];
  const waitFor: string[] = [...places.unknownGroups];
  const departments = remoteIds(places.departments, "department", waitFor, notes);
  const roles = remoteIds(places.roles, "role", waitFor, notes);
  if (waitFor.length > 0)
    return {
      kind: "waiting",
      on: waitFor,
      reasonCode: "waitingForDepartment",
      reason: "a department or role of this person is not at the target yet",
    };
  if (departments.length === 0 && mapped.external && !stays) return OUTSIDE;
  if (departments.length === 0 && !stays) {
    const hidden = places.departments.filter(({ settings = [] }) =>
      settings.some((each) => rules.conceals?.(each) ?? false),
    );
    if (hidden.length > 0) return hiddenOnly(hidden.map(({ id }) => id));
    if (places.stuckGroups.length > 0) return groupWaits(places.stuckGroups);
    notes.push(inRoot(places));
  }

  const placed: Attributes = stays
    ? {}
    : {
        departments: departments.length > 0 ? departments : [rules.rootDepartment],
        ...(places.main?.remoteId === undefined ? {} : { mainDepartment: places.main.remoteId }),
      };
  if (rules.standing === "suspended")
    return { kind: "desired", desired: { state: "suspended", attributes: placed } };

  const attributes: Record<string, AttributeValue> = {
    ...mapped.attributes,
    ...placed,
    ...(stays ? {} : byDepartment(mapped, places)),
    roles,
  };
  let missing: string | undefined;
  if (mapped.manager !== undefined) {
    const manager = managerOf(facts.manager, rules);
    if (manager.kind === "wait")
      return {
        kind: "waiting",
        on: [manager.id],
        reasonCode: "waitingForManager",
        reason: "the manager of this person is not at the target yet",
      };
    if (manager.remoteId !== undefined) attributes["manager"] = manager.remoteId;
    if (manager.note) notes.push(manager.note);
    missing = manager.missing;
  }
  const desired: Desired = { state: "present", attributes, when: mapped.when, notes };
  return { kind: "desired", desired, ...(missing === undefined ? {} : { missing: [missing] }) };
}

/**
 * Values that apply in one department. Without a value the present titles stay. An order cannot be removed,
 * so without one the present order stays.
 */
function byDepartment(
  { positions }: PersonMapping,
  { departments }: Assignments,
): Readonly<Record<string, AttributeValue>> {
  const list = (pick: (post: DepartmentAssignment) => string | number | undefined): readonly string[] => {
    const known = departments.filter((post) => post.remoteId !== undefined && pick(post) !== undefined);
    // If two groups have the same department, the first one's value is used.
    return [...new Map(known.toReversed().map((post) => [post.remoteId, pick(post)]))]
      .map(([id, value]) => `${id}=${value}`)
      .sort();
  };
  const titles = list(({ title }) => title);
  const orders = list(({ order }) => order);
  const cleared = positions !== undefined && positions.length === 0;
  return {
    ...(titles.length > 0 || cleared ? { departmentTitles: titles } : {}),
    ...(orders.length > 0 ? { departmentOrders: orders } : {}),
  };
}

/** Every person in the root gets a note: the source gives no department, or none that exists. */
const inRoot = (places: Assignments): Note => ({
  attribute: "departments",
  code: "inRoot",
  text: whyInRoot(places),
});

function whyInRoot({ departments, mistakenGroups }: Assignments): string {
  if (departments.length > 0)
    return "none of the person's departments could be made, so the person is directly below the organisation";
  if (mistakenGroups.length === 0) {
    return "the person is in no department, so they are directly below the organisation; put them into a group that becomes one, or name a default under departments in the mapping";
  }
  const named = mistakenGroups
    .slice(0, MOST_NAMED)
    .map(({ id, displayName }) => `group "${displayName}" (${id})`);
  const more = mistakenGroups.length > MOST_NAMED ? ` and ${mistakenGroups.length - MOST_NAMED} more` : "";
  return `no group of the person can become a department, so they are directly below the organisation; correct at its source: ${named.join(", ")}${more}`;
}

/** Groups that a note names; each of them has its own reason. */
const MOST_NAMED = 3;

const UNDECIDED: Note = {
  attribute: "departments",
  code: "departmentUndecided" satisfies LoopNote,
  text: "a department of this person may already exist at the target, and the proposal is undecided; the person stays where they are",
};

export const ADOPTION_REMEDY = "decide: dingtalk-scim adopt list, then adopt accept ID or adopt reject ID";

/** In the root, everybody would see a person who should be hidden. */
const hiddenOnly = (on: readonly string[]): PersonResult => ({
  kind: "parked",
  on,
  reasonCode: "hiddenDepartmentStuck",
  reason:
    "the only departments of this person hide their people and could not be made, and everywhere else others would see the person",
  remedy: `see department ${on[0]}`,
});

/** The place of the person is known once the group above exists. */
const groupWaits = (on: readonly string[]): PersonResult => ({
  kind: "parked",
  on,
  reasonCode: "groupStuck",
  reason: "the only group of this person waits for the group above it",
  remedy: `see group ${on[0]}`,
});

/**
 * In the root an external person would see everybody. So the person stays unchanged until a department is
 * named.
 */
const OUTSIDE = {
  kind: "held",
  reasonCode: "externalWithoutDepartment",
  reason: "the person is external and in no external department",
  remedy: "put the person into a group for external people, or name an externalDefault in the mapping",
} as const;

type ManagerResult =
  | { readonly kind: "wait"; readonly id: string }
  /** `missing`: the manager, who is not at the target. */
  | {
      readonly kind: "set";
      readonly remoteId: string | null | undefined;
      readonly note?: Note;
      readonly missing?: string;
    };

/** An optional reference. It is set if possible, waited for briefly, and never blocks the rest. */
function managerOf(
  manager: Manager | undefined,
  { personId, mayWaitForManager }: PersonRules,
): ManagerResult {
  if (!manager) return { kind: "set", remoteId: null };
  const { person } = manager;
  if (!person) return without("unknownManager", "the manager is not in the directory");
  if (person.several)
    return without(
      "severalManagers",
      "several active people have the number that names the manager, so none is chosen",
    );
  if (person.id === personId) return without("ownManager", "the person is named as their own manager");
  if (person.coming)
    return without("managerNotThere", "the manager has not been hired yet; set when they are there");
  if (!person.active) return without("managerLeft", "the manager has left");
  if (person.remoteId !== undefined) return { kind: "set", remoteId: person.remoteId };
  // The present manager may be the same person.
  if (person.undecided) {
    const note: Note = { attribute: "manager", code: "managerNotThere" satisfies LoopNote, text: MAY_LEAD };
    return { kind: "set", remoteId: undefined, note, missing: person.id };
  }
  const onTheWay = person.state === "due" || person.state === "waiting";
  if (onTheWay && mayWaitForManager) return { kind: "wait", id: person.id };
  return {
    ...without("managerNotThere", "the manager is not at the target yet; set as soon as they are"),
    missing: person.id,
  };
}

const MAY_LEAD = "the manager may be somebody at the target, and nobody has decided; left as it is";

const without = (code: LoopNote, text: string) => ({
  kind: "set" as const,
  remoteId: null,
  note: { attribute: "manager", code, text },
});
