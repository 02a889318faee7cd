import type { JsonObject } from "../core/entity.ts";
import { unreachable } from "../core/errors.ts";
import type { DepartmentPath, GroupPlacement, Mapping, PersonInput, PersonMapping } from "../mapping/mapping.ts";
import { departmentWish, roleWish } from "./department.ts";
import type { Link, PersonFacts } from "./facts.ts";
import { isWanted, personWish } from "./person.ts";
import type { Desired } from "./plan.ts";
import type { Claim, GroupPlace, PathLevel, PersonPlace, ReconcileStore } from "./ports.ts";
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
  const mapped = isWanted(facts, mapping, canSuspend) ? mapping.person(personInput(facts)) : undefined;
  const parked = mapped !== undefined && facts.document?.["active"] === false && mapping.settings.inactive === "park";

  const places = mapped ? placesOf(mapping, mapped, facts, parked) : [];
  if (places.length > 0 || facts.departments.length > 0) {
    if (await store.placePerson(id, places, claim.causes)) facts = (await store.people([id])).get(id)!;
  }
  if (mapped?.manager && mapped.manager !== facts.manager?.reference && facts.sourceId !== undefined) {
    facts = { ...facts, manager: await store.manager(facts.sourceId, mapped.manager) };
  }

  const rules = { rootDepartment: target.rootDepartment, canSuspend, personId: id, parked };
  let wish = personWish(facts, mapped, { ...rules, mayWaitForManager: true });
  const managerId = facts.manager?.person?.id;
  if (wish.kind === "waiting" && managerId !== undefined && wish.on.includes(managerId) && (await store.waitsInCircle(id, managerId))) {
    wish = personWish(facts, mapped, { ...rules, mayWaitForManager: false });
  }
  return wish.kind === "waiting" ? wish : { ...wish, link: facts.link, inDirectory: facts.document !== undefined };
}

const personInput = (facts: PersonFacts): PersonInput => ({
  user: facts.document!,
  groups: facts.groups.map(({ id, displayName }) => ({ id, displayName })),
});

/** Departments a person is in by other means than groups: by attributes, or the one for leavers, or the one for externals who have none. */
function placesOf(mapping: Mapping, mapped: PersonMapping, facts: PersonFacts, parked: boolean): readonly PersonPlace[] {
  const { parkIn, externalDefault } = mapping.settings;
  if (parked) return parkIn ? [{ path: levelsOf(mapping, parkIn), main: true }] : [];
  const main = JSON.stringify(mapped.mainDepartment);
  const places = mapped.departments.map((path) => ({ path: levelsOf(mapping, path), main: JSON.stringify(path) === main }));
  const homeless = mapped.external && places.length === 0 && !facts.groups.some((group) => group.department && group.external);
  return homeless && externalDefault ? [{ path: levelsOf(mapping, externalDefault, true), main: true }] : places;
}

const levelsOf = (mapping: Mapping, path: DepartmentPath, external?: boolean): readonly PathLevel[] =>
  path.map((name, depth) => {
    const own = depth === path.length - 1 ? external : undefined;
    return { name, external: own ?? mapping.isExternal(path.slice(0, depth + 1)) };
  });

/** A group is never at the target under its own name: it becomes a node of the department tree, a role, or nothing. */
async function placeGroup({ store, mapping }: WishDeps, claim: Claim): Promise<Wish> {
  const { id } = claim.ref;
  const { document } = (await store.groups([id])).get(id)!;
  if (!document) {
    await store.placeGroup(id, undefined, claim.causes);
    return { kind: "settled", notes: [], gone: true };
  }
  const placement = mapping.group({ group: document, ancestors: await ancestorsOf({ store, mapping }, id, document) });
  await store.placeGroup(id, placeOf(mapping, placement), claim.causes);
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
    at = reference === undefined ? undefined : await store.groupMeant(id, reference);
    if (at) above.push(at);
  }
  return above;
}

function placeOf(mapping: Mapping, placement: GroupPlacement): GroupPlace {
  if (placement.kind !== "department") return placement;
  return {
    kind: "department",
    path: levelsOf(mapping, placement.path, placement.external),
    settings: placement.settings,
    carries: mapping.settings.structure !== "path",
  };
}
