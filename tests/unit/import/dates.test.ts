import { columnReaders, columnsOf } from "../../../src/import/columns.ts";
import { personRecord } from "../../../src/import/person.ts";

const read = (date: string) => {
  const values = { "employee number": "1", "display name": "Mei", "termination date": date };
  return personRecord({ at: 2, values }, columnReaders(columnsOf(Object.keys(values)))).kind;
};

test.each([
  "2026-11-20",
  "2026/11/20",
  "2026.11.20",
  "20261120",
  "2026年11月20日",
  "2026-11-20T00:00:00Z",
  "9999-12-31",
  "",
])("a file may say %j", (date) => expect(read(date)).toBe("person"));

test.each(["20.11.2026", "31/12/2020", "12/24/2026 12:00:00 AM", "46346", "soon", "2026-02-30"])(
  "a row with %j is wrong",
  (date) => expect(read(date)).toBe("problem"),
);
