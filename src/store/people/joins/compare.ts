import type pg from "pg";
import type { JoinKey } from "../../../mapping/sources.ts";
import { type Likeness, type Match, matchRecord } from "../../../persons/match.ts";
import { APART, equalOrBothNull } from "../../postgres/planner.ts";
import { type Queryable, run, type Statement } from "../../postgres/statement.ts";
import { isAlone } from "../alone.ts";
import { recordsOfPerson } from "../records.ts";
import type { SettleDeps } from "../settle.ts";

/*
 * Compares a record with the records of all sources that may be joined. It finds them by the indexes of the
 * keys.
 */

/**
 * Parameters: 1 the record, 2 names of isolated sources, 3 targets. A record without a value for a key
 * matches nobody by this key.
 */
const ALIKE: Statement = {
  name: "person-alike",
  text: `with me as materialized (
      select u.*, exists (select from links l where l.target = any($3::text[]) and l.kind = 'user' and l.entity_id = u.id and l.status = 'owned') as linked,
          coalesce((select p.active from persons p where p.id = u.id), u.active) as counts_as_active
        from users u join sources s on s.id = u.source_id where u.id = $1 and ${isAlone("u")} and s.name <> all($2::text[])),
    others as materialized (select s.id from sources s where s.name <> all($2::text[])),
    found as (
      select 'employeeNumber' as key, c.* from me cross join others o cross join lateral (
        select * from users c where c.source_id = o.id and c.employee_number_key = me.employee_number_key and c.id <> me.id ${APART}) c
      union all
      select 'userName', c.* from me cross join others o cross join lateral (
        select * from users c where c.source_id = o.id and c.user_name_key = me.user_name_key and c.id <> me.id ${APART}) c
      union all
      select 'email', c.* from me cross join lateral (
        select * from users c where c.email_keys && me.email_keys and c.id <> me.id and c.source_id in (select o.id from others o) ${APART}) c)
    select me.source_id, me.counts_as_active as active, me.id as record, me.linked, f.key, coalesce(f.person_id, f.id) as person, f.source_id as other_source,
        coalesce(p.active, f.active) as other_active,
        exists (select from person_joins j where j.state = 'refused'
          and (j.record_id = me.id and j.person_id = coalesce(f.person_id, f.id) or j.record_id = coalesce(f.person_id, f.id) and j.person_id = me.id)) as refused,
        exists (select from links l where l.target = any($3::text[]) and l.kind = 'user' and l.entity_id = coalesce(f.person_id, f.id) and l.status = 'owned') as other_linked,
        exists (select from users r where r.person_id = f.person_id and r.source_id ${equalOrBothNull} me.source_id) as has_own
      from me left join found f on true left join persons p on p.id = f.person_id`,
};

interface AlikeRow extends pg.QueryResultRow {
  readonly source_id: string;
  readonly active: boolean;
  readonly linked: boolean;
  readonly key: JoinKey | null;
  readonly person: string | null;
  readonly other_source: string;
  readonly other_active: boolean;
  readonly refused: boolean;
  readonly other_linked: boolean;
  /** The person has several records, or one with dates, and one of them is from the same source. */
  readonly has_own: boolean;
}

export interface ComparedRecord {
  readonly match: Match;
  readonly linked: boolean;
  /** The people found who have an account at a target. */
  readonly linkedPersons: ReadonlySet<string>;
}

/**
 * Undefined: there is no such record, its source is isolated, or it is joined with others already.
 * `isActive`: for a new record, whether it counts as active by its dates.
 */
export async function compareRecord(
  db: Queryable,
  recordId: string,
  deps: Pick<SettleDeps, "rules" | "targets" | "dates" | "vault">,
  at: Date,
  isActive?: boolean,
): Promise<ComparedRecord | undefined> {
  const { rules, targets } = deps;
  const rows = await run<AlikeRow>(db, ALIKE, [recordId, [...rules.isolated], targets]);
  const [first] = rows;
  if (!first) return undefined;
  const me = { ...first, active: isActive ?? first.active };
  const others = rows.filter((row) => row.key !== null && row.person !== null);
  const linkedPersons = new Set(others.filter((row) => row.other_linked).map((row) => row.person!));
  const own = await activeOfOwn(db, me, others, deps, at);
  const match = matchRecord(
    {
      sourceId: me.source_id,
      active: me.active,
      found: others.map((row) =>
        likenessOf(row, row.other_source === me.source_id ? own.get(row.person!) : undefined),
      ),
      refused: new Set(
        others.filter((row) => row.refused || (me.active && own.get(row.person!))).map((row) => row.person!),
      ),
      bothLinked: me.linked ? linkedPersons : new Set(),
    },
    rules,
  );
  return { match, linked: me.linked, linkedPersons };
}

/** For people with a record of the same source: whether such a record is active now, by its dates. */
async function activeOfOwn(
  db: Queryable,
  me: AlikeRow,
  others: readonly AlikeRow[],
  deps: Pick<SettleDeps, "dates" | "vault">,
  at: Date,
): Promise<ReadonlyMap<string, boolean>> {
  const found = new Map<string, boolean>();
  for (const id of new Set(others.filter((row) => row.has_own).map((row) => row.person!))) {
    const { now } = await recordsOfPerson(db, id, deps, at);
    found.set(
      id,
      now.some(({ source, active }) => source.id === me.source_id && active),
    );
  }
  return found;
}

const likenessOf = (row: AlikeRow, ownActive: boolean | undefined): Likeness => ({
  key: row.key!,
  personId: row.person!,
  sourceId: row.other_source,
  active: ownActive ?? row.other_active,
});
