import { fold } from "../core/text/fold.ts";
import { type Columns, columnReaders, columnsOf, type FieldReaders } from "./columns.ts";
import { contentOf } from "./content.ts";
import { type PersonRecord, personRecord } from "./person.ts";
import { type Row, UnreadableFile } from "./row.ts";

/** A problem of one row. Names fields, never values. */
export interface RowProblem {
  readonly at: number;
  readonly text: string;
}

export interface CheckedFile {
  /** Undefined: rules read the fields, not the names of columns. */
  readonly columns?: Columns;
  readonly readers: FieldReaders;
  readonly people: number;
  readonly activePeople: number;
  /** Keys of all people of the file. */
  readonly keys: ReadonlySet<string>;
  readonly problems: readonly RowProblem[];
}

/**
 * Checks a whole file without changing anything: its columns (unless `rules` read the fields), each row, and
 * rows with the same person or user name. Keeps the key and user name of each person. Rejects with
 * UnreadableFile if single rows cannot be checked.
 */
export async function checkFile(rows: AsyncIterable<Row>, rules?: FieldReaders): Promise<CheckedFile> {
  const problems: RowProblem[] = [];
  const keys = new Map<string, number>();
  const userNames = new Map<string, number>();
  const names = new Set<string>();
  let columns: Columns | undefined;
  let readers = rules;
  let [people, activePeople] = [0, 0];
  for await (const row of rows) {
    const before = names.size;
    // A record of a JSON list leaves out empty values, so a column may first appear in a later record.
    if (!rules) for (const name of Object.keys(row.values)) names.add(name);
    if (!readers || names.size > before) {
      columns = usableColumns([...names]);
      readers = columnReaders(columns);
    }
    const result = personRecord(row, readers);
    const text =
      result.kind === "problem"
        ? result.text
        : (refused(result.person) ??
          earlier(keys, result.person.key, row.at, "person") ??
          earlier(userNames, fold(result.person.userName), row.at, "user name"));
    if (text === undefined && result.kind === "person") {
      people += 1;
      if (result.person.active) activePeople += 1;
    } else if (text !== undefined) problems.push({ at: row.at, text });
  }
  return {
    ...(columns ? { columns } : {}),
    readers: readers ?? new Map(),
    people,
    activePeople,
    keys: new Set(keys.keys()),
    problems,
  };
}

function usableColumns(names: readonly string[]): Columns {
  const columns = columnsOf(names);
  const [twice] = columns.twice;
  if (twice)
    throw new UnreadableFile(
      `two columns are about ${twice.field}: ${twice.columns.map((name) => JSON.stringify(name)).join(" and ")}; remove one`,
    );
  return columns;
}

function refused(person: PersonRecord): string | undefined {
  try {
    contentOf(person);
    return undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error) return error.message;
    throw error;
  }
}

function earlier(seen: Map<string, number>, value: string, at: number, what: string): string | undefined {
  const first = seen.get(value);
  if (first === undefined) seen.set(value, at);
  return first === undefined ? undefined : `the same ${what} as in row ${first}`;
}
