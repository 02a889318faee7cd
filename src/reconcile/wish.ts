import { unreachable } from "../core/errors.ts";
import type { GroupPlacement, Mapping } from "../mapping/mapping.ts";
import { departmentWish, roleWish } from "./department.ts";
import type { Link, PersonFacts } from "./facts.ts";
import { isWanted, personWish } from "./person.ts";
import type { Desired } from "./plan.ts";
import type { Claim, GroupPlace, ReconcileStore } from "./ports.ts";
import type { Note, TargetAdapter } from "./target.ts";

/** What one run should bring about. */
export type Wish =
  /** Nothing of it lives at the target itself (a group is a department, a role or nothing). */
  | { readonly kind: "settled"; readonly notes: readonly Note[]; readonly gone: boolean }
  | { readonly kind: "waiting"; readonly on: readonly string[]; readonly reason: string }
  | { readonly kind: "desired"; readonly desired: Desired; readonly link: Link | undefined; readonly inDirectory: boolean };

export interface WishDeps {
  readonly store: ReconcileStore;
  readonly target: TargetAdapter;
  readonly mapping: Mapping;
}

/** Loads what is known now and concludes what the target should hold. A group is put into the department tree on the way. */
export async function wishFor(deps: WishDeps, claim: Claim): Promise<Wish> {
  const { store, target } = deps;
  const { kind, id } = claim.ref;
  switch (kind) {
    case "user":
      return personWishFor(deps, claim);
    case "group":
      return placeGroup(deps, claim);
    case "department": {
      const facts = (await store.departments([id])).get(id)!;
      const wish = departmentWish(facts, target.rootDepartment);
      return wish.kind === "waiting" ? wish : { ...wish, link: facts.link, inDirectory: facts.node?.present ?? false };
    }
    case "role": {
      const facts = (await store.roles([id])).get(id)!;
      const wish = roleWish(facts);
      return wish.kind === "waiting" ? wish : { ...wish, link: facts.link, inDirectory: facts.name !== undefined };
    }
    default:
      return unreachable(kind);
  }
}

async function personWishFor(deps: WishDeps, claim: Claim): Promise<Wish> {
  const { store, target, mapping } = deps;
  const { id } = claim.ref;
  let facts = (await store.people([id])).get(id)!;
  const canSuspend = facts.link?.observed ? target.canSuspend(facts.link.observed.attributes) : false;
  const wanted = isWanted(facts, mapping) && facts.document !== undefined;
  const mapped = wanted
    ? mapping.person({ user: facts.document!, groups: facts.groups.map(({ id: groupId, displayName }) => ({ id: groupId, displayName })) })
    : undefined;

  if (mapped && (mapped.departments.length > 0 || facts.departments.length > 0)) {
    const main = JSON.stringify(mapped.mainDepartment);
    const places = mapped.departments.map((path) => ({ path, external: mapping.isExternal(path), main: JSON.stringify(path) === main }));
    if (await store.placePerson(id, places, claim.causes)) facts = (await store.people([id])).get(id)!;
  }
  if (mapped?.manager && mapped.manager !== facts.manager?.reference && facts.sourceId !== undefined) {
    facts = { ...facts, manager: await store.manager(facts.sourceId, mapped.manager) };
  }

  const rules = { rootDepartment: target.rootDepartment, canSuspend, personId: id };
  let wish = personWish(facts, mapped, { ...rules, mayWaitForManager: true });
  const managerId = facts.manager?.person?.id;
  if (wish.kind === "waiting" && managerId !== undefined && wish.on.includes(managerId) && (await store.waitsInCircle(id, managerId))) {
    wish = personWish(facts, mapped, { ...rules, mayWaitForManager: false });
  }
  return wish.kind === "waiting" ? wish : { ...wish, link: facts.link, inDirectory: inDirectory(facts) };
}

const inDirectory = (facts: PersonFacts): boolean => facts.document !== undefined;

/** A group is never at the target under its own name: it becomes a node of the department tree, a role, or nothing. */
async function placeGroup({ store, mapping }: WishDeps, claim: Claim): Promise<Wish> {
  const { id } = claim.ref;
  const { document } = (await store.groups([id])).get(id)!;
  if (!document) {
    await store.placeGroup(id, undefined, claim.causes);
    return { kind: "settled", notes: [], gone: true };
  }
  const nestedOrParent = mapping.settings.structure !== "path";
  const ancestors = nestedOrParent ? await store.groupsAbove(id, mapping.parentReference(document)) : [];
  const placement = mapping.group({ group: document, ancestors });
  await store.placeGroup(id, placeOf(placement), claim.causes);
  return { kind: "settled", notes: placement.kind === "department" ? placement.notes : [], gone: false };
}

function placeOf(placement: GroupPlacement): GroupPlace {
  switch (placement.kind) {
    case "department":
      return { kind: "department", path: placement.path, settings: placement.settings, external: placement.external };
    case "role":
      return placement;
    case "none":
      return placement;
    default:
      return unreachable(placement);
  }
}
