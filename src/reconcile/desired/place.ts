import type { Claim } from "../ports.ts";
import { placementOfGroup } from "./group.ts";
import type { Known } from "./load.ts";
import { withNameKeys } from "./path-levels.ts";
import type { DesiredDeps } from "./result.ts";

/**
 * Writes the place of a group, or of a person with departments from attributes, to the desired tree, and the
 * manager of a person whom another attribute names. This is the only effect before a plan, and only the run
 * calls it. Resolves with the facts after it.
 */
export async function place(deps: DesiredDeps, { ref: { id }, causes }: Claim, known: Known): Promise<Known> {
  const { store, target, mapping } = deps;
  if (known.kind === "group") {
    const { place: placed, resolved } = await placementOfGroup(deps, id, known.facts);
    if (placed !== "stay") await store.writeGroupNode(id, placed, mapping.settings.structure, causes);
    return { ...known, resolved };
  }
  if (known.kind !== "user") return known;
  const { paths, mapped } = known.classification;
  const [named, ofRecord] = [mapped?.manager ?? undefined, known.facts.manager?.reference];
  // Before the person who is named is looked up. A name that the mapping does not take any more stays, at the
  // cost of needless checks.
  if (mapped?.manager !== undefined && named !== ofRecord) await store.writeNamedManager(id, named);
  if (paths.length === 0 && known.facts.departments.length === 0) return known;
  const levels = paths.map((each) => ({ ...each, path: withNameKeys(target, each.path) }));
  if (!(await store.writePersonDepartments(id, levels, causes))) return known;
  return { ...known, facts: (await store.people([id])).get(id)! };
}
