import type { Mapping, PersonInput, PersonMapping } from "../../mapping/mapping.ts";
import type { Link, PersonFacts, RoleFacts } from "../facts.ts";
import type { AttributeDepartment } from "../places.ts";
import type { Desired } from "../plan.ts";
import type { ReconcileStore } from "../ports.ts";
import type { TargetAdapter } from "../target.ts";
import type { Actual, AttributeValue } from "../target-values.ts";
import { assignmentsOf, attributeDepartments, parkedAssignments, parkingDepartment } from "./assignments.ts";
import { desiredRole, type StructureResult } from "./department.ts";
import { type GraceStep, type LifecycleState, lifecycleOf, NO_GRACE } from "./leaver.ts";
import { ADOPTION_REMEDY, desiredPerson, type PersonResult } from "./person.ts";
import type { DesiredDeps } from "./result.ts";

/*
 * The conclusion for an entity from its facts. The run, the operator's plan and the comparison share this
 * code, so they always agree. It writes nothing and does not read the target.
 */

export interface ConcludeDeps {
  readonly store: Pick<ReconcileStore, "manager" | "managedBy" | "waitsInCircle" | "nameHolders">;
  readonly target: Pick<
    TargetAdapter,
    "rootDepartment" | "canSuspend" | "conceals" | "numberedName" | "normalize"
  >;
  readonly mapping: Mapping;
}

/**
 * The desired state of a person's presence by mapping and directory. `parking`: only in the department for
 * leavers.
 */
export interface Classification {
  readonly standing: LifecycleState;
  readonly mapped: PersonMapping | undefined;
  readonly paths: readonly AttributeDepartment[];
  readonly parking: boolean;
  /** Only of a leaver with a grace, and of a person who came back. */
  readonly grace?: GraceStep;
}

export type ClassifyDeps = Pick<DesiredDeps, "mapping" | "policy"> & {
  readonly clock: Pick<DesiredDeps["clock"], "now">;
  readonly target: Pick<TargetAdapter, "canSuspend">;
};

/** Pure, except for the time. */
export function classify(
  { mapping, target, policy, clock }: ClassifyDeps,
  facts: PersonFacts,
  actual: Pick<Actual, "attributes"> | undefined,
): Classification {
  const account =
    actual && (target.canSuspend(actual.attributes) ? ("enterprise" as const) : ("regular" as const));
  const rules = { ...NO_GRACE, ...policy };
  const { standing, grace } = lifecycleOf(facts, {
    settings: mapping.settings,
    rules,
    account,
    now: clock.now(),
  });
  const known = grace ? { grace } : {};
  const unmapped = { mapped: undefined, paths: [], parking: false, ...known };
  // Nothing can be mapped of a person whom the directory no longer has.
  if (standing === "absent" || standing === "kept" || !facts.document) return { standing, ...unmapped };
  const mapped = mapping.person(personInput(facts));
  const member = () => ({
    mapped,
    paths: attributeDepartments(mapping, mapped, facts.groups),
    parking: false,
    ...known,
  });
  if (standing !== "parked") return { standing, ...member() };
  const paths = parkingDepartment(mapping, mapped.external);
  if (paths) return { standing, mapped, paths, parking: true, ...known };
  // Nobody is parked in a department for the other kind of people.
  if (grace?.kind === "starts")
    return { standing: "member", ...member(), grace: { ...grace, standing: "member" } };
  return grace?.kind === "runs" ? { standing: "member", ...member() } : { standing: "absent", ...unmapped };
}

/** `facts` has the departments that exist for the paths of the classification. */
export async function concludePerson(
  deps: ConcludeDeps,
  personId: string,
  known: PersonFacts,
  { standing, mapped, parking }: Classification,
  actual: Pick<Actual, "attributes" | "presence"> | undefined,
): Promise<PersonResult> {
  const { store, target, mapping } = deps;
  if (standing === "kept") return { kind: "desired", desired: { state: "kept" } };
  if (standing === "suspended" && !mapped)
    return { kind: "desired", desired: { state: "suspended", attributes: {} } };
  if (standing === "absent" || !mapped) return absentPerson(known);
  if (known.joinOpen && !known.link) return JOIN_OPEN;
  if (known.undecided && !known.link) return ADOPTION_OPEN;
  const facts = await withManager(deps, known, mapped);
  const places = parking ? parkedAssignments(facts) : assignmentsOf(mapping.settings, mapped, facts);
  const rules = {
    personId,
    standing,
    presence: actual?.presence,
    rootDepartment: target.rootDepartment,
    conceals: (settings: Actual["attributes"]) => target.conceals?.(settings) ?? false,
  };
  let resolved = desiredPerson(facts, mapped, places, { ...rules, mayWaitForManager: true });
  if (resolved.kind === "waiting" && (await store.waitsInCircle(personId, resolved.on))) {
    // In a cycle of waits the manager is left out for now. People may be managers of each other, or may wait
    // for each other in another way.
    resolved = desiredPerson(facts, mapped, places, { ...rules, mayWaitForManager: false });
    if (resolved.kind === "waiting") return { ...resolved, inCircle: true };
  }
  if (resolved.kind !== "desired") return resolved;
  const forMs = standing === "member" ? settlesInMs(facts, resolved.desired) : undefined;
  if (forMs !== undefined)
    return { kind: "waiting", on: [], forMs, reasonCode: "settling", reason: MAY_COME_BACK };
  const managed = await stillManages(deps, personId, resolved.desired, actual, facts.link);
  return managed.length > 0
    ? {
        kind: "waiting",
        on: managed,
        inCircle: false,
        reasonCode: "stillManager",
        reason: "a department that this person leaves still has them as its manager",
      }
    : resolved;
}

/** A second account might be created for the same person. */
const JOIN_OPEN: PersonResult = {
  kind: "held",
  on: [],
  reasonCode: "joinOpen",
  reason: "a record of another source may be the same person, and nobody has decided",
  remedy: "decide: `dingtalk-scim joins list`, then `joins accept` or `joins refuse`",
};

const ADOPTION_OPEN: PersonResult = {
  kind: "held",
  reasonCode: "adoptionOpen",
  reason: "somebody at the target may be this person, and nobody has decided",
  remedy: ADOPTION_REMEDY,
};

/** An intended link has priority: an unanswered create may have made the account. */
function absentPerson({ undecided, link }: PersonFacts): PersonResult {
  if (undecided && !link) return LEAVER_UNDECIDED;
  return { kind: "desired", desired: { state: "absent" }, ...(undecided ? { again: true } : {}) };
}

/**
 * It is not known whether the account belongs to the leaver. So it is not removed, and the leaver may still
 * have access.
 */
const LEAVER_UNDECIDED: PersonResult = {
  kind: "held",
  reasonCode: "leaverUndecided",
  reason: "the person has left, and somebody at the target may be this person: they may still have access",
  remedy:
    "look at `dingtalk-scim adopt list`: remove the account in DingTalk by hand if it is theirs, or adopt reject ID if it is somebody else's",
};

const MAY_COME_BACK = "a department of this person was emptied a moment ago and may be needed again";

/**
 * Milliseconds in which a department that the person would leave may come back. A group that is deleted and
 * created again must not move everybody twice.
 */
function settlesInMs({ settling = [] }: PersonFacts, desired: Desired): number | undefined {
  const staying = placesIn(desired);
  const left = Array.isArray(staying) ? settling.filter(({ remoteId }) => !staying.includes(remoteId)) : [];
  return left.length > 0 ? Math.max(...left.map(({ ms }) => ms)) : undefined;
}

/** The mapping may name another manager than the directory, or may leave the manager unmanaged. */
async function withManager(
  { store }: ConcludeDeps,
  facts: PersonFacts,
  { manager }: PersonMapping,
): Promise<PersonFacts> {
  if (!manager || facts.sourceId === undefined || manager === facts.manager?.reference) return facts;
  return { ...facts, manager: await store.manager(facts.sourceId, manager) };
}

/**
 * Departments that must drop the person as manager before the person can leave them, because it is not known
 * how a target treats a manager who leaves. A department does this whatever else it waits for, so this wait
 * is never part of a cycle. A stuck department is not waited for.
 */
async function stillManages(
  { store }: ConcludeDeps,
  personId: string,
  desired: Desired,
  actual: Pick<Actual, "attributes"> | undefined,
  link: Link | undefined,
): Promise<readonly string[]> {
  const staying = placesIn(desired);
  if (link?.remoteId === undefined || !Array.isArray(staying)) return [];
  const there = actual?.attributes["departments"];
  if (Array.isArray(there) && there.every((remoteId: string) => staying.includes(remoteId))) return [];
  const managed = await store.managedBy(personId, staying);
  return managed
    .filter(({ state }) => state !== "parked" && state !== "held")
    .map((department) => department.id);
}

const placesIn = (desired: Desired): AttributeValue | undefined =>
  desired.state === "absent" || desired.state === "kept" ? undefined : desired.attributes["departments"];

export const concludeRole = (facts: RoleFacts): StructureResult => desiredRole(facts);

export const personInput = (facts: PersonFacts): PersonInput => ({
  user: facts.document!,
  groups: facts.groups.map(({ id, displayName }) => ({ id, displayName })),
});
