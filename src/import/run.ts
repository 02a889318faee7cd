import type { RequestContext } from "../directory/context.ts";
import type { GroupDirectory } from "../directory/groups.ts";
import type { UserDirectory } from "../directory/users.ts";
import { activePeople, deactivateAbsent } from "./absent.ts";
import { type CheckedFile, checkFile, type RowProblem } from "./check.ts";
import type { FieldReaders } from "./columns.ts";
import { type DepartmentChange, importDepartments, NamedDepartments } from "./departments.ts";
import { importPeople, type PersonChange } from "./people.ts";
import { type PersonRecord, personRecord } from "./person.ts";
import type { Row } from "./row.ts";

/**
 * Minimum share of active people in a complete file, compared with the source. Below it, an error cannot be
 * distinguished from many leavers.
 */
const LEAST_SHARE = 0.9;

export interface ImportOptions {
  readonly users: UserDirectory;
  readonly groups: GroupDirectory;
  readonly context: RequestContext;
  /** Opens the file again. It is read twice, first to check all of it. */
  readonly rows: () => AsyncIterable<Row>;
  /** Readers of fields. Unset: by the names of columns. */
  readonly rules?: FieldReaders;
  /** The file has everybody of the source. A person who is not in it has left. */
  readonly isComplete: boolean;
  /**
   * The confirmed number of active people in the file. Required if it is less than nine tenths of the present
   * ones.
   */
  readonly confirmed?: number;
  /** False: a trial, which writes nothing. */
  readonly writes: boolean;
}

export type ImportResult =
  /** Nothing was changed. */
  | {
      readonly kind: "refused";
      readonly file: CheckedFile;
      readonly reason?: { readonly inFile: number; readonly active: number };
    }
  | {
      readonly kind: "done";
      readonly file: CheckedFile;
      readonly people: readonly PersonChange[];
      readonly unchanged: number;
      readonly departments: readonly DepartmentChange[];
      /** Rows that could not be written, although they are valid. */
      readonly problems: readonly RowProblem[];
    };

/**
 * Makes a source equal to a file, as a SCIM client would. The whole file is checked before the first write.
 * After an interruption, the next import of the same file continues: leavers are determined last, when
 * everybody in the file exists. A second import of the same file writes nothing. Rejects with UnreadableFile,
 * or as the directory does.
 */
export async function importFile(options: ImportOptions): Promise<ImportResult> {
  const { users, groups, context, isComplete, confirmed, writes, rows, rules } = options;
  const file = await checkFile(rows(), rules);
  if (file.problems.length > 0) return { kind: "refused", file };
  if (isComplete) {
    const active = await activePeople(users, context);
    const isLess = file.activePeople < active * LEAST_SHARE;
    if (isLess && confirmed !== file.activePeople)
      return { kind: "refused", file, reason: { inFile: file.activePeople, active } };
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
  // A person whose row failed is in the file nevertheless.
  const left =
    isComplete && problems.length === 0
      ? await deactivateAbsent(new Set(ids.values()), { users, context, keys: file.keys, writes })
      : [];
  const departments = file.readers.has("departments")
    ? await importDepartments(named, {
        groups,
        context,
        isComplete: isComplete && problems.length === 0,
        writes,
      })
    : [];
  return { kind: "done", file, people: [...changes, ...left], unchanged, departments, problems };
}

/** Keeps only the departments of each person, because they are written when everybody exists. */
async function* recordsOf(
  rows: AsyncIterable<Row>,
  readers: FieldReaders,
  kept: Map<string, PersonRecord>,
): AsyncIterable<PersonRecord> {
  for await (const row of rows) {
    const result = personRecord(row, readers);
    if (result.kind !== "person") continue;
    if (result.person.departments) kept.set(result.person.key, { ...result.person, values: {} });
    yield result.person;
  }
}
