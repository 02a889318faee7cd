import { unreachable } from "../core/errors.ts";
import type { Mapping, PersonInput, PersonMapping } from "../mapping/mapping.ts";
import { departmentWish, roleWish } from "./department.ts";
import type { Link, PersonFacts } from "./facts.ts";
import { placeGroup } from "./group.ts";
import { personWish, type Standing, standingOf } from "./person.ts";
import { type Places, parkedPlaces, parkingPlace, pathsOf, placesOf } from "./places.ts";
import type { Desired } from "./plan.ts";
import type { Claim, PersonPlace, ReconcileStore } from "./ports.ts";
import type { LoopReason } from "./reasons.ts";
import type { Actual, Note, TargetAdapter, WriteContext } from "./target.ts";

/** What one run should bring about. */
export type Wish =
  /** Nothing of it lives at the target itself (a group is a department, a role or nothing). */
  | { readonly kind: "settled"; readonly notes: readonly Note[]; readonly gone: boolean }
  | { readonly kind: "waiting"; readonly on: readonly string[]; readonly reasonCode: LoopReason; readonly reason: string }
  | {
      readonly kind: "held" | "parked";
      readonly on?: readonly string[];
      readonly reasonCode: LoopReason;
      readonly reason: string;
      readonly remedy: string;
    }
  | {
      readonly kind: "desired";
      readonly desired: Desired;
      readonly link: Link | undefined;
      readonly inDirectory: boolean;
      /** Set when it took a read to know what is desired. */
      readonly seen?: { readonly actual: Actual | undefined };
    };

export interface WishDeps {
  readonly store: ReconcileStore;
  readonly target: TargetAdapter;
  readonly mapping: Mapping;
}

/** Loads what is known now and concludes what the target should hold. A group is put into the department tree on the way. */
export async function wishFor(deps: WishDeps, claim: Claim, context: WriteContext): Promise<Wish> {
  const { store, target } = deps;
  const { kind, id } = claim.ref;
  switch (kind) {
    case "user":
      return personWishFor(deps, claim, context);
    case "group":
      return placeGroup(deps, claim);
    case "department": {
      const facts = (await store.departments([id])).get(id)!;
      const wish = departmentWish(facts, target.rootDepartment);
      return wish.kind === "desired" ? { ...wish, link: facts.link, inDirectory: facts.node?.present ?? false } : wish;
    }
    case "role": {
      const facts = (await store.roles([id])).get(id)!;
      const wish = roleWish(facts);
      return wish.kind === "desired" ? { ...wish, link: facts.link, inDirectory: facts.name !== undefined } : wish;
    }
    default:
      return unreachable(kind);
  }
}

async function personWishFor(deps: WishDeps, claim: Claim, context: WriteContext): Promise<Wish> {
  const { store, target, mapping } = deps;
  const { id } = claim.ref;
  let facts = (await store.people([id])).get(id)!;
  const seen = await seenOfLeaver(deps, facts, context);
  const actual = seen ? seen.actual : facts.link?.observed;

  const { standing, mapped, paths, parking } = judge(mapping, target, facts, actual);
  if ((paths.length > 0 || facts.departments.length > 0) && (await store.placePerson(id, paths, claim.causes))) {
    facts = (await store.people([id])).get(id)!;
  }
  const common = { link: facts.link, inDirectory: facts.document !== undefined, ...(seen ? { seen } : {}) };
  if (standing === "absent" || !mapped) return { kind: "desired", desired: { state: "absent" }, ...common };

  if (mapped.manager && mapped.manager !== facts.manager?.reference && facts.sourceId !== undefined) {
    facts = { ...facts, manager: await store.manager(facts.sourceId, mapped.manager) };
  }
  const places = parking ? parkedPlaces(facts) : placesOf(mapping.settings, mapped, facts);
  const wish = await withoutCircle(deps, facts, mapped, places, { personId: id, standing, presence: actual?.presence });
  if (wish.kind !== "desired") return wish;
  const managed = await stillManages(deps, id, wish.desired, actual ?? facts.link?.observed, facts.link);
  return managed.length > 0
    ? {
        kind: "waiting",
        on: managed,
        reasonCode: "stillManager",
        reason: "a department that this person leaves still has them as its manager",
      }
    : { ...wish, ...common };
}

/**
 * Departments that have to let go of a manager before this person can leave them: what a target does with a manager who leaves is
 * not known. One that is stuck itself is not waited for.
 */
async function stillManages(
  { store }: WishDeps,
  personId: string,
  desired: Desired,
  actual: Pick<Actual, "attributes"> | undefined,
  link: Link | undefined,
): Promise<readonly string[]> {
  const staying = desired.state === "absent" ? undefined : desired.attributes["departments"];
  if (link?.remoteId === undefined || !Array.isArray(staying)) return [];
  const there = actual?.attributes["departments"];
  if (Array.isArray(there) && there.every((remoteId: string) => staying.includes(remoteId))) return [];
  const managed = await store.managedBy(personId, staying);
  return managed.filter(({ state }) => state !== "parked" && state !== "held").map((department) => department.id);
}

/** How the mapping and the directory want a person; `parking`: in the department for leavers only. Pure. */
export function judge(
  mapping: Mapping,
  target: Pick<TargetAdapter, "canSuspend">,
  facts: PersonFacts,
  actual: Pick<Actual, "attributes"> | undefined,
): Judgement {
  const standing = standingOf(facts, mapping.settings.inactive, actual ? target.canSuspend(actual.attributes) : false);
  if (standing === "absent") return ABSENT;
  const mapped = mapping.person(personInput(facts));
  if (standing !== "parked") return { standing, mapped, paths: pathsOf(mapping, mapped, facts.groups), parking: false };
  const paths = parkingPlace(mapping, mapped.external);
  return paths ? { standing, mapped, paths, parking: true } : ABSENT;
}

export interface Judgement {
  readonly standing: Standing;
  readonly mapped: PersonMapping | undefined;
  readonly paths: readonly PersonPlace[];
  readonly parking: boolean;
}

const ABSENT: Judgement = { standing: "absent", mapped: undefined, paths: [], parking: false };

/** Whether a leaver is switched off or removed depends on the kind of account there, and must not depend on what was forgotten of it. */
async function seenOfLeaver({ target }: WishDeps, { document, link }: PersonFacts, context: WriteContext) {
  const leaves = document !== undefined && document["active"] === false;
  if (!leaves || link?.remoteId === undefined || link.observed) return undefined;
  const { actual } = await target.read("user", link.remoteId, context);
  return { actual };
}

/** People who name each other as managers must not wait for each other. */
async function withoutCircle(
  { store, target }: WishDeps,
  facts: PersonFacts,
  mapped: PersonMapping,
  places: Places,
  who: { readonly personId: string; readonly standing: Exclude<Standing, "absent">; readonly presence: Actual["presence"] | undefined },
) {
  const rules = { ...who, rootDepartment: target.rootDepartment };
  const wish = personWish(facts, mapped, places, { ...rules, mayWaitForManager: true });
  const managerId = facts.manager?.person?.id;
  if (wish.kind !== "waiting" || managerId === undefined || !wish.on.includes(managerId)) return wish;
  if (!(await store.waitsInCircle(who.personId, managerId))) return wish;
  return personWish(facts, mapped, places, { ...rules, mayWaitForManager: false });
}

export const personInput = (facts: PersonFacts): PersonInput => ({
  user: facts.document!,
  groups: facts.groups.map(({ id, displayName }) => ({ id, displayName })),
});
