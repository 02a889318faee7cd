import { compilePolicy } from "../../../src/policy/compile.ts";
import type { GraceStep, LifecycleState } from "../../../src/reconcile/desired/leaver.ts";
import { approval, type Hold, needsTwo } from "../../../src/reconcile/guard/hold.ts";
import { allowedOf, hasCollapsed, tripped } from "../../../src/reconcile/guard/limits.ts";
import { type LimitName, replacements, spendingsOf } from "../../../src/reconcile/guard/spendings.ts";
import type { Plan } from "../../../src/reconcile/plan.ts";
import type { Actual, Attributes } from "../../../src/reconcile/target-values.ts";

const { limits } = compilePolicy("version: 1");
const user = { kind: "user", id: "u1" } as const;
const actual = (attributes: Attributes): Actual => ({ remoteId: "r1", attributes, presence: "active" });
const there = actual({ title: "Clerk", departments: ["1", "7", "8"] });
const update = (set: Attributes): Plan => ({ action: "update", actual: there, set });

describe("what a plan spends", () => {
  test.each<[string, { kind: "user" | "department"; id: string }, Plan, readonly string[]]>([
    [
      "somebody who goes, and leaves departments",
      user,
      { action: "remove", actual: there },
      ["peopleRemoved:", "departmentEmptied:7", "departmentEmptied:8"],
    ],
    ["somebody who is switched off", user, { action: "suspend", actual: there }, ["peopleRemoved:"]],
    [
      "a department that goes",
      { kind: "department", id: "d1" },
      { action: "remove", actual: actual({ name: "Sales" }) },
      ["departmentsRemoved:"],
    ],
    ["a move", user, update({ departments: ["8", "9"] }), ["departmentEmptied:7"]],
    ["joining one more", user, update({ departments: ["1", "7", "8", "9"] }), []],
    ["a title that is emptied", user, update({ title: null }), ["attributeBlanked:title"]],
    ["a title that was empty", user, update({ email: null }), []],
    ["another title", user, update({ title: "Head" }), []],
    ["a rename of a department", { kind: "department", id: "d1" }, update({ name: "Sales" }), []],
    ["a new one", user, { action: "create", attributes: { title: "Clerk" } }, []],
    ["switching on", user, { action: "resume", actual: there }, []],
  ])("%s", (_name, ref, plan, expected) => {
    expect(
      spendingsOf(ref, plan, { rootDepartment: "1" }).map(({ limit, key }) => `${limit}:${key}`),
    ).toEqual(expected);
  });
});

describe("a leaver with a grace is counted once, as somebody who goes", () => {
  const spent = (plan: Plan, leaver: GraceStep) =>
    spendingsOf(user, plan, { rootDepartment: "1", leaver }).map(({ limit, key }) => `${limit}:${key}`);
  const starts = (standing: LifecycleState): GraceStep => ({
    kind: "starts",
    account: "regular",
    ms: 1,
    standing,
  });
  const over = (counted: boolean): GraceStep => ({
    kind: "over",
    since: new Date(0),
    until: new Date(1),
    recorded: false,
    counted,
  });
  const gone = ["peopleRemoved:", "departmentEmptied:7", "departmentEmptied:8"];
  test.each<[string, Plan, GraceStep, readonly string[]]>([
    ["switched off", { action: "suspend", actual: there }, starts("suspended"), gone],
    ["parked", update({ departments: ["9"] }), starts("parked"), gone],
    ["another title while they stay", update({ title: "Head" }), starts("member"), []],
    ["removed after that", { action: "remove", actual: there }, over(true), []],
    ["removed without that", { action: "remove", actual: there }, over(false), gone],
  ])("%s", (_name, plan, leaver, expected) => expect(spent(plan, leaver)).toEqual(expected));
});

describe("values that are set in the place of others", () => {
  const set = (before: Attributes, after: Attributes, firstWrite: boolean) =>
    replacements({ action: "update", actual: actual(before), set: after }, { firstWrite }).map(
      ({ key }) => key.split("=")[0],
    );
  test.each<[string, Attributes, Attributes, boolean, readonly string[]]>([
    ["a title in place of another", { title: "Clerk" }, { title: "Head" }, false, ["title"]],
    ["a title where none was", { title: "" }, { title: "Head" }, false, []],
    ["a flag that is turned on", { hide_mobile: false }, { hide_mobile: true }, false, ["hide_mobile"]],
    [
      "a flag that is turned on at the first write after adoption",
      { hide_mobile: false },
      { hide_mobile: true },
      true,
      [],
    ],
    [
      "a flag that is turned off at the first write after adoption",
      { hide_mobile: true },
      { hide_mobile: false },
      true,
      ["hide_mobile"],
    ],
    [
      "a title in place of another at the first write after adoption",
      { title: "Clerk" },
      { title: "Head" },
      true,
      ["title"],
    ],
    [
      "other departments, which have a limit of their own",
      { departments: ["7"] },
      { departments: ["8"] },
      false,
      [],
    ],
  ])("%s", (_name, before, after, firstWrite, expected) =>
    expect(set(before, after, firstWrite)).toEqual(expected),
  );
});

test.each<[LimitName, number, number]>([
  ["peopleRemoved", 0, 5],
  ["peopleRemoved", 250, 5],
  ["peopleRemoved", 299, 5],
  ["peopleRemoved", 300, 6],
  ["peopleRemoved", 2_000, 40],
  ["departmentsRemoved", 10, 3],
  ["departmentsRemoved", 200, 4],
  ["departmentEmptied", 9, Number.POSITIVE_INFINITY],
  ["departmentEmptied", 10, 5],
  ["departmentEmptied", 11, 5],
  ["attributeBlanked", 50, 19],
  ["attributeBlanked", 100, 20],
  ["attributeBlanked", 1_000, 200],
])("%s of %i there: %d pass", (limit, present, expected) =>
  expect(allowedOf({ limit }, limits, present)).toBe(expected),
);

test.each<[string, Parameters<typeof hasCollapsed>[0], boolean]>([
  ["half of it is gone", { active: 40, activeNow: 20, onlyRemovals: false }, true],
  ["less than half", { active: 40, activeNow: 21, onlyRemovals: false }, false],
  ["a small one", { active: 19, activeNow: 0, onlyRemovals: true }, false],
  ["six after a silence, and nothing else", { active: 40, activeNow: 34, onlyRemovals: true }, true],
  ["five after a silence", { active: 40, activeNow: 35, onlyRemovals: true }, false],
])("a source: %s", (_name, figure, expected) => expect(hasCollapsed(figure, limits)).toBe(expected));

test("one more than allowed trips, and tells of what", () => {
  const spending = { limit: "peopleRemoved", key: "" } as const;
  const at = (spent: number) => tripped([spending], limits, () => ({ spent, present: 0 }));
  expect(at(4)).toEqual([]);
  expect(at(5)).toEqual([{ ...spending, spent: 5, present: 0, allowed: 5 }]);
});

describe("an approval", () => {
  const hold = (more: Partial<Hold>): Hold => ({
    id: "h1",
    state: "open",
    limit: "peopleRemoved",
    count: 3,
    passed: 5,
    allowed: 5,
    present: 100,
    windowHours: 24,
    digest: "d1",
    openedAt: new Date(0),
    expiresAt: new Date(0),
    approvals: [],
    ...more,
  });
  const at = new Date("2026-11-29T10:00:00Z");
  const by = (actor: string, alone = false) => ({ by: actor, at, alone });
  const first = { by: "ann", at: "2026-11-29T09:30:00.000Z", digest: "d1" };

  test.each<[string, Partial<Hold>, object, object, string]>([
    ["of a few", {}, { digest: "d1", count: 3 }, by("ann"), "approved"],
    ["of another digest", {}, { digest: "d2", count: 3 }, by("ann"), "moved"],
    ["of another count", {}, { digest: "d1", count: 4 }, by("ann"), "moved"],
    ["of what is decided", { state: "rejected" }, { digest: "d1" }, by("ann"), "moved"],
    ["of many, by the first", { count: 51, present: 10_000 }, {}, by("ann"), "needsSecond"],
    ["of more than a tenth", { count: 11 }, {}, by("ann"), "needsSecond"],
    ["by the same one twice", { count: 11, approvals: [first] }, {}, by("ann"), "needsSecond"],
    ["by a second one", { count: 11, approvals: [first] }, {}, by("bob"), "approved"],
    [
      "by a second one, an hour later",
      { count: 11, approvals: [{ ...first, at: "2026-11-29T08:59:00.000Z" }] },
      {},
      by("bob"),
      "needsSecond",
    ],
    [
      "by a second one, of another digest",
      { count: 11, approvals: [{ ...first, digest: "d0" }] },
      {},
      by("bob"),
      "needsSecond",
    ],
    ["where one is enough", { count: 99 }, {}, by("ann", true), "approved"],
  ])("%s", (_name, more, agreement, options, expected) => {
    expect(approval(hold(more), agreement, options as Parameters<typeof approval>[2]).kind).toBe(expected);
  });

  test("fifty, or a tenth, need one", () => {
    expect(needsTwo(hold({ count: 50, present: 500 }))).toBe(false);
    expect(needsTwo(hold({ count: 51, present: 5_000 }))).toBe(true);
  });
});
