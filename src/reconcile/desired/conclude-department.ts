import type { DepartmentFacts } from "../facts.ts";
import type { NameHolder } from "../ports.ts";
import type { TargetAdapter } from "../target.ts";
import type { Actual, Attributes } from "../target-values.ts";
import type { ConcludeDeps } from "./conclude.ts";
import { desiredDepartment, type NumberedName, part, type StructureResult, shownName, withNumber } from "./department.ts";

/*
 * What is concluded of a department. The tree gives no two siblings one name, but names change hands: whoever is to have a name waits until the one who
 * has it has been renamed, moved or removed. Where that goes round in a circle (two swap their names, or one moves below the new holder of its name), the
 * first to see it gives its name up: for its final name in its old place when that is free, else for a readable number behind it, for as long as the others
 * take. There is no other way, as no two calls arrive at one moment.
 */

/** More siblings of one name than this would be a mistake of the source. */
const MAX_NUMBER = 9;

export async function concludeDepartment(
  deps: ConcludeDeps,
  id: string,
  facts: DepartmentFacts,
  actual: Pick<Actual, "attributes"> | undefined = facts.link?.observed,
): Promise<StructureResult> {
  const { store, target } = deps;
  const numbered: NumberedName = target.numberedName?.bind(target) ?? withNumber;
  const resolved = desiredDepartment(facts, target.rootDepartment, numbered);
  if (resolved.kind === "waiting") {
    // A removal waits for the people and departments inside.
    const on = resolved.reasonCode === "stillOccupied" ? [id] : resolved.on;
    return on.length > 0 && (await store.waitsInCircle(id, on)) ? yieldName(deps, id, facts, actual, resolved, numbered) : resolved;
  }
  if (resolved.kind !== "desired" || resolved.again || resolved.desired.state !== "present") return resolved;

  const wanted = target.normalize("department", resolved.desired.attributes).attributes;
  if (actual && actual.attributes["name"] === wanted["name"] && actual.attributes["parent"] === wanted["parent"]) return resolved;
  const holder = (await holders(deps, id, wanted)).find((each) => gives(each, wanted, target, numbered));
  if (!holder) return resolved;
  const waits = {
    kind: "waiting" as const,
    on: [holder.id],
    reasonCode: "waitingForName" as const,
    reason: `another managed department still has the name: department ${holder.id}`,
  };
  return (await store.waitsInCircle(id, [holder.id])) ? yieldName(deps, id, facts, actual, waits, numbered) : waits;
}

async function holders({ store }: ConcludeDeps, id: string, { name, parent }: Attributes): Promise<readonly NameHolder[]> {
  return typeof name === "string" && typeof parent === "string" ? store.nameHolders(id, { name, parent }) : [];
}

/** Whether the holder is on the way to give the name up. One that is stuck is named by the refusal instead. */
function gives(
  holder: NameHolder,
  wanted: Attributes,
  target: Pick<TargetAdapter, "normalize" | "rootDepartment">,
  numbered: NumberedName,
): boolean {
  if (holder.state === "parked" || holder.state === "held" || holder.present === null) return false;
  if (!holder.present) return true;
  const parent = holder.top ? target.rootDepartment : holder.parentId;
  if (parent !== wanted["parent"]) return true;
  const { name } = target.normalize("department", { name: shownName(holder, numbered) }).attributes;
  return name !== wanted["name"];
}

async function yieldName(
  deps: ConcludeDeps,
  id: string,
  { node }: DepartmentFacts,
  actual: Pick<Actual, "attributes"> | undefined,
  resolved: Extract<StructureResult, { kind: "waiting" }>,
  numbered: NumberedName,
): Promise<StructureResult> {
  const waits = { ...resolved, inCircle: true };
  const parent = actual?.attributes["parent"];
  const now = String(actual?.attributes["name"]);
  if (!node || parent === undefined || parent === null) return waits;
  const plain = node.present ? shownName(node, numbered) : node.name;
  const shown = (name: string) => deps.target.normalize("department", { name }).attributes["name"] ?? name;
  const names = [...(node.present ? [plain] : []), ...Array.from({ length: MAX_NUMBER - 1 }, (_, at) => numbered(node.name, at + 2))].map(
    shown,
  );
  // It has made way already: the others follow.
  if (names.includes(now) && now !== shown(node.name)) return waits;
  for (const name of names) {
    if (name === now) continue;
    const taken = await deps.store.nameHolders(id, { name: String(name), parent: String(parent) });
    if (taken.length === 0) return part({ name });
  }
  return waits;
}
