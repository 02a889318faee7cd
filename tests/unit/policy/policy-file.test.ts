import { knownNames } from "../../../src/compose/mapping-names.ts";
import type { PersonInput } from "../../../src/mapping/mapping.ts";
import { compilePolicy, PolicyInvalid } from "../../../src/policy/compile.ts";
import { ENTERPRISE_SCHEMA } from "../../../src/scim/schema/enterprise.ts";

const known = knownNames("dingtalk").personDocument;
const compile = (lines: string) => compilePolicy(`version: 1\n${lines}`, known);

function problemsOf(lines: string): readonly string[] {
  try {
    compile(lines);
    return [];
  } catch (error) {
    if (error instanceof PolicyInvalid) return error.message.split("\n");
    throw error;
  }
}

const person = (user: object, groups: readonly string[] = []): PersonInput => ({
  user: { id: "u1", ...user },
  groups: groups.map((displayName) => ({ id: displayName, displayName })),
});

test.each<[string, string, readonly string[]]>([
  ["an unknown key", "limit: {}", ["2:1 limit: unknown key (did you mean limits?)"]],
  [
    "an unknown limit",
    "limits:\n  peopleremove: {}",
    ["3:3 limits.peopleremove: unknown key (did you mean peopleRemoved?)"],
  ],
  [
    "a figure out of range",
    "limits: { peopleRemoved: { percent: 101 } }",
    ["2:37 limits.peopleRemoved.percent: must be from 0 to 100"],
  ],
  [
    "a figure that is none",
    "limits: { peopleRemoved: { atLeast: many } }",
    ["2:37 limits.peopleRemoved.atLeast: must be a whole number"],
  ],
  [
    "a limit without end",
    "limits: { peopleRemoved: off }",
    ["2:26 limits.peopleRemoved: expected object, received string"],
  ],
  [
    "a word that is nearly one",
    "adopt: { people: { 2: lnk } }",
    ["2:23 adopt.people.2: must be one of link, propose, never (did you mean link?)"],
  ],
  [
    "a weak tier that links",
    "adopt: { people: { 5: link } }",
    ["2:23 adopt.people.5: must be propose or never: this tier is too weak to link automatically"],
  ],
  [
    "tier 1 without its value",
    "adopt: { people: { 1: link } }",
    ["2:23 adopt.people.1: tier 1 needs adopt.userid, the value that equals the userid"],
  ],
  [
    "an attribute nobody has",
    "scope: { where: enterprise.departmnt == 'IT' }",
    ["2:17 scope.where: enterprise has no attribute departmnt (did you mean department?)"],
  ],
  [
    "a scope without anything",
    "scope: {}",
    ["2:1 scope: needs groups or where: without the key scope everybody is in scope"],
  ],
  [
    "a grace without a unit",
    "grace: 24",
    [
      "2:8 grace.regular: must be 0, or a whole number with m, h or d for minutes, hours or days, such as 24h",
    ],
  ],
  ["a grace that never ends", "grace: { enterprise: 366d }", ["2:22 grace.enterprise: must be at most 365d"]],
  ["an account that there is not", "grace: { sso: 1d }", ["2:10 grace.sso: unknown key"]],
  [
    "an end that there is not",
    "leaver: { regular: disable }",
    ["2:20 leaver.regular: must be one of remove, park, keep"],
  ],
  [
    "an address in place of a domain",
    'accounts: { domains: ["hr@example.com"] }',
    ["2:23 accounts.domains.0: must be a domain without @, such as example.com"],
  ],
  [
    "a number without its country code",
    'protect: { mobile: ["6123 4567", 61234567, "+852 6123 4567", 85261234567, "0086 138 0013 8000", 13800138000] }',
    [
      "2:21 protect.mobile.0: must be a telephone number with its country code",
      "2:34 protect.mobile.1: must be a telephone number with its country code",
    ],
  ],
  [
    "half a number",
    'protect: { mobile: ["6123"] }',
    ["2:21 protect.mobile.0: must be a telephone number with its country code"],
  ],
  [
    "several at once, in the order of the file",
    "scope: { where: nobody }\nprotect: { where: user.nme == '' }",
    [
      "2:17 scope.where: unknown variable nobody; a fixed text needs quotes inside the quotes, such as '\"Head office\"'",
      "3:19 protect.where: user has no attribute nme (did you mean name?)",
    ],
  ],
])("refuses %s", (_name, lines, problems) => expect(problemsOf(lines)).toEqual(problems));

test("layout and order do not make another policy, figures do", () => {
  const version = (lines: string) => compile(lines).version;
  expect(version("protect: { userid: [a] }\nscope: { groups: [x] }")).toBe(
    version("# why\nscope:\n  groups:\n  - x\nprotect: { userid: [a] }"),
  );
  expect(version("limits: { peopleRemoved: { percent: 3 } }")).not.toBe(version(""));
});

test("a pilot takes in members of its groups and whoever meets its condition", () => {
  const pilot = compile('scope: { groups: ["Pilot *"], where: enterprise.department == "IT" }');
  expect(pilot.inScope(person({}, ["pilot HK"]))).toBe(true);
  expect(pilot.inScope(person({ [ENTERPRISE_SCHEMA]: { department: "IT" } }))).toBe(true);
  expect(pilot.inScope(person({ [ENTERPRISE_SCHEMA]: { department: "HR" } }, ["Sales"]))).toBe(false);
  expect(compile("").inScope(person({}))).toBe(true);
});

test("numbers without quotes protect whom they name as they are written", () => {
  const { isProtected } = compile(
    "protect: { job_number: [00123, 0x1F, 1E3, 12345678901234567890, 42], userid: [007], mobile: [0085261234567] }",
  );
  const spares = (remoteId: string, attributes: object) =>
    isProtected({ remoteId, attributes: { ...attributes }, input: undefined });
  for (const job_number of ["00123", "0x1F", "1E3", "12345678901234567890", "42"])
    expect(spares("x", { job_number })).toBe(true);
  for (const job_number of ["123", "31", "1000"]) expect(spares("x", { job_number })).toBe(false);
  expect(spares("007", {})).toBe(true);
  expect(spares("7", {})).toBe(false);
  expect(spares("x", { mobile: "+852-61234567" })).toBe(true);
  expect(compile("limits: { peopleRemoved: { atLeast: 12, percent: 2.50 } }").limits.peopleRemoved).toEqual({
    atLeast: 12,
    percent: 2.5,
  });
});

describe("protected", () => {
  const { isProtected } = compile(
    'protect: { userid: [boss], job_number: [7, "008"], mobile: ["+852 6123 4567", "+86 138 0013 8000"], where: \'user.userType == "Board"\' }',
  );
  test.each<[string, string, object, PersonInput | undefined, boolean]>([
    ["by userid", "boss", {}, undefined, true],
    ["by job number", "x", { job_number: "7" }, undefined, true],
    ["by a job number as it is written", "x", { job_number: "8" }, undefined, false],
    ["by mobile", "x", { mobile: "+852-61234567" }, undefined, true],
    ["by a mobile of the mainland", "x", { mobile: "13800138000" }, undefined, true],
    ["by condition", "x", {}, person({ userType: "Board" }), true],
    ["not by a condition that does not hold", "x", {}, person({ userType: "Staff" }), false],
    ["not, once the directory has no such person", "x", {}, undefined, false],
  ])("%s", (_name, remoteId, attributes, input, expected) => {
    expect(isProtected({ remoteId, attributes: { ...attributes }, input })).toBe(expected);
  });

  test("by a condition that cannot be evaluated", () => {
    const policy = compile("protect: { where: user.title > 3 }");
    expect(policy.isProtected({ remoteId: "x", attributes: {}, input: person({ title: "Clerk" }) })).toBe(
      true,
    );
  });
});

test("the directory tells the userid of tier 1", () => {
  const { adopt } = compile("adopt: { userid: enterprise.employeeNumber, people: { 1: link } }");
  expect(adopt.userid(person({ [ENTERPRISE_SCHEMA]: { employeeNumber: " E1 " } }))).toBe("E1");
  expect(adopt.userid(person({}))).toBeUndefined();
  expect(adopt.people).toEqual({
    1: "link",
    2: "propose",
    3: "propose",
    4: "propose",
    5: "propose",
    6: "propose",
  });
});

test("a grace is for everybody, or for each kind of account", () => {
  const HOUR_MS = 3_600_000;
  expect(compile("").grace).toEqual({ regular: 0, enterprise: 0 });
  expect(compile("grace: 24h").grace).toEqual({ regular: 24 * HOUR_MS, enterprise: 24 * HOUR_MS });
  expect(compile("grace: 0").version).toBe(compile("").version);
  expect(compile("grace: { enterprise: 30d }").grace).toEqual({ regular: 0, enterprise: 720 * HOUR_MS });
  expect(compile("grace: { regular: 0, keepsAccess: true }").grace).toEqual({
    regular: 0,
    enterprise: 0,
    keepsAccess: true,
  });
  expect(compile("grace: { regular: 90m }").grace).toEqual({ regular: 1.5 * HOUR_MS, enterprise: 0 });
});

test("nobody is parked where the mapping has no department for it", () => {
  const parks = (canPark: boolean) =>
    compilePolicy("version: 1\nleaver: { regular: park }", {}, { canPark }).leaver.regular;
  expect(parks(true)).toBe("park");
  expect(() => parks(false)).toThrow(
    "2:20 leaver.regular: park needs inactive.parkIn in MAPPING_FILE, the path of the department",
  );
});

test("addresses count by their domain", () => {
  const { isAddressAllowed } = compile('accounts: { domains: [example.com, "*.example.hk"] }');
  const asked = [
    "mei@example.com",
    "Mei@EXAMPLE.com",
    "mei@shop.example.hk",
    "mei@example.hk",
    "mei@example.com.cn",
    "mei@gmail.com",
  ];
  expect(asked.filter((address) => isAddressAllowed!(address))).toEqual(asked.slice(0, 3));
  expect(compile("").isAddressAllowed).toBeUndefined();
});
