import { knownNames } from "../../../src/compose/mapping-names.ts";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { MappingInvalid } from "../../../src/mapping/file/problem.ts";

const WORKER = "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker";
const compile = (lines: string) => compileMapping(`version: 1\n${lines}`, knownNames("dingtalk"));

function problemsOf(lines: string): readonly string[] {
  try {
    compile(lines);
    return [];
  } catch (error) {
    if (error instanceof MappingInvalid) return error.message.split("\n");
    throw error;
  }
}

test("dates have an effect unless the file says otherwise", () => {
  expect(compile("").dates).toMatchObject({
    leadDays: 0,
    leaveAtMinutes: 1_440,
    lastDay: "earlier",
    inactive: "atOnce",
  });
  expect(
    compile("hire: { leadDays: 3 }\nleave: { at: 18:30, day: lastDayOfWork, inactive: onTheDay }").dates,
  ).toMatchObject({
    leadDays: 3,
    leaveAtMinutes: 1_110,
    lastDay: "lastDayOfWork",
    inactive: "onTheDay",
  });
  expect(compile("dates: false").dates).toBeUndefined();
});

test.each<[string, string, string]>([
  ["without a key", "", "Asia/Hong_Kong"],
  ["a zone", "zone: Europe/London", "Europe/London"],
  [
    "an expression",
    'zone: lookup("zones", workday.location)\ntables: { zones: { kowloon 12: America/New_York } }',
    "America/New_York",
  ],
  [
    "one that gives nothing",
    'zone: lookup("zones", workday.location)\ntables: { zones: { London: Europe/London } }',
    "Asia/Hong_Kong",
  ],
  ["one that gives no zone", "zone: workday.location", "Asia/Hong_Kong"],
])("the zone of a person: %s", (_name, lines, expected) =>
  expect(compile(lines).dates?.zoneOf({ userName: "mei", [WORKER]: { location: "Kowloon 12" } })).toBe(
    expected,
  ),
);

test.each<[string, string, RegExp]>([
  ["an attribute that nobody has", "zone: workday.locaton", /workday has no attribute locaton/],
  ["groups, which are not known when a date is read", "zone: groups[0].displayName", /zone/],
  ["an hour that there is not", 'leave: { at: "24:30" }', /must be a time of the day from 00:00 to 24:00/],
  [
    "a day that is no date of a worker",
    "leave: { day: contractEndDate }",
    /must be one of earlier, terminationDate, lastDayOfWork/,
  ],
  ["days that are too many", "hire: { leadDays: 91 }", /hire\.leadDays/],
])("%s is a mistake of the file", (_name, lines, problem) => {
  const problems = problemsOf(lines);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(problem);
});

test("a date that cannot be read, and a zone that is none, are noted", () => {
  const notes = (lines: string, worker: object) =>
    compile(lines)
      .person({ user: { userName: "mei", [WORKER]: { ...worker } }, groups: [] })
      .notes.map(({ attribute, code }) => [attribute, code]);
  const worker = {
    terminationDate: "31/12/2026",
    hireDate: "2026/01/31",
    lastDayOfWork: "12/24/2026 12:00:00 AM",
    location: "Mars/Base",
  };
  expect(notes("zone: workday.location", worker)).toEqual([
    ["terminationDate", "dateNotUnderstood"],
    ["lastDayOfWork", "dateNotUnderstood"],
    ["zone", "unknownZone"],
  ]);
  expect(notes("dates: false", worker)).toEqual([]);
});

test("a table of zones has zones", () =>
  expect(() =>
    compile(
      'zone: lookup("zones", workday.location)\ntables: { zones: { NYC: America/New_Yrok }, others: { a: b } }',
    ),
  ).toThrow(/tables\.zones\.NYC: must be a time zone/));

test("a zone that the rule itself names is one", () =>
  expect(
    problemsOf(
      'zone: lookup("zones", workday.location, "America/New_Yrok")\ntables: { zones: { NYC: America/New_York } }',
    ),
  ).toEqual([expect.stringMatching(/zone: America\/New_Yrok is not a time zone/)]));
