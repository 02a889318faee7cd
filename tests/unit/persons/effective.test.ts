import fc from "fast-check";
import type { JsonObject } from "../../../src/core/entity.ts";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { NO_SOURCE_RULES, type SourceRules } from "../../../src/mapping/sources.ts";
import { conflictsOf, effectivePerson } from "../../../src/persons/effective.ts";
import type { SourceRecord } from "../../../src/persons/record.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

const rules = (yaml: string): SourceRules => compileMapping(`version: 1\nsources:\n${yaml}`).sources;
const WORKDAY_FIRST = rules(
  "  authority: { order: [workday, entra], attributes: { emails: [entra], phoneNumbers.mobile: [entra] } }",
);

const record = (source: string, document: JsonObject, more: Partial<SourceRecord> = {}): SourceRecord => ({
  id: `${source}-1`,
  source: { id: source, name: source },
  active: document.active !== false,
  createdAt: "2026-01-01T00:00:00Z",
  document,
  ...more,
});

const mail = (value: string, type = "work"): JsonObject => ({ value, type, primary: true });

test.each<[string, readonly SourceRecord[], JsonObject]>([
  [
    "the first source that has a value says it",
    [
      record("entra", { userName: "e", title: "from Entra" }),
      record("workday", { userName: "w", title: "" }),
    ],
    { userName: "w", title: "from Entra" },
  ],
  [
    "an order of its own for one attribute",
    [
      record("entra", { userName: "e", emails: [mail("e@x")] }),
      record("workday", { userName: "w", emails: [mail("w@x")] }),
    ],
    { userName: "w", emails: [mail("e@x")] },
  ],
  [
    "elements of a list by their type, and one primary",
    [
      record("entra", { userName: "e", phoneNumbers: [{ type: "mobile", value: "1", primary: true }] }),
      record("workday", {
        userName: "w",
        phoneNumbers: [
          { type: "work", value: "2", primary: true },
          { type: "mobile", value: "3" },
        ],
      }),
    ],
    {
      userName: "w",
      phoneNumbers: [
        { type: "work", value: "2", primary: true },
        { type: "mobile", value: "1" },
      ],
    },
  ],
  [
    "attributes of an extension one by one",
    [
      record("entra", { userName: "e", [ENTERPRISE]: { department: "E", costCenter: "C" } }),
      record("workday", { userName: "w", [ENTERPRISE]: { department: "W", manager: { value: "7" } } }),
    ],
    { userName: "w", [ENTERPRISE]: { department: "W", manager: { value: "7" }, costCenter: "C" } },
  ],
  [
    "a source alone is left as it is",
    [record("entra", { emails: [mail("b", "home"), mail("a"), mail("c", "home")] })],
    {
      emails: [mail("b", "home"), mail("a"), mail("c", "home")],
    },
  ],
])("%s", (_name, records, expected) => {
  expect(effectivePerson(records, WORKDAY_FIRST).document).toEqual(expected);
  expect(effectivePerson([...records].reverse(), WORKDAY_FIRST).document).toEqual(expected);
});

const on = (source: string): SourceRecord => record(source, { userName: source });
const off = (source: string): SourceRecord => record(source, { userName: source, active: false });
const source = (name: string) => ({ id: name, name });

test.each<["any" | "all" | "authoritative", readonly SourceRecord[], readonly string[], boolean]>([
  ["any", [on("entra"), on("workday")], [], true],
  ["any", [on("entra"), off("workday")], [], false],
  ["any", [on("entra")], ["workday"], false],
  ["all", [on("entra"), off("workday")], [], true],
  ["all", [off("entra"), off("workday")], [], false],
  ["all", [on("entra")], ["workday"], true],
  ["authoritative", [off("entra"), on("workday")], [], true],
  ["authoritative", [on("entra"), off("workday")], [], false],
  ["authoritative", [on("entra")], ["workday"], false],
])("leaving %s: %#", (leaving, records, left, active) => {
  const given = rules(`  leaving: ${leaving}\n  authority: { order: [workday, entra] }`);
  expect(effectivePerson(records, given, left.map(source)).active).toBe(active);
});

test("a record that has not begun takes no part in the leaving rule, and speaks for its source after one that has ended", () => {
  const awaited = record("workday", { userName: "w" }, { active: false, begun: false });
  for (const leaving of ["any", "all", "authoritative"]) {
    const given = rules(`  leaving: ${leaving}\n  authority: { order: [workday, entra] }`);
    expect(effectivePerson([awaited], given).active).toBe(false);
    expect(effectivePerson([awaited, on("entra")], given).active).toBe(true);
    expect(effectivePerson([awaited, off("entra")], given).active).toBe(false);
  }
  const ended = record("workday", { userName: "before", active: false }, { id: "1", active: false });
  const next = record(
    "workday",
    { userName: "next" },
    { id: "2", createdAt: "2030-02-01", active: false, begun: false },
  );
  expect(effectivePerson([ended, next, on("entra")], rules("  leaving: any"))).toMatchObject({
    active: false,
  });
});

test("of one source the record that is active speaks, and of several the last", () => {
  const before = record("workday", { userName: "c1", title: "Contractor", active: false }, { id: "1" });
  const now = record("workday", { userName: "e1" }, { id: "2", createdAt: "2026-02-01T00:00:00Z" });
  expect(effectivePerson([now, before], NO_SOURCE_RULES)).toMatchObject({
    active: true,
    document: { userName: "e1" },
  });
});

test("values that differ are told with the one that counts first", () => {
  const records = [
    record("entra", { userName: "same", title: "A", nickName: "N" }),
    record("workday", { userName: "same", title: "B" }),
  ];
  expect(conflictsOf(records, WORKDAY_FIRST)).toEqual([
    {
      attribute: "title",
      values: [
        { source: "workday", record: "workday-1", value: "B" },
        { source: "entra", record: "entra-1", value: "A" },
      ],
    },
  ]);
});

const documents = fc.record(
  {
    userName: fc.constantFrom("a", "b"),
    title: fc.constantFrom("", "x", "y"),
    active: fc.boolean(),
    emails: fc.array(fc.record({ type: fc.constantFrom("work", "home"), value: fc.constantFrom("1", "2") }), {
      maxLength: 3,
    }),
    [ENTERPRISE]: fc.record(
      { department: fc.constantFrom("", "d"), costCenter: fc.constantFrom("c", "e") },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["userName"] },
);

test("any order of the same records is the same person, and equal records are that record", () => {
  fc.assert(
    fc.property(
      fc.array(documents, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(NO_SOURCE_RULES, WORKDAY_FIRST),
      (all, given) => {
        const records = all.map((document, at) =>
          record(["workday", "entra", "okta", "file"][at]!, document),
        );
        const forwards = effectivePerson(records, given);
        expect(effectivePerson([...records].reverse(), given)).toEqual(forwards);
        const twins = effectivePerson([record("workday", all[0]!), record("entra", all[0]!)], given);
        expect(twins.document).toEqual(effectivePerson([record("workday", all[0]!)], given).document);
      },
    ),
  );
});
