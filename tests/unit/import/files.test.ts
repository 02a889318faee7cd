import { Readable } from "node:stream";
import { columnsOf } from "../../../src/import/columns.ts";
import { csvRows } from "../../../src/import/file/csv.ts";
import type { Encoding } from "../../../src/import/file/encoding.ts";
import { jsonRows } from "../../../src/import/file/json.ts";
import { type Row, UnreadableFile } from "../../../src/import/row.ts";

/** In pieces of three bytes, so that characters, line ends and names are cut anywhere. */
function bytesOf(content: string | Buffer): Readable {
  const bytes = Buffer.from(content);
  return Readable.from(
    Array.from({ length: Math.ceil(bytes.length / 3) }, (_, at) => bytes.subarray(at * 3, at * 3 + 3)),
  );
}

async function read(rows: AsyncIterable<Row>): Promise<unknown> {
  const seen: unknown[] = [];
  try {
    for await (const { at, values } of rows) seen.push([at, values]);
    return seen;
  } catch (error) {
    if (error instanceof UnreadableFile) return [...seen, error.message];
    throw error;
  }
}

const csv = (content: string | Buffer, encoding?: Encoding) => read(csvRows(bytesOf(content), encoding));
const json = (content: string) => read(jsonRows(bytesOf(content)));
const GB_NAME = Buffer.from([0x61, 0x2c, 0xd0, 0xd5, 0xc3, 0xfb, 0x0a, 0x31, 0x2c, 0x32]);

describe("a CSV file", () => {
  test.each([
    ["commas and a byte order mark", "\ufeffa,b\r\n1,2\r\n", [[2, { a: "1", b: "2" }]]],
    ["semicolons", "a;b\n1,5;2\n", [[2, { a: "1,5", b: "2" }]]],
    ["tabs", "a\tb\n1\t2", [[2, { a: "1", b: "2" }]]],
    [
      "quotes, line ends within, empty lines; the line is told where a record begins",
      'a,b\n\n"x, ""y""\n\n",2\n,\n3, 4 \n',
      [
        [3, { a: 'x, "y"\n\n', b: "2" }],
        [7, { a: "3", b: "4" }],
      ],
    ],
    ["a column without a name", "a,\n1,2\n", [[2, { a: "1" }]]],
    ["nothing", "", ["the file is empty: its first line has to name the columns"]],
    ["a name twice", "a,a\n1,2\n", ['the first line names the column "a" twice']],
    [
      "too many values",
      "a,b\n1,2,3\n",
      ["line 2: 3 values for 2 columns; a value that holds a separator has to be quoted"],
    ],
    ["an open quote", 'a,b\n1,"2\n3\n', ["line 2 or below: a quotation mark is opened and never closed"]],
  ])("%s", async (_what, content, expected) => expect(await csv(content)).toEqual(expected));

  test("encodings: stated, by a byte order mark, or refused", async () => {
    expect(await csv(GB_NAME, "gb18030")).toEqual([[2, { a: "1", 姓名: "2" }]]);
    expect(await csv(Buffer.from("\ufeffa\tb\n1\t2", "utf16le"))).toEqual([[2, { a: "1", b: "2" }]]);
    expect(await csv(GB_NAME)).toEqual([
      "the file is not utf-8: save it as UTF-8, or name its encoding (utf-16le, gb18030, big5)",
    ]);
  });

  test("a failing disk is no mistake of the file", async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from("a,b\n1,2\n");
        throw new Error("disk");
      })(),
    );
    await expect(read(csvRows(broken))).rejects.toThrow("disk");
  });
});

describe("a JSON file", () => {
  test.each([
    [
      "a list",
      '[{"a":1},\n{"b":[true]}]',
      [
        [1, { a: 1 }],
        [2, { b: [true] }],
      ],
    ],
    ["a report of Workday", '{"total":1,"Report_Entry":[{"a":1}]}', [[1, { a: 1 }]]],
    ["no list", '{"other":[{"a":1}]}', ["the object has no list Report_Entry"]],
    ["a report about nobody", '{"Report_Entry":[]}', []],
    ["no object in the list", '[{"a":1},3]', [[1, { a: 1 }], "element 2 of the list is no object"]],
    [
      "a list that is cut off",
      '[{"a":1},{"b":',
      [[1, { a: 1 }], "the file is no JSON, or ends too early, after 1 elements of its list"],
    ],
    [
      "a list that is not closed",
      '[{"a":1}',
      [[1, { a: 1 }], "the file is no JSON, or ends too early, after 1 elements of its list"],
    ],
    ["a text", "hello", ["the file is neither a JSON list nor an object with a list Report_Entry"]],
    ["nothing", "", ["the file is neither a JSON list nor an object with a list Report_Entry"]],
  ])("%s", async (_what, content, expected) => expect(await json(content)).toEqual(expected));
});

test("columns are known by names in three languages, whatever their spelling", () => {
  const { of, unknown, twice } = columnsOf([
    "Employee_ID",
    "姓名",
    "流動電話",
    "Job Title",
    "Favourite colour",
    "Emial",
    "手机",
  ]);
  expect(Object.fromEntries(of)).toEqual({
    employeeNumber: "Employee_ID",
    displayName: "姓名",
    mobile: "流動電話",
    title: "Job Title",
  });
  expect(unknown).toEqual([{ column: "Favourite colour" }, { column: "Emial", meant: "email" }]);
  expect(twice).toEqual([{ field: "mobile", columns: ["流動電話", "手机"] }]);
});
