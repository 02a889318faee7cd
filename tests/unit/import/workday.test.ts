import { compileWorkday, WorkdayFileInvalid } from "../../../src/import/workday/file.ts";
import { addressOf, dueReading, nextReading } from "../../../src/import/workday/reading.ts";

const FILE = `version: 1
report:
  url: https://wd5.example.com/ccx/service/customreport2/acme/ISU/Workers
  updated: { from: Updated_From, through: Updated_Through }
everyMinutes: 30
fullEveryDays: 7
`;
const plan = compileWorkday(FILE);
const now = new Date("2026-11-30T12:00:00Z");
const before = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

test("everybody is read first and every week, in between what was entered since", () => {
  expect(dueReading(plan, {}, now)).toEqual({ kind: "everybody" });
  expect(dueReading(plan, { everybody: before(20), through: before(20) }, now)).toBeUndefined();
  expect(dueReading(plan, { everybody: before(600), through: before(40) }, now)).toEqual({
    kind: "updated",
    from: before(50),
    through: now,
  });
  expect(dueReading(plan, { everybody: before(8 * 1_440), through: before(40) }, now)).toEqual({
    kind: "everybody",
  });
  const simple = compileWorkday(FILE.replace(/ {2}updated.*\n/, ""));
  expect(nextReading(simple, { everybody: before(1), through: before(1) }, now)).toEqual({
    kind: "everybody",
  });
});

test("the address asks for JSON and the period", () => {
  expect(addressOf(plan, { kind: "updated", from: before(60), through: now })).toBe(
    "https://wd5.example.com/ccx/service/customreport2/acme/ISU/Workers?format=json&Updated_From=2026-11-30T11%3A00%3A00.000Z&Updated_Through=2026-11-30T12%3A00%3A00.000Z",
  );
});

test.each([
  [
    "plain http to elsewhere",
    FILE.replace("https:", "http:"),
    "3:8 report.url: must be an https address without user and fragment",
  ],
  [
    "a password in the address",
    FILE.replace("https://", "https://a:b@"),
    "3:8 report.url: must be an https address without user and fragment",
  ],
  [
    "an unknown field",
    `${FILE}columns: { employeNumber: row.Id }\n`,
    "7:12 columns.employeNumber: unknown key",
  ],
  [
    "an expression that is none",
    `${FILE}columns: { employeeNumber: 'row.Id +' }\n`,
    "columns.employeeNumber: ",
  ],
  [
    "no key",
    `${FILE}columns: { displayName: row.Name }\n`,
    "7:1 columns: needs one of externalId, employeeNumber, userName",
  ],
  ["too often", FILE.replace("30", "5"), "5:15 everyMinutes: "],
])("%s is refused, with its place", (_what, text, message) => {
  expect(() => compileWorkday(text)).toThrow(WorkdayFileInvalid);
  expect(() => compileWorkday(text)).toThrow(message);
});

test("an expression gives a field; one that fails tells nothing but that", () => {
  const { rules } = compileWorkday(
    `${FILE}columns: { employeeNumber: row.Id, displayName: 'firstOf(row.Preferred, row.Legal)' }\n`,
  );
  expect([
    rules!.get("employeeNumber")!({ Id: "7" }),
    rules!.get("displayName")!({ Legal: "Ann" }),
    rules!.get("displayName")!({}),
  ]).toEqual(["7", "Ann", ""]);
});
