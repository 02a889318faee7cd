import type { Changes } from "../../../src/history/event.ts";
import { containersOf } from "../../../src/reconcile/containers.ts";
import type { Plan } from "../../../src/reconcile/plan.ts";
import { changesOf } from "../../../src/reconcile/run/plan/changes.ts";
import type { Actual, Attributes } from "../../../src/reconcile/target-values.ts";

const actual: Actual = {
  remoteId: "r1",
  attributes: { name: "Li", title: "Clerk", phone: null },
  presence: "active",
};

test.each<[string, Plan, Changes]>([
  ["a create has only after", { action: "create", attributes: { name: "Li" } }, { name: { after: "Li" } }],
  [
    "an update has both sides of what it sets",
    { action: "update", actual, set: { title: "Head", phone: "1" } },
    { title: { before: "Clerk", after: "Head" }, phone: { after: "1" } },
  ],
  [
    "clearing has only before",
    { action: "update", actual, set: { title: null } },
    { title: { before: "Clerk" } },
  ],
  [
    "a removal has only before",
    { action: "remove", actual },
    { name: { before: "Li" }, title: { before: "Clerk" } },
  ],
  [
    "a removal shows no notes for later runs",
    {
      action: "remove",
      actual: { ...actual, attributes: { name: "Li", differed: ["title"], "kept.title": '["a","b"]' } },
    },
    { name: { before: "Li" } },
  ],
  ["a switch changes no attribute", { action: "suspend", actual }, {}],
  ["nothing changes nothing", { action: "none" }, {}],
])("%s", (_name, plan, expected) => expect(changesOf(plan)).toEqual(expected));

test.each<[string, Attributes, string[]]>([
  ["a person sits in departments and roles", { departments: ["1", "2"], roles: ["9"] }, ["1", "2", "role:9"]],
  ["a department sits in its parent", { parent: "7", name: "A" }, ["7"]],
  ["unknown places are none", {}, []],
])("%s", (_name, attributes, expected) => expect(containersOf(attributes)).toEqual(expected));
