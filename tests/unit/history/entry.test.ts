import fc from "fast-check";
import type { JsonObject, JsonValue } from "../../../src/core/entity.ts";
import { canonicalJson } from "../../../src/core/json/canonical-json.ts";
import { digestOf, entryOf, type OpenColumns, openPart } from "../../../src/history/entry.ts";

/* A log of ten years ago is checked with these texts: they never change. */

const FULL: OpenColumns = {
  id: "0190a0b0-0000-7000-8000-000000000001",
  at: "2026-07-01T12:00:00.120Z",
  code: "target.outcome",
  actor: "worker",
  source_id: "0190a0b0-0000-7000-8000-000000000002",
  request_id: "0190a0b0-0000-7000-8000-000000000003",
  causes: ["0190a0b0-0000-7000-8000-000000000004", "0190a0b0-0000-7000-8000-000000000005"],
  subject_kind: "user",
  subject: "0190a0b0-0000-7000-8000-000000000006",
  target: "dingtalk",
  attempt: 2,
  outcome: "done",
  attributes: ["title", '名"前'],
  members: '{"before":["x"]}',
  detail: '{ "b": 1.50, "a": [true, null, {"z": 1, "y": "\\u0001\\u00e9"}] }',
};
const LEAST: OpenColumns = {
  ...FULL,
  source_id: null,
  request_id: null,
  causes: [],
  subject_kind: null,
  subject: null,
  target: null,
  attempt: null,
  outcome: null,
  attributes: null,
  members: null,
  detail: null,
};

test("the open part of an event, and its entry, as they were from the beginning", () => {
  expect(openPart(FULL)).toBe(
    '{"actor":"worker","at":"2026-07-01T12:00:00.120Z","attempt":2,"attributes":["title","名\\"前"],"causes":["0190a0b0-0000-7000-8000-000000000004","0190a0b0-0000-7000-8000-000000000005"],"code":"target.outcome","detail":{"a":[true,null,{"y":"\\u0001é","z":1}],"b":1.5},"id":"0190a0b0-0000-7000-8000-000000000001","members":{"before":["x"]},"outcome":"done","requestId":"0190a0b0-0000-7000-8000-000000000003","source":"0190a0b0-0000-7000-8000-000000000002","subject":{"id":"0190a0b0-0000-7000-8000-000000000006","kind":"user"},"target":"dingtalk"}',
  );
  expect(openPart(LEAST)).toBe(
    '{"actor":"worker","at":"2026-07-01T12:00:00.120Z","causes":[],"code":"target.outcome","id":"0190a0b0-0000-7000-8000-000000000001"}',
  );
  const ref = "0190a0b0-0000-7000-8000-000000000007";
  expect(entryOf(FULL, digestOf("ciphertext"), ref)).toBe(
    `{"actor":"worker","at":"2026-07-01T12:00:00.120Z","causes":["0190a0b0-0000-7000-8000-000000000004","0190a0b0-0000-7000-8000-000000000005"],"code":"target.outcome","id":"0190a0b0-0000-7000-8000-000000000001","open":"${digestOf(openPart(FULL))}","outcome":"done","requestId":"0190a0b0-0000-7000-8000-000000000003","sealed":"${digestOf("ciphertext")}","subjectRef":"${ref}","target":"dingtalk","v":1}`,
  );
  expect(entryOf({ ...LEAST, causes: Array.from({ length: 33 }, () => ref) }, null, null)).not.toContain(
    "causes",
  );
});

const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const text = fc.string({ unit: "binary" });
const json = fc
  .dictionary(text, fc.jsonValue({ stringUnit: "binary" }))
  .map((value) => JSON.stringify(value));
const columns: fc.Arbitrary<OpenColumns> = fc.record({
  id: fc.uuid(),
  at: fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-01-01") })
    .map((at) => at.toISOString()),
  code: text,
  actor: text,
  source_id: orNull(fc.uuid()),
  request_id: orNull(fc.uuid()),
  causes: fc.array(fc.uuid(), { maxLength: 40 }),
  subject_kind: orNull(text),
  subject: orNull(fc.uuid()),
  target: orNull(text),
  attempt: orNull(fc.integer()),
  outcome: orNull(text),
  attributes: orNull(fc.array(text)),
  members: orNull(json),
  detail: orNull(json),
});

test("both are canonical JSON, whatever an event holds", () => {
  fc.assert(
    fc.property(columns, orNull(fc.uuid()), (row, ref) => {
      for (const written of [openPart(row), entryOf(row, row.detail && digestOf(row.detail), ref)])
        expect(written).toBe(canonicalJson(JSON.parse(written) as JsonValue));
      const { actor, detail, subject } = JSON.parse(openPart(row)) as JsonObject;
      expect([actor, detail, subject]).toEqual([
        row.actor,
        row.detail === null ? undefined : JSON.parse(row.detail),
        row.subject === null ? undefined : { id: row.subject, kind: row.subject_kind ?? "" },
      ]);
    }),
  );
});
