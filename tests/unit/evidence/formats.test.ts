import { inflateRawSync } from "node:zlib";
import { cefLine } from "../../../src/evidence/formats/cef.ts";
import { csvCell } from "../../../src/evidence/formats/csv.ts";
import { entraRows } from "../../../src/evidence/formats/entra-rows.ts";
import type { FormatName } from "../../../src/evidence/formats/format.ts";
import { FORMAT_NAMES, formatOf } from "../../../src/evidence/formats/formats.ts";
import { ocsfEvent } from "../../../src/evidence/formats/ocsf.ts";
import type { LoggedEvent } from "../../../src/history/event.ts";

const at = new Date("2026-07-01T02:03:04.567Z");
const id = (n: number) => `019ab2c4-5d6e-7f80-9123-${String(n).padStart(12, "0")}`;
const subject = { kind: "user", id: id(99) } as const;
const base = { at, actor: "worker", causes: [] as string[], subject };
const EVENTS: readonly LoggedEvent[] = [
  {
    ...base,
    id: id(1),
    code: "user.created",
    actor: "token:one",
    requestId: id(50),
    changes: { title: { after: '=cmd|"x"!A1' } },
  },
  {
    ...base,
    id: id(2),
    code: "target.intent",
    causes: [id(1)],
    target: "dingtalk",
    attempt: 1,
    changes: { name: { after: "李, 明\n" } },
    detail: { action: "create" },
  },
  {
    ...base,
    id: id(3),
    code: "target.outcome",
    causes: [id(2)],
    target: "dingtalk",
    attempt: 1,
    outcome: "refused",
    detail: { action: "create", answer: "60104", calls: [] },
  },
  {
    ...base,
    id: id(4),
    code: "target.intent",
    causes: [id(1)],
    target: "dingtalk",
    attempt: 2,
    detail: { action: "create" },
  },
  { ...base, id: id(5), code: "session.opened", subject: undefined as never, detail: { by: "link" } },
];

async function* pages() {
  yield EVENTS.slice(0, 2);
  yield EVENTS.slice(2);
}
async function written(name: FormatName): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of formatOf(name, "1.2.3").write(pages())) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** A reader of RFC 4180 that shares nothing with the writer. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let quoted = false;
  for (let n = 0; n < text.length; n++) {
    const sign = text[n]!;
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[n + 1] === '"') {
        cell += '"';
        n++;
      } else quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === ",") {
      rows.at(-1)!.push(cell);
      cell = "";
    } else if (sign === "\n") {
      rows.at(-1)!.push(cell);
      cell = "";
      rows.push([]);
    } else if (sign !== "\r") cell += sign;
  }
  return rows.slice(0, -1);
}

/** The files of a zip, by its central directory. */
function unzip(zip: Buffer): Record<string, Buffer> {
  const end = zip.lastIndexOf(Buffer.from("504b0506", "hex"));
  const files: Record<string, Buffer> = {};
  for (let n = 0, at = zip.readUInt32LE(end + 16); n < zip.readUInt16LE(end + 10); n++) {
    const [size, nameLength, extra, comment, local] = [
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
      zip.readUInt16LE(at + 30),
      zip.readUInt16LE(at + 32),
      zip.readUInt32LE(at + 42),
    ];
    const name = zip.toString("utf8", at + 46, at + 46 + nameLength);
    const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(begin, begin + size);
    files[name] = zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(bytes) : bytes;
    at += 46 + nameLength + extra + comment;
  }
  return files;
}

test.each<[string, string]>([
  ["=1+1", `"'=1+1"`],
  ["+852 9000", `"'+852 9000"`],
  ["-2", `"'-2"`],
  ["@x", `"'@x"`],
  ["\tx", `"'\tx"`],
  ["\rx", `"'\rx"`],
  ['say "x"', '"say ""x"""'],
  ["a,b\nc", '"a,b\nc"'],
  ["plain", '"plain"'],
])("the cell %j is %s", (text, cell) => expect(csvCell(text)).toBe(cell));

test("numbers are numbers, and nothing is nothing", () => {
  expect([csvCell(-2), csvCell(undefined), csvCell(true)]).toEqual(['"-2"', '""', '"true"']);
});

test.each(["jsonl", "ocsf", "cef"] as const)("%s has a line for each event", async (name) => {
  const lines = (await written(name)).toString("utf8").split("\n");
  expect(lines.pop()).toBe("");
  expect(lines).toHaveLength(EVENTS.length);
});

test("csv begins with a byte order mark, has a row for each event, and no cell that begins as a formula", async () => {
  const text = (await written("csv")).toString("utf8");
  expect(text.startsWith("\ufeff")).toBe(true);
  const [head, ...rows] = parseCsv(text.slice(1));
  expect(rows).toHaveLength(EVENTS.length);
  expect(rows.map((row) => row[head!.indexOf("id")])).toEqual(EVENTS.map((event) => event.id));
  for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
  expect(JSON.parse(rows[1]![head!.indexOf("changes")]!)).toEqual({ name: { after: "李, 明\n" } });
});

test("entra-csv is three tables that ChangeId joins: a write to DingTalk is one change with its answer", async () => {
  const files = unzip(await written("entra-csv"));
  expect(Object.keys(files)).toEqual([
    "ProvisioningLogs.csv",
    "ProvisioningLogs_Steps.csv",
    "ProvisioningLogs_ModifiedProperties.csv",
  ]);
  const tables = Object.values(files).map((file) => parseCsv(file.toString("utf8").slice(1)));
  for (const [head] of tables) expect(head).toContain("ChangeId");
  const column = (table: string[][], name: string) =>
    table.slice(1).map((row) => row[table[0]!.indexOf(name)]);
  const [logs, steps, properties] = tables as [string[][], string[][], string[][]];
  expect(column(logs, "ChangeId")).toEqual([id(1), id(2), id(4)]);
  expect(column(logs, "StatusInfoStatus")).toEqual(["Success", "Failure", "Warning"]);
  expect(column(logs, "ErrorCode")).toEqual(["", "60104", ""]);
  expect(column(properties, "ChangeId")).toEqual([id(1), id(2)]);
  expect(column(properties, "NewValue")).toEqual(['\'=cmd|"x"!A1', "李, 明\n"]);
  for (const change of [...column(steps, "ChangeId"), ...column(properties, "ChangeId")])
    expect(column(logs, "ChangeId")).toContain(change);
});

test("entra-csv keeps ten thousand open writes in mind, whatever the history holds", async () => {
  const intent = (n: number): LoggedEvent => ({ ...EVENTS[1]!, id: id(100_000 + n) });
  const outcome: LoggedEvent = { ...EVENTS[2]!, id: id(99_999), causes: [id(100_000)] };
  const many = Array.from({ length: 10_002 }, (_, n) => intent(n));
  async function* pages() {
    yield many;
    yield [outcome];
  }
  const changes: string[] = [];
  for await (const { log } of entraRows(pages())) changes.push(String(log[1]));
  // The first two went out before their time; the late outcome names its write all the same.
  expect(changes).toHaveLength(10_003);
  expect(changes.slice(0, 3)).toEqual([id(100_000), id(100_001), id(100_000)]);
});

test("an OCSF event has the uid of its class and activity, and the event as it is", () => {
  const [created, , refused] = EVENTS.map((event) => ocsfEvent(event, "1.2.3"));
  expect(created).toMatchObject({
    class_uid: 3001,
    activity_id: 1,
    type_uid: 300_101,
    status_id: 1,
    time: at.getTime(),
    user: { uid: id(99) },
  });
  expect(refused).toMatchObject({
    class_uid: 6003,
    type_uid: 600_301,
    status_id: 2,
    unmapped: { id: id(3) },
  });
});

test("CEF escapes what would end a field, and tells no values", () => {
  const line = cefLine({ ...EVENTS[1]!, actor: "a=b\\c\nd", target: "x|y" }, "1|2");
  expect(line).toContain("|1\\|2|target.intent|");
  expect(line).toContain("suid=a\\=b\\\\c\\nd");
  expect(line).toContain("deviceCustomString2=name");
  expect(line).not.toContain("李");
  expect(line.split(/(?<!\\)\|/)).toHaveLength(9);
});

test("every format has a name and a type", () => {
  for (const name of FORMAT_NAMES) expect(formatOf(name, "1").contentType).toMatch(/^[a-z]+\/[a-z-]+/);
});
