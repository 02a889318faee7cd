import { type Desired, type Plan, plan, sameValue, type When } from "../../../src/reconcile/plan.ts";
import type { Actual, Attributes, AttributeValue } from "../../../src/reconcile/target-values.ts";

const present = (attributes: Attributes, when: Record<string, When> = {}): Desired => ({
  state: "present",
  attributes,
  when,
  notes: [],
});
const suspended = (attributes: Attributes = {}): Desired => ({ state: "suspended", attributes });
const absent: Desired = { state: "absent" };
const there = (attributes: Attributes, presence: Actual["presence"] = "active"): Actual => ({
  remoteId: "r1",
  attributes,
  presence,
});

const li = there({ name: "Li", title: "Clerk" });
const off = there({ name: "Li", departments: ["1"] }, "disabled");

test.each<[string, Desired, Actual | undefined, Plan]>([
  [
    "missing there: create",
    present({ name: "Li" }),
    undefined,
    { action: "create", attributes: { name: "Li" } },
  ],
  [
    "a create says nothing of what is to be empty",
    present({ name: "Li", title: null, roles: [], remark: "" }),
    undefined,
    { action: "create", attributes: { name: "Li" } },
  ],
  ["equal: nothing", present({ name: "Li" }), li, { action: "none" }],
  [
    "one differs: just that one",
    present({ name: "Li", title: "Head" }),
    li,
    { action: "update", actual: li, set: { title: "Head" } },
  ],
  ["theirs is left alone", present({ name: "Li" }), there({ name: "Li", note: "x" }), { action: "none" }],
  [
    "to be empty, has a value: cleared",
    present({ title: null }),
    li,
    { action: "update", actual: li, set: { title: null } },
  ],
  ["to be empty, never told: nothing", present({ phone: null }), li, { action: "none" }],
  [
    "has a value, never told: set",
    present({ phone: "1" }),
    li,
    { action: "update", actual: li, set: { phone: "1" } },
  ],
  [
    "sets are compared as sorted lists",
    present({ departments: ["1", "2"] }),
    there({ departments: ["1", "2"] }),
    { action: "none" },
  ],
  [
    "switched off but wanted: switched on first",
    present({ name: "Wu" }),
    off,
    { action: "resume", actual: off },
  ],
  [
    "on create only: not sent later",
    present({ title: "Head" }, { title: "onCreate" }),
    li,
    { action: "none" },
  ],
  [
    "on create only: sent with the create",
    present({ title: "Head" }, { title: "onCreate" }),
    undefined,
    { action: "create", attributes: { title: "Head" } },
  ],
  [
    "never overwrite: theirs stays",
    present({ title: "Head" }, { title: "neverOverwrite" }),
    li,
    { action: "none" },
  ],
  [
    "never overwrite: set while there is none",
    present({ phone: "1" }, { phone: "neverOverwrite" }),
    li,
    { action: "update", actual: li, set: { phone: "1" } },
  ],
  ["gone on both sides", absent, undefined, { action: "none" }],
  ["to be gone", absent, li, { action: "remove", actual: li }],
  ["to be gone and switched off", absent, off, { action: "remove", actual: off }],
  ["to be switched off, not there: nothing is made", suspended(), undefined, { action: "none" }],
  [
    "to be switched off, access first",
    suspended({ departments: ["2"] }),
    li,
    { action: "suspend", actual: li },
  ],
  ["switched off already", suspended(), off, { action: "none" }],
  [
    "switched off, but in the wrong department",
    suspended({ departments: ["2"] }),
    off,
    { action: "update", actual: off, set: { departments: ["2"] } },
  ],
])("%s", (_name, desired, actual, expected) => expect(plan(desired, actual)).toEqual(expected));

test.each<[AttributeValue | undefined, AttributeValue | undefined, boolean]>([
  [undefined, null, true],
  [null, "", true],
  [[], undefined, true],
  ["a", "a", true],
  ["a", "A", false],
  [1, "1", false],
  [false, undefined, false],
  [0, null, false],
  [["a"], ["a"], true],
  [["a"], ["a", "b"], false],
  [["a", "b"], ["b", "a"], false],
])("%j and %j are the same value: %s", (a, b, expected) => {
  expect(sameValue(a, b)).toBe(expected);
  expect(sameValue(b, a)).toBe(expected);
});
