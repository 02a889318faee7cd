import { departmentWish, roleWish, type StructureWish } from "../../../src/reconcile/department.ts";
import type { DepartmentFacts, Link, Reference, RoleFacts } from "../../../src/reconcile/facts.ts";

const owned: Link = { status: "owned", remoteId: "7", observed: undefined };
const parent: Reference = { id: "p", remoteId: "5", state: "inSync" };
const node = {
  name: "Sales",
  settings: { order: 3 },
  external: false,
  present: true,
  parent: undefined,
  managed: false,
  managers: [],
  leaving: [],
};
const department = (facts: Partial<DepartmentFacts>): DepartmentFacts => ({ node, link: undefined, occupied: false, ...facts });
const role = (facts: Partial<RoleFacts>): RoleFacts => ({ name: "Buyers", link: undefined, occupied: false, ...facts });
const present = (attributes: object): StructureWish =>
  ({ kind: "desired", desired: { state: "present", attributes, when: {}, notes: [] } }) as StructureWish;
const absent: StructureWish = { kind: "desired", desired: { state: "absent" } };

test.each<[string, DepartmentFacts, StructureWish]>([
  ["at the top it is below the root", department({}), present({ order: 3, name: "Sales", parent: "1" })],
  ["below another it names that one", department({ node: { ...node, parent } }), present({ order: 3, name: "Sales", parent: "5" })],
  [
    "the parent comes first",
    department({ node: { ...node, parent: { ...parent, remoteId: undefined } } }),
    { kind: "waiting", on: ["p"], reason: "the department above is not at the target yet" },
  ],
  ["nobody asks for it any more", department({ node: { ...node, present: false }, link: owned }), absent],
  ["it never was in the tree", department({ node: undefined }), absent],
  [
    "people inside go first",
    department({ node: { ...node, present: false }, link: owned, occupied: true }),
    { kind: "waiting", on: [], reason: "people or departments of ours are still inside" },
  ],
])("department: %s", (_name, facts, expected) => expect(departmentWish(facts, "1")).toEqual(expected));

test.each<[string, RoleFacts, StructureWish]>([
  ["a group placed as a role", role({}), present({ name: "Buyers" })],
  ["not a role any more", role({ name: undefined, link: owned }), absent],
  [
    "people who have it lose it first",
    role({ name: undefined, link: owned, occupied: true }),
    { kind: "waiting", on: [], reason: "people still have this role" },
  ],
])("role: %s", (_name, facts, expected) => expect(roleWish(facts)).toEqual(expected));
