import { puttingBack } from "../../../src/reconcile/desired/put-back.ts";
import type { Desired } from "../../../src/reconcile/plan.ts";
import type { Attributes } from "../../../src/reconcile/target-values.ts";

const target = { normalize: (_kind: unknown, attributes: Attributes) => ({ attributes, notes: [] }) };
const present = (attributes: Attributes): Desired => ({ state: "present", attributes, when: {}, notes: [] });
const added = (kept: Attributes, attributes: Attributes = { name: "Li", departments: ["7"] }) => {
  const desired = puttingBack(target, present(attributes), kept);
  if (desired.state !== "present") return undefined;
  return {
    added: Object.keys(desired.attributes).filter((name) => !(name in attributes)),
    when: desired.when,
  };
};

test.each<[string, Attributes, readonly string[]]>([
  ["what the directory does not say", { title: "Clerk", remark: "x" }, ["title", "remark"]],
  ["not what it says", { name: "Old" }, []],
  ["nothing that was empty", { title: null, remark: "" }, []],
  [
    "nothing about where they are",
    { departments: ["8"], mainDepartment: "8", roles: ["r"], departmentOrders: ["8=1"] },
    [],
  ],
  [
    "titles of departments they are in again",
    { departmentTitles: ["7=Head", "8=Deputy"] },
    ["departmentTitles"],
  ],
  ["not one that repeats their own", { title: "Clerk", departmentTitles: ["7=Clerk"] }, ["title"]],
])("adds %s, where the target has nothing", (_name, kept, expected) => {
  expect(added(kept)).toEqual({
    added: expected,
    when: Object.fromEntries(expected.map((name) => [name, "neverOverwrite"])),
  });
});

test("whoever is not to be there gets nothing", () => {
  expect(puttingBack(target, { state: "absent" }, { title: "Clerk" })).toEqual({ state: "absent" });
});
