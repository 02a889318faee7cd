import { type Queryable, run, type Statement } from "../postgres/statement.ts";
import { markWhatIsLedBy, namesOf, whoReportTo } from "../references.ts";
import { markDue, PRIORITY, wakeUp } from "../write-sql.ts";

/*
 * Marks the people and departments that refer to a record as their manager. They are checked again when the
 * reference means another person, or when the person is active again.
 */

const statement = (name: string, text: string): Statement => ({ name: `referrers-${name}`, text });

const NAMES = statement("names", `select u.source_id, ${namesOf("u")} as names from users u where u.id = $1`);
const RECORDS = statement(
  "records",
  `select u.source_id as "sourceId", ${namesOf("u")} as names from users u where u.person_id = $1 or u.id = $1 and u.person_id is null`,
);

/** Parameters: 1 source, 2 names, 3 cause, 4 targets. */
const NAMED = "(select $1::uuid as source_id, $2::text[] as names, $3::uuid as cause)";
const MARK = statement(
  "mark",
  `with marked as (${markDue(
    `(select 'user'::text as kind, r.id as entity_id, ${PRIORITY.person}::smallint as priority, array[$3::uuid] as causes from (${whoReportTo(NAMED)}) r group by r.id) m`,
    "$4::text[]",
  )}),
  marked_departments as (${markWhatIsLedBy(NAMED)}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);

export interface Named {
  readonly sourceId: string;
  readonly names: readonly string[];
  /** Id of the event. */
  readonly cause: string;
}

/** All texts that may refer to the record. */
export const namesOfRecord = async (db: Queryable, recordId: string): Promise<readonly string[]> =>
  (await run<{ names: string[] }>(db, NAMES, [recordId]))[0]?.names ?? [];

/** Marks people and departments whose manager reference is one of these names. */
export async function markReferrers(
  db: Queryable,
  { sourceId, names, cause }: Named,
  targets: readonly string[],
): Promise<void> {
  await run(db, MARK, [sourceId, names, cause, targets]);
}

/** The same for all records of a person that has a row in `persons`. */
export async function markReferrersOfPerson(
  db: Queryable,
  personId: string,
  cause: string,
  targets: readonly string[],
): Promise<void> {
  for (const record of await run<Omit<Named, "cause"> & Record<string, unknown>>(db, RECORDS, [personId]))
    await markReferrers(db, { ...record, cause }, targets);
}
