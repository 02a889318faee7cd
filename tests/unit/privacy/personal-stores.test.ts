import { columnsOf, TABLES } from "../../../src/privacy/columns.ts";
import {
  DIRECTORY_STORE,
  NOTHING_TO_ERASE,
  PERSONAL_STORES,
} from "../../../src/store/privacy/personal-stores.ts";

const personal = Object.entries(TABLES).filter(([, of]) =>
  columnsOf(of).some(([, sensitivity]) => sensitivity === "personal"),
);
const erased = [DIRECTORY_STORE, ...PERSONAL_STORES].map(({ table }) => table);

test("every table with personal columns says how a person is taken out of it, or why nobody has to be", () => {
  const said = [...erased, ...Object.keys(NOTHING_TO_ERASE)];
  expect(said.sort()).toEqual([...new Set(said)].sort());
  expect(personal.map(([table]) => table).filter((table) => !said.includes(table))).toEqual([]);
});

test("and it names each of those columns, where its rows stay", () => {
  const updates = PERSONAL_STORES.filter(({ erase }) => erase.startsWith("update"));
  for (const { table, erase } of updates) {
    const columns = columnsOf(TABLES[table]!).flatMap(([name, sensitivity]) =>
      sensitivity === "personal" ? [name] : [],
    );
    // By the remote id the loop finds whom it has to remove.
    const kept = table === "links" ? ["remote_id"] : [];
    expect([table, columns.filter((name) => !erase.includes(`${name} = null`))]).toEqual([table, kept]);
  }
});
