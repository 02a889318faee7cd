import { unreachable } from "../../core/errors.ts";
import type { DepartmentFacts, PersonFacts } from "../facts.ts";
import type { AskedValue, Claim, ReconcileStore } from "../ports.ts";
import type { WriteContext } from "../target.ts";
import { concludePerson, concludeRole, judge } from "./conclude.ts";
import { concludeDepartment } from "./conclude-department.ts";
import { givesWay } from "./give-way.ts";
import { placeGroup } from "./group.ts";
import { withNameKeys } from "./path-levels.ts";
import type { Wish, WishDeps } from "./result.ts";

/** Loads what is known now and concludes what the target should hold. A group is put into the department tree on the way. */
export async function wishFor(deps: WishDeps, claim: Claim, context: WriteContext): Promise<Wish> {
  const { store } = deps;
  const { kind, id } = claim.ref;
  switch (kind) {
    case "user":
      return personWishFor(deps, claim, context);
    case "group":
      return placeGroup(deps, claim);
    case "department":
      return departmentWishFor(deps, claim, context);
    case "role": {
      const facts = (await store.roles([id])).get(id)!;
      const wish = concludeRole(facts);
      return wish.kind === "desired" ? { ...wish, link: facts.link, inDirectory: facts.name !== undefined } : wish;
    }
    default:
      return unreachable(kind);
  }
}

async function departmentWishFor(deps: WishDeps, claim: Claim, context: WriteContext): Promise<Wish> {
  const { id } = claim.ref;
  const known = (await deps.store.departments([id])).get(id)!;
  const seen = await seenOfManaged(deps, known, context);
  const actual = seen ? seen.actual : known.link?.observed;
  const facts = seen && known.link ? { ...known, link: { ...known.link, observed: seen.actual } } : known;
  const wish = await concludeDepartment(deps, id, facts, actual);
  if (wish.kind !== "desired") return wish;
  return { ...wish, link: known.link, inDirectory: known.node?.present ?? false, ...(seen ? { seen } : {}) };
}

/** Who waits to leave is let go of at once, and to do that the managers there have to be known. */
async function seenOfManaged({ target }: WishDeps, { node, link }: DepartmentFacts, context: WriteContext) {
  if (!node || node.leaving.length === 0 || link?.status !== "owned" || link.remoteId === undefined || link.observed) return undefined;
  return { actual: (await target.read("department", link.remoteId, context)).actual };
}

async function personWishFor(deps: WishDeps, claim: Claim, context: WriteContext): Promise<Wish> {
  const { store, target, mapping } = deps;
  const { id } = claim.ref;
  let facts = (await store.people([id])).get(id)!;
  const seen = await seenOfLeaver(deps, facts, context);
  const actual = seen ? seen.actual : facts.link?.observed;
  const judgement = judge(mapping, target, facts, actual);
  const { paths } = judgement;
  if (
    (paths.length > 0 || facts.departments.length > 0) &&
    (await store.placePerson(
      id,
      paths.map((place) => ({ ...place, path: withNameKeys(target, place.path) })),
      claim.causes,
    ))
  ) {
    facts = (await store.people([id])).get(id)!;
  }
  const wish = await concludePerson(deps, id, facts, judgement, actual ?? facts.link?.observed);
  if (wish.kind !== "desired") return wish;
  const desired = { ...wish, link: facts.link, inDirectory: facts.document !== undefined, ...(seen ? { seen } : {}) };
  return givesWay(target, claim.ref, desired, await asked(store, id, facts));
}

/** Only who is inactive and there has to give anything away. */
const asked = async (store: ReconcileStore, id: string, { document, link }: PersonFacts): Promise<readonly AskedValue[]> =>
  document?.["active"] === false && link?.remoteId !== undefined ? store.asked(id) : [];

/** Whether a leaver is switched off or removed depends on the kind of account there, and must not depend on what was forgotten of it. */
async function seenOfLeaver({ target }: WishDeps, { document, link }: PersonFacts, context: WriteContext) {
  const leaves = document !== undefined && document["active"] === false;
  if (!leaves || link?.remoteId === undefined || link.observed) return undefined;
  const { actual } = await target.read("user", link.remoteId, context);
  return { actual };
}
