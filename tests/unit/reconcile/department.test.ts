import {
  desiredDepartment,
  desiredRole,
  type StructureResult,
} from "../../../src/reconcile/desired/department.ts";
import type {
  DepartmentFacts,
  DepartmentManager,
  Link,
  Reference,
  RoleFacts,
} from "../../../src/reconcile/facts.ts";

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
const department = (facts: Partial<DepartmentFacts>): DepartmentFacts => ({
  node,
  link: undefined,
  occupied: false,
  ...facts,
});
const role = (facts: Partial<RoleFacts>): RoleFacts => ({
  name: "Buyers",
  link: undefined,
  occupied: false,
  ...facts,
});
const present = (attributes: object): StructureResult =>
  ({ kind: "desired", desired: { state: "present", attributes, when: {}, notes: [] } }) as StructureResult;
const absent: StructureResult = { kind: "desired", desired: { state: "absent" } };

test.each<[string, DepartmentFacts, StructureResult]>([
  ["at the top it is below the root", department({}), present({ order: 3, name: "Sales", parent: "1" })],
  [
    "below another it names that one",
    department({ node: { ...node, parent } }),
    present({ order: 3, name: "Sales", parent: "5" }),
  ],
  [
    "the parent comes first",
    department({ node: { ...node, parent: { ...parent, remoteId: undefined } } }),
    {
      kind: "waiting",
      on: ["p"],
      reasonCode: "waitingForParent",
      reason: "the parent department is not at the target yet",
    },
  ],
  [
    "a parent that is stuck is not waited for: who belongs here goes on without",
    department({ node: { ...node, parent: { ...parent, remoteId: undefined, state: "parked" } } }),
    {
      kind: "parked",
      on: ["p"],
      reasonCode: "parentStuck",
      reason: "the parent department could not be created",
      remedy: "see department p",
    },
  ],
  [
    "a parent that is held holds it",
    department({ node: { ...node, parent: { ...parent, remoteId: undefined, state: "held" } } }),
    {
      kind: "held",
      on: ["p"],
      reasonCode: "parentStuck",
      reason: "the parent department could not be created",
      remedy: "see department p",
    },
  ],
  ["nobody asks for it any more", department({ node: { ...node, present: false }, link: owned }), absent],
  ["it never was in the tree", department({ node: undefined }), absent],
  [
    "people inside go first",
    department({ node: { ...node, present: false }, link: owned, occupied: true }),
    {
      kind: "waiting",
      on: [],
      reasonCode: "stillOccupied",
      reason: "managed people or departments are still inside",
    },
  ],
])("department: %s", (_name, facts, expected) => expect(desiredDepartment(facts, "1")).toEqual(expected));

describe("managers", () => {
  type Named = DepartmentManager["person"];
  const led = (...managers: readonly string[]): Link => ({
    ...owned,
    observed: { attributes: { managers }, presence: "active" },
  });
  const member = (remoteId: string, more: Partial<NonNullable<Named>> = {}): Named => ({
    id: remoteId,
    remoteId,
    state: "inSync",
    active: true,
    belongs: true,
    member: true,
    ...more,
  });
  const named = (...people: readonly Named[]): DepartmentManager[] =>
    people.map((person, at) => ({ reference: `M-${at}`, person }));
  type Node = NonNullable<DepartmentFacts["node"]>;

  /** The managers requested for (undefined: left alone) and the codes of the notes. */
  test.each<[string, Partial<Node>, Link | undefined, readonly string[] | undefined, readonly string[]]>([
    ["nobody ever named: left alone", {}, led("x"), undefined, []],
    [
      "named and there, sorted",
      { managed: true, managers: named(member("b"), member("a")) },
      led(),
      ["a", "b"],
      [],
    ],
    ["none any more: the list is the directory's all the same", { managed: true }, led("x"), [], []],
    [
      "not made yet: there are no members",
      { managed: true, managers: named(member("a", { member: false })) },
      undefined,
      undefined,
      ["managerNotThere"],
    ],
    ["unknown", { managed: true, managers: named(undefined, member("a")) }, led(), ["a"], ["unknownManager"]],
    [
      "has left",
      { managed: true, managers: named(member("a", { active: false })) },
      led("a"),
      [],
      ["managerLeft"],
    ],
    [
      "in another department",
      { managed: true, managers: named(member("a", { belongs: false })) },
      led("a"),
      [],
      ["managerNotMember"],
    ],
    [
      "on the way",
      { managed: true, managers: named(member("a", { member: false })) },
      led(),
      [],
      ["managerNotThere"],
    ],
    [
      "not at the target yet",
      { managed: true, managers: named({ ...member("a")!, remoteId: undefined, member: false }) },
      led(),
      [],
      ["managerNotThere"],
    ],
    [
      "waits to leave",
      { managed: true, managers: named(member("a"), member("b")), leaving: ["a"] },
      led("a", "b"),
      ["b"],
      [],
    ],
    ["waits to leave where an administrator made them one", { leaving: ["a"] }, led("a", "x"), ["x"], []],
    ["somebody else leaves", { leaving: ["y"] }, led("x"), undefined, []],
    ["leaves, and what is there is not known", { leaving: ["a"] }, owned, undefined, []],
  ])("%s", (_name, more, link, managers, notes) => {
    const result = desiredDepartment(department({ node: { ...node, ...more }, link }), "1");
    if (result.kind !== "desired" || result.desired.state !== "present")
      throw new Error("the department is to be there");
    expect(result.desired.attributes["managers"]).toEqual(managers);
    expect(result.desired.notes.map(({ code }) => code)).toEqual(notes);
  });

  test("a department that is to go lets go of a manager first, so that they can leave", () => {
    const going = { node: { ...node, present: false, leaving: ["a"] }, occupied: true };
    expect(desiredDepartment(department({ ...going, link: led("a") }), "1")).toEqual({
      ...present({ managers: [] }),
      again: true,
    });
    expect(desiredDepartment(department({ ...going, link: led() }), "1")).toMatchObject({ kind: "waiting" });
  });
});

test.each<[string, RoleFacts, StructureResult]>([
  ["a group placed as a role", role({}), present({ name: "Buyers" })],
  ["not a role any more", role({ name: undefined, link: owned }), absent],
  [
    "people who have it lose it first",
    role({ name: undefined, link: owned, occupied: true }),
    { kind: "waiting", on: [], reasonCode: "roleStillUsed", reason: "people still have this role" },
  ],
])("role: %s", (_name, facts, expected) => expect(desiredRole(facts)).toEqual(expected));
