import type { JoinKey, SourceRules } from "../../../mapping/sources.ts";
import { type Queryable, run, type Statement } from "../../postgres/statement.ts";

/*
 * Locks for the comparison of records. Records that may be one person have a common value. They are compared
 * one after another, because each comparison locks its values. Other records are compared concurrently.
 * Decisions of operators run one after another, and never during a comparison.
 */

const ALL_JOINS = "hashtextextended('person-joins', 0)";

const ALONE: Statement = { name: "join-lock", text: `select pg_advisory_xact_lock(${ALL_JOINS})` };

/** Takes the locks in the order of the list. The list is sorted, so there are no deadlocks. */
const VALUES: Statement = {
  name: "join-lock-values",
  text: `select case v.value when '' then pg_advisory_xact_lock_shared(${ALL_JOINS})::text else pg_advisory_xact_lock(hashtextextended(v.value, 1))::text end as taken
    from unnest($1::text[]) with ordinality as v(value, at)`,
};

/** Columns by which records are compared. */
export interface MatchColumns {
  readonly employee_number_key: string | null;
  readonly user_name_key: string;
  readonly email_keys: readonly string[];
}

/** Takes the lock for a decision, until the end of the transaction. */
export const lockJoins = async (db: Queryable): Promise<void> => void (await run(db, ALONE, []));

/** Takes the locks for the comparison of a record with these values, until the end of the transaction. */
export const lockValues = async (
  db: Queryable,
  record: MatchColumns,
  rules: Pick<SourceRules, "join">,
): Promise<void> => void (await run(db, VALUES, [["", ...valuesOf(record, rules)]]));

/** The values by which a record is compared, without duplicates and sorted. */
export function valuesOf(record: MatchColumns, { join }: Pick<SourceRules, "join">): readonly string[] {
  const values: Readonly<Record<JoinKey, readonly (string | null)[]>> = {
    employeeNumber: [record.employee_number_key],
    userName: [record.user_name_key],
    email: record.email_keys,
  };
  const all = join.flatMap(({ by }) =>
    values[by].flatMap((value) => (value === null ? [] : [`${by}:${value}`])),
  );
  return [...new Set(all)].sort();
}
