import type { DepartmentFacts } from "../facts.ts";
import type { NameHolder } from "../holders.ts";
import type { TargetAdapter } from "../target.ts";
import type { Actual, Attributes } from "../target-values.ts";
import type { ConcludeDeps } from "./conclude.ts";
import {
  desiredDepartment,
  type NumberedName,
  part,
  type StructureResult,
  shownName,
  withNumber,
} from "./department.ts";

/*
 * The conclusion for a department. Two siblings in the tree never have the same name, but a name may pass
 * from one to another. The new holder waits until the old one is renamed, moved or removed. If these waits
 * form a cycle (two swap their names, or one moves below the new holder of its name), the first run that
 * finds the cycle gives up its department's name. It uses the final name in the old place if that name is
 * free, otherwise a number behind the name until the others are done. A swap needs this step because a target
 * accepts one change at a time.
 */

/** More siblings with one name would be an error of the source. */
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
    return on.length > 0 && (await store.waitsInCircle(id, on))
      ? yieldName(deps, id, facts, actual, resolved, numbered)
      : resolved;
  }
  if (resolved.kind !== "desired" || resolved.again || resolved.desired.state !== "present") return resolved;

  const wanted = target.normalize("department", resolved.desired.attributes).attributes;
  if (
    actual &&
    actual.attributes["name"] === wanted["name"] &&
    actual.attributes["parent"] === wanted["parent"]
  )
    return resolved;
  const holder = (await holders(deps, id, wanted)).find((each) => gives(each, wanted, target, numbered));
  if (!holder) return resolved;
  const waits = {
    kind: "waiting" as const,
    on: [holder.id],
    reasonCode: "waitingForName" as const,
    reason: `another managed department still has the name: department ${holder.id}`,
  };
  return (await store.waitsInCircle(id, [holder.id]))
    ? yieldName(deps, id, facts, actual, waits, numbered)
    : waits;
}

async function holders(
  { store }: ConcludeDeps,
  id: string,
  { name, parent }: Attributes,
): Promise<readonly NameHolder[]> {
  return typeof name === "string" && typeof parent === "string"
    ? store.nameHolders(id, { name, parent })
    : [];
}

/** Whether the holder will give up the name. A stuck holder will not; then the target's refusal names it. */
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
  const names = [
    ...(node.present ? [plain] : []),
    ...Array.from({ length: MAX_NUMBER - 1 }, (_, at) => numbered(node.name, at + 2)),
  ].map(shown);
  // This department has given way already, so the others go next.
  if (names.includes(now) && now !== shown(node.name)) return waits;
  for (const name of names) {
    if (name === now) continue;
    const taken = await deps.store.nameHolders(id, { name: String(name), parent: String(parent) });
    if (taken.length === 0) return part({ name });
  }
  return waits;
}
