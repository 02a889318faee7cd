import type { DepartmentFacts, RoleFacts } from "./facts.ts";
import type { Desired } from "./plan.ts";

/** What a department or role should be at the target, or what has to happen first. */
export type StructureWish =
  | { readonly kind: "desired"; readonly desired: Desired }
  | { readonly kind: "waiting"; readonly on: readonly string[]; readonly reason: string };

const absent: StructureWish = { kind: "desired", desired: { state: "absent" } };

/** Parents come first on the way in; on the way out people and departments inside go first. Both follow from what is known, not from a stage list. */
export function departmentWish({ node, link, occupied }: DepartmentFacts, rootDepartment: string): StructureWish {
  if (!node?.present) {
    return occupied && link ? { kind: "waiting", on: [], reason: "people or departments of ours are still inside" } : absent;
  }
  const parent = node.parent ? node.parent.remoteId : rootDepartment;
  if (parent === undefined) return { kind: "waiting", on: [node.parent!.id], reason: "the department above is not at the target yet" };
  return { kind: "desired", desired: { state: "present", attributes: { ...node.settings, name: node.name, parent }, when: {}, notes: [] } };
}

export function roleWish({ name, link, occupied }: RoleFacts): StructureWish {
  if (name === undefined) return occupied && link ? { kind: "waiting", on: [], reason: "people still have this role" } : absent;
  return { kind: "desired", desired: { state: "present", attributes: { name }, when: {}, notes: [] } };
}
