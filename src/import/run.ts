import type { RequestContext } from "../directory/context.ts";
import type { GroupDirectory } from "../directory/groups.ts";
import type { UserDirectory } from "../directory/users.ts";
import { type CheckedFile, checkFile, type RowProblem } from "./check.ts";
import type { FieldReaders } from "./columns.ts";
import { type DepartmentChange, importDepartments, NamedDepartments } from "./departments.ts";
import { activePeople, deactivateAbsent, importPeople, type PersonChange } from "./people.ts";
import { type PersonRecord, personRecord } from "./person.ts";
import type { Row } from "./row.ts";

/** Maximum share by which a complete file may have fewer active people than the source. Beyond it, an error cannot be told from many leavers. */
const LEAST_SHARE = 0.9;

export interface ImportOptions {
  readonly users: UserDirectory;
  readonly groups: GroupDirectory;
  readonly context: RequestContext;
  /** Opens the file anew: it is read twice, first to check all of it. */
  readonly rows: () => AsyncIterable<Row>;
  /** How fields are read; unset: by the names of the columns. */
  readonly rules?: FieldReaders;
  /** The file holds everybody of the source: who is not in it has left. */
  readonly isComplete: boolean;
  /** How many active people the file holds, as somebody has confirmed; needed where it is less than nine tenths of those there are. */
  readonly confirmed?: number;
  /** False: a trial, which writes nothing. */
  readonly writes: boolean;
}

export type ImportResult =
  /** Nothing was changed. */
  | { readonly kind: "refused"; readonly file: CheckedFile; readonly reason?: { readonly inFile: number; readonly active: number } }
  | {
      readonly kind: "done";
      readonly file: CheckedFile;
      readonly people: readonly PersonChange[];
      readonly unchanged: number;
      readonly departments: readonly DepartmentChange[];
      /** Rows that could not be taken over, although they are right in themselves. */
      readonly problems: readonly RowProblem[];
    };

/**
 * Brings a source to what a file says, as if a SCIM client had written it. The whole file is checked before the first write. Stopped in the middle, the next
 * import of the same file goes on: leavers are concluded last, once everybody in the file is there. The same file twice writes nothing.
 * Rejects with UnreadableFile, or as the directory does.
 */
export async function importFile(options: ImportOptions): Promise<ImportResult> {
  const { users, groups, context, isComplete, confirmed, writes, rows, rules } = options;
  const file = await checkFile(rows(), rules);
  if (file.problems.length > 0) return { kind: "refused", file };
  if (isComplete) {
    const active = await activePeople(users, context);
    const isLess = file.activePeople < active * LEAST_SHARE;
    if (isLess && confirmed !== file.activePeople) return { kind: "refused", file, reason: { inFile: file.activePeople, active } };
  }
  const named = new NamedDepartments();
  const records = new Map<string, PersonRecord>();
  const { changes, unchanged, problems, ids } = await importPeople(recordsOf(rows(), file.readers, records), {
    users,
    context,
    keys: file.keys,
    writes,
  });
  for (const [key, record] of records) if (ids.has(key)) named.add(record, ids.get(key)!);
  // Somebody whose row was not taken over is in the file all the same.
  const left =
    isComplete && problems.length === 0 ? await deactivateAbsent(new Set(ids.values()), { users, context, keys: file.keys, writes }) : [];
  const departments = file.readers.has("departments")
    ? await importDepartments(named, { groups, context, isComplete: isComplete && problems.length === 0, writes })
    : [];
  return { kind: "done", file, people: [...changes, ...left], unchanged, departments, problems };
}

/** Of each person only the departments are kept: they are concluded when everybody is there. */
async function* recordsOf(rows: AsyncIterable<Row>, readers: FieldReaders, kept: Map<string, PersonRecord>): AsyncIterable<PersonRecord> {
  for await (const row of rows) {
    const result = personRecord(row, readers);
    if (result.kind !== "person") continue;
    if (result.person.departments) kept.set(result.person.key, { ...result.person, values: {} });
    yield result.person;
  }
}
