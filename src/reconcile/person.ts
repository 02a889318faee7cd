import type { Mapping, PersonMapping } from "../mapping/mapping.ts";
import type { Manager, PersonFacts, Reference } from "./facts.ts";
import type { Desired } from "./plan.ts";
import type { AttributeValue, Note } from "./target.ts";

/** What a person should be at the target, or what has to be there first. */
export type PersonWish =
  | { readonly kind: "desired"; readonly desired: Desired }
  | { readonly kind: "waiting"; readonly on: readonly string[]; readonly reason: string };

export interface PersonRules {
  readonly rootDepartment: string;
  readonly personId: string;
  readonly canSuspend: boolean;
  /** An inactive person who is kept aside: only in the departments set for that. */
  readonly parked: boolean;
  /** A manager who is on the way may be waited for, unless that could go round in a circle. */
  readonly mayWaitForManager: boolean;
}

/** Whether the directory wants this person as a member of the organisation, whether or not they may sign in. */
export function isWanted({ document, link }: PersonFacts, mapping: Mapping, canSuspend: boolean): boolean {
  if (!document) return false;
  if (document["active"] !== false) return true;
  // Leavers who were never there are not made; accounts that can be switched off are, instead of being moved about.
  return link !== undefined && !canSuspend && mapping.settings.inactive !== "remove";
}

/** Pure. `mapped` is the mapping's answer for a person who is wanted. */
export function personWish(facts: PersonFacts, mapped: PersonMapping | undefined, rules: PersonRules): PersonWish {
  if (!mapped)
    return { kind: "desired", desired: { state: "absent", disposal: facts.document && rules.canSuspend ? "suspend" : "remove" } };

  const notes: Note[] = [...mapped.notes];
  const attributes: Record<string, AttributeValue> = { ...mapped.attributes };
  const waitFor: string[] = [];

  attributes["departments"] = departmentsOf(facts, mapped, rules, waitFor, notes);
  const main = facts.departments.find((department) => department.main)?.remoteId;
  if (main !== undefined) attributes["mainDepartment"] = main;
  const roles = (rules.parked ? [] : facts.groups).flatMap((group) => (group.role ? [group.role] : []));
  if (roles.length > 0) attributes["roles"] = remoteIds(roles, "role", waitFor, notes);
  if (waitFor.length > 0) return { kind: "waiting", on: waitFor, reason: "a department or role of this person is not at the target yet" };

  if (mapped.manager !== undefined) {
    const manager = managerOf(facts.manager, rules);
    if (manager.kind === "wait")
      return { kind: "waiting", on: [manager.id], reason: "the manager of this person is not at the target yet" };
    attributes["manager"] = manager.remoteId;
    if (manager.note) notes.push(manager.note);
  }
  return { kind: "desired", desired: { state: "present", attributes, when: mapped.when, notes } };
}

/** People of other organisations and our own never share a department: what does not fit is left out with a note. */
function departmentsOf(facts: PersonFacts, mapped: PersonMapping, rules: PersonRules, waitFor: string[], notes: Note[]): readonly string[] {
  const wanted: Reference[] = [...facts.departments];
  for (const group of rules.parked ? [] : facts.groups) {
    if (group.placement === undefined) waitFor.push(group.id);
    if (!group.department) continue;
    if (group.external === mapped.external) wanted.push(group.department);
    else
      notes.push({
        attribute: "departments",
        code: mapped.external ? "externalPerson" : "externalDepartment",
        text: `left out of group ${group.id}: ${MIXED}`,
      });
  }
  const ids = remoteIds(wanted, "department", waitFor, notes);
  return ids.length > 0 ? ids : [rules.rootDepartment];
}

const MIXED = "people of other organisations and our own are kept in separate departments";

/** Remote ids in a stable order; what is stuck is left out with a note, what is on its way is waited for. */
function remoteIds(references: readonly Reference[], what: string, waitFor: string[], notes: Note[]): readonly string[] {
  const ids = new Set<string>();
  for (const reference of references) {
    if (reference.remoteId !== undefined) ids.add(reference.remoteId);
    else if (reference.state === "parked" || reference.state === "held") {
      notes.push({
        attribute: `${what}s`,
        code: "notThere",
        text: `a ${what} of this person could not be made: see ${what} ${reference.id}`,
      });
    } else waitFor.push(reference.id);
  }
  return [...ids].sort();
}

type ManagerWish =
  | { readonly kind: "wait"; readonly id: string }
  | { readonly kind: "set"; readonly remoteId: string | null; readonly note?: Note };

/** An optional reference: it is set when it can be, waited for a moment, and never blocks the rest. */
function managerOf(manager: Manager | undefined, { personId, mayWaitForManager }: PersonRules): ManagerWish {
  if (!manager) return { kind: "set", remoteId: null };
  const { person } = manager;
  if (!person) {
    return {
      kind: "set",
      remoteId: null,
      note: { attribute: "manager", code: "unknownManager", text: "the manager is not in the directory" },
    };
  }
  if (person.id === personId) {
    return {
      kind: "set",
      remoteId: null,
      note: { attribute: "manager", code: "ownManager", text: "the person is named as their own manager" },
    };
  }
  if (!person.active)
    return { kind: "set", remoteId: null, note: { attribute: "manager", code: "managerLeft", text: "the manager has left" } };
  if (person.remoteId !== undefined) return { kind: "set", remoteId: person.remoteId };
  const onTheWay = person.state === "due" || person.state === "waiting";
  if (onTheWay && mayWaitForManager) return { kind: "wait", id: person.id };
  return {
    kind: "set",
    remoteId: null,
    note: { attribute: "manager", code: "managerNotThere", text: "the manager is not at the target yet; set as soon as they are" },
  };
}
