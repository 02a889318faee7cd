import type { MappingSettings, PersonMapping } from "../../../src/mapping/mapping.ts";
import { assignmentsOf, parkedAssignments } from "../../../src/reconcile/desired/assignments.ts";
import { desiredPerson, type PersonRules } from "../../../src/reconcile/desired/person.ts";
import type { GroupOfPerson, Link, Manager, PersonFacts, Reference } from "../../../src/reconcile/facts.ts";
import type { Attributes, Note } from "../../../src/reconcile/target-values.ts";

const settings: MappingSettings = {
  region: "HK",
  registeredIn: "HK",
  zone: "Asia/Hong_Kong",
  roleGroup: "SCIM",
  enterpriseAccounts: false,
  from: "both",
  structure: "path",
  separator: "/",
  inactive: "remove",
};
const owned: Link = { status: "owned", remoteId: "u1", observed: { attributes: {}, presence: "active" } };
const there = (id: string): Reference => ({ id, remoteId: `r-${id}`, state: "inSync" });
const coming = (id: string): Reference => ({ id, remoteId: undefined, state: "due" });
const stuck = (id: string): Reference => ({ id, remoteId: undefined, state: "parked" });

const facts = (more: Partial<PersonFacts> = {}): PersonFacts => ({
  sourceId: "s",
  document: { id: "u1", active: true },
  link: undefined,
  groups: [],
  departments: [],
  manager: undefined,
  ...more,
});
const group = (more: Partial<GroupOfPerson> = {}): GroupOfPerson => ({
  id: "g1",
  displayName: "Sales",
  externalId: undefined,
  placement: "department",
  department: there("d1"),
  external: false,
  role: undefined,
  ...more,
});
const mapped = (more: Partial<PersonMapping> = {}): PersonMapping => ({
  attributes: { name: "Li" },
  when: {},
  departments: [],
  external: false,
  account: "regular",
  notes: [],
  ...more,
});
const outsider = mapped({ external: true });
const rules: PersonRules = {
  personId: "u1",
  rootDepartment: "1",
  standing: "member",
  presence: undefined,
  mayWaitForManager: true,
};

const resultOf = (person: PersonFacts, mapping: PersonMapping, more: Partial<PersonRules> = {}) =>
  desiredPerson(person, mapping, assignmentsOf(settings, mapping, person), { ...rules, ...more });

/** What is desired, without what every case has, or why there is nothing. */
function summary(result: ReturnType<typeof desiredPerson>): unknown {
  if (result.kind === "waiting") return { waitsFor: result.on };
  if (result.kind !== "desired") return result.on ? { [result.kind]: result.on } : result.kind;
  if (result.desired.state !== "present") return result.desired;
  const { attributes } = result.desired;
  // That somebody is in the root has tests of its own.
  const notes = result.desired.notes.filter(({ code }) => code !== "inRoot");
  const { name: _name, ...rest } = attributes;
  return { ...rest, ...(notes.length > 0 ? { notes: notes.map((note: Note) => note.code) } : {}) };
}

describe("where they belong", () => {
  const byPath = (reference: Reference, more: { main?: boolean; external?: boolean } = {}) => ({
    ...reference,
    main: false,
    external: false,
    path: [reference.id],
    ...more,
  });
  test.each<[string, PersonFacts, PersonMapping, unknown]>([
    ["nowhere: in the root", facts(), mapped(), { departments: ["1"], roles: [] }],
    [
      "in the department of a group",
      facts({ groups: [group()] }),
      mapped(),
      { departments: ["r-d1"], roles: [] },
    ],
    [
      "by groups and by attributes, each once, sorted",
      facts({
        groups: [group(), group({ id: "g2" })],
        departments: [byPath(there("c")), byPath(there("d1"))],
      }),
      mapped({ departments: [["C"]] }),
      { departments: ["r-c", "r-d1"], roles: [] },
    ],
    [
      "a group that is a role gives the role",
      facts({ groups: [group({ placement: "role", department: undefined, role: there("g1") })] }),
      mapped(),
      { departments: ["1"], roles: ["r-g1"] },
    ],
    [
      "a group that is nothing",
      facts({ groups: [group({ placement: "none", department: undefined })] }),
      mapped(),
      { departments: ["1"], roles: [] },
    ],
    [
      "a group nobody has looked at",
      facts({ groups: [group({ placement: undefined, department: undefined })] }),
      mapped(),
      { waitsFor: ["g1"] },
    ],
    [
      "beside a group with a mistake",
      facts({
        groups: [group(), group({ id: "g2", placement: "none", noPlace: "tooDeep", department: undefined })],
      }),
      mapped(),
      { departments: ["r-d1"], roles: [], notes: ["notThere"] },
    ],
    [
      "a department on its way",
      facts({ groups: [group({ department: coming("d1") })] }),
      mapped(),
      { waitsFor: ["d1"] },
    ],
    [
      "a department that could not be made",
      facts({ groups: [group({ department: stuck("d1") }), group({ id: "g2", department: there("d2") })] }),
      mapped(),
      { departments: ["r-d2"], roles: [], notes: ["notThere"] },
    ],
    [
      "an external department is not for our own",
      facts({ groups: [group({ external: true })] }),
      mapped(),
      { departments: ["1"], roles: [], notes: ["externalDepartment"] },
    ],
    [
      "an external person is in external departments only",
      facts({ groups: [group(), group({ id: "g2", external: true, department: there("x") })] }),
      outsider,
      { departments: ["r-x"], roles: [], notes: ["externalPerson"] },
    ],
    [
      "an external person without a place is not put into the root",
      facts({ groups: [group()] }),
      outsider,
      "held",
    ],
    [
      "an external person whose place could not be made is not put into the root",
      facts({ groups: [group({ external: true, department: stuck("x") })] }),
      outsider,
      "held",
    ],
    [
      "a path that leads into a department a group has made external",
      facts({ departments: [byPath(there("x"), { external: true })] }),
      mapped({ departments: [["X"]] }),
      { departments: ["1"], roles: [], notes: ["mixedDepartment"] },
    ],
    [
      "the main department by a rule",
      facts({ departments: [byPath(there("c"), { main: true }), byPath(there("d"))] }),
      mapped({ departments: [["C"], ["D"]] }),
      { departments: ["r-c", "r-d"], mainDepartment: "r-c", roles: [] },
    ],
    ...(["g1", "EXT-1", "sales", "/Sales/"] as const).map(
      (reference): [string, PersonFacts, PersonMapping, unknown] => [
        `the main department as the client names it: ${reference}`,
        facts({
          groups: [group({ externalId: "EXT-1" })],
          departments: [byPath(there("c"), { main: true })],
        }),
        mapped({ mainDepartmentReference: reference }),
        { departments: ["r-c", "r-d1"], mainDepartment: "r-d1", roles: [] },
      ],
    ),
    [
      "the main department as the client names it, by the path that follows from attributes",
      facts({
        groups: [group()],
        departments: [{ ...byPath(there("c")), path: ["asia", "c"] }, byPath(there("e"), { main: true })],
      }),
      mapped({ departments: [["Asia", "C"], ["E"]], mainDepartmentReference: "Asia/c" }),
      { departments: ["r-c", "r-d1", "r-e"], mainDepartment: "r-c", roles: [] },
    ],
    [
      "a main department they are not in",
      facts({ groups: [group()] }),
      mapped({ mainDepartmentReference: "Other" }),
      { departments: ["r-d1"], roles: [], notes: ["notAMember"] },
    ],
    [
      "what holds in one department only: as the client names it, else as the rule says",
      facts({
        groups: [group({ externalId: "EXT-1" })],
        departments: [
          { ...byPath(there("c")), path: ["asia", "c"] },
          { ...byPath(there("e")), path: ["e"] },
        ],
      }),
      mapped({
        departments: [["Asia", "C"], ["E"]],
        stated: [{ path: ["Asia", "C"], title: "Lead", order: 7, managers: [], settings: undefined }],
        positions: [
          { reference: "EXT-1", title: "Buyer", main: false },
          { reference: "asia/c", order: 9, main: false },
        ],
      }),
      {
        departments: ["r-c", "r-d1", "r-e"],
        departmentTitles: ["r-c=Lead", "r-d1=Buyer"],
        departmentOrders: ["r-c=9"],
        roles: [],
      },
    ],
    [
      "two groups with one department: the first one's word",
      facts({ groups: [group(), group({ id: "g2" })] }),
      mapped({
        positions: [
          { reference: "g1", title: "Buyer", main: false },
          { reference: "g2", title: "Seller", main: false },
        ],
      }),
      { departments: ["r-d1"], departmentTitles: ["r-d1=Buyer"], roles: [] },
    ],
    [
      "a position elsewhere",
      facts({ groups: [group()] }),
      mapped({ positions: [{ reference: "Other", title: "Buyer", main: false }] }),
      { departments: ["r-d1"], roles: [], notes: ["notAMember"] },
    ],
    [
      "titles that are to be cleared",
      facts({ groups: [group()] }),
      mapped({ positions: [] }),
      { departments: ["r-d1"], departmentTitles: [], roles: [] },
    ],
  ])("%s", (_name, person, mapping, expected) =>
    expect(summary(resultOf(person, mapping))).toEqual(expected),
  );

  test("parked: in the one department for that, without roles", () => {
    const person = facts({
      groups: [group(), group({ id: "g2", placement: "role", role: there("g2") })],
      departments: [byPath(there("p"), { main: true })],
    });
    const result = desiredPerson(person, mapped(), parkedAssignments(person), {
      ...rules,
      standing: "parked",
    });
    expect(summary(result)).toEqual({ departments: ["r-p"], mainDepartment: "r-p", roles: [] });
  });
});

describe("the manager", () => {
  const boss = (more: Partial<Reference & { active: boolean; coming: boolean }> = {}): Manager => ({
    reference: "M-1",
    person: { ...there("u2"), active: true, ...more },
  });
  const notThere = { remoteId: undefined };
  test.each<[string, PersonMapping["manager"], Manager | undefined, Partial<PersonRules>, unknown]>([
    ["left alone by the mapping", undefined, boss(), {}, {}],
    ["to be cleared", null, undefined, {}, { manager: null }],
    ["there", "M-1", boss(), {}, { manager: "r-u2" }],
    ["on the way: waited for", "M-1", boss({ ...notThere, state: "due" }), {}, { waitsFor: ["u2"] }],
    [
      "waiting for us: set later",
      "M-1",
      boss({ ...notThere, state: "waiting" }),
      { mayWaitForManager: false },
      { manager: null, notes: ["managerNotThere"] },
    ],
    [
      "stuck: left out",
      "M-1",
      boss({ ...notThere, state: "parked" }),
      {},
      { manager: null, notes: ["managerNotThere"] },
    ],
    [
      "unknown to the directory",
      "M-9",
      { reference: "M-9", person: undefined },
      {},
      { manager: null, notes: ["unknownManager"] },
    ],
    ["oneself", "u1", boss({ id: "u1" }), {}, { manager: null, notes: ["ownManager"] }],
    [
      "not hired yet",
      "M-1",
      boss({ active: false, coming: true }),
      {},
      { manager: null, notes: ["managerNotThere"] },
    ],
    ["has left", "M-1", boss({ active: false }), {}, { manager: null, notes: ["managerLeft"] }],
  ])("%s", (_name, reference, manager, more, expected) => {
    const mapping = reference === undefined ? mapped() : mapped({ manager: reference });
    const result = summary(resultOf(facts({ manager }), mapping, more));
    const { departments: _departments, roles: _roles, ...rest } = result as Record<string, unknown>;
    expect(rest).toEqual(expected);
  });
});

describe("somebody who is switched off", () => {
  const person = facts({
    document: { id: "u1", active: false },
    link: owned,
    groups: [group({ department: coming("d1") })],
  });
  test("loses access at once, whatever else would have to come first", () => {
    expect(summary(resultOf(person, mapped(), { standing: "suspended", presence: "active" }))).toEqual({
      state: "suspended",
      attributes: {},
    });
  });
  test("is moved out of departments that go", () => {
    const moved = facts({ ...person, groups: [group()] });
    const result = resultOf(moved, mapped(), { standing: "suspended", presence: "disabled" });
    expect(summary(result)).toEqual({ state: "suspended", attributes: { departments: ["r-d1"] } });
  });
});

describe("the root is nobody's place by accident", () => {
  const codes = (result: ReturnType<typeof desiredPerson>) =>
    result.kind === "desired" && result.desired.state === "present"
      ? result.desired.notes.map(({ code }) => code)
      : result.kind;
  const made = (settings: readonly Attributes[]) => group({ department: { ...stuck("d1"), settings } });
  const conceals = (settings: Attributes) => settings["hide"] === true;

  test.each<[string, PersonFacts, unknown]>([
    ["in no group", facts(), ["inRoot"]],
    [
      "only in a group that is nothing",
      facts({ groups: [group({ placement: "none", department: undefined })] }),
      ["inRoot"],
    ],
    [
      "only in a role",
      facts({ groups: [group({ placement: "role", department: undefined, role: there("g1") })] }),
      ["inRoot"],
    ],
    ["whose department could not be made", facts({ groups: [made([{}])] }), ["notThere", "inRoot"]],
    ["whose hidden department could not be made", facts({ groups: [made([{ hide: true }])] }), "parked"],
    [
      "below a hidden department that could not be made",
      facts({ groups: [made([{}, { hide: true }])] }),
      "parked",
    ],
    [
      "with another department",
      facts({ groups: [made([{ hide: true }]), group({ id: "g2", department: there("d2") })] }),
      ["notThere"],
    ],
    ["with a department", facts({ groups: [group()] }), []],
  ])("somebody %s", (_name, known, expected) =>
    expect(codes(resultOf(known, mapped(), { conceals }))).toEqual(expected),
  );

  test("a group that waits for the one above it keeps back nobody who has another department", () => {
    const waiting = group({ id: "g2", placement: undefined, department: undefined, state: "parked" });
    expect(resultOf(facts({ groups: [waiting] }), mapped())).toMatchObject({ kind: "parked", on: ["g2"] });
    expect(codes(resultOf(facts({ groups: [group(), waiting] }), mapped()))).toEqual(["groupWaits"]);
  });
});

test("several active people with the number of the manager: none is chosen", () => {
  const manager: Manager = { reference: "726", person: { ...there("m"), active: true, several: true } };
  const result = resultOf(facts({ manager, groups: [group()] }), mapped({ manager: "726" }));
  expect(summary(result)).toMatchObject({ manager: null, notes: ["severalManagers"] });
});
