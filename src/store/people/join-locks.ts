import type { JoinKey, SourceRules } from "../../mapping/sources.ts";
import { type Queryable, run, type Statement } from "../postgres/statement.ts";

/*
 * Records that may be one person have a value in common, and are compared one after the other under the lock of that value; all others side by side. Decisions
 * of people are made one by one, and none while records are compared.
 */

const ALL_JOINS = "hashtextextended('person-joins', 0)";

const ALONE: Statement = { name: "join-lock", text: `select pg_advisory_xact_lock(${ALL_JOINS})` };

/** In the order of the list, which is the same for everybody. */
const VALUES: Statement = {
  name: "join-lock-values",
  text: `select case v.value when '' then pg_advisory_xact_lock_shared(${ALL_JOINS})::text else pg_advisory_xact_lock(hashtextextended(v.value, 1))::text end as taken
    from unnest($1::text[]) with ordinality as v(value, at)`,
};

/** Columns that records are compared by. */
export interface MatchColumns {
  readonly employee_number_key: string | null;
  readonly user_name_key: string;
  readonly email_keys: readonly string[];
}

/** For a decision. Until the end of the transaction, as the locks below. */
export const lockJoins = async (db: Queryable): Promise<void> => void (await run(db, ALONE, []));

/** For the comparison of a record with these values. */
export const lockValues = async (db: Queryable, record: MatchColumns, rules: Pick<SourceRules, "join">): Promise<void> =>
  void (await run(db, VALUES, [["", ...valuesOf(record, rules)]]));

/** What a record is compared by, each value once and in one order. */
export function valuesOf(record: MatchColumns, { join }: Pick<SourceRules, "join">): readonly string[] {
  const values: Readonly<Record<JoinKey, readonly (string | null)[]>> = {
    employeeNumber: [record.employee_number_key],
    userName: [record.user_name_key],
    email: record.email_keys,
  };
  const all = join.flatMap(({ by }) => values[by].flatMap((value) => (value === null ? [] : [`${by}:${value}`])));
  return [...new Set(all)].sort();
}
