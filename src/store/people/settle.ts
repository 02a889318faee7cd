import type pg from "pg";
import type { JsonObject } from "../../core/entity.ts";
import { uuidv7 } from "../../core/id.ts";
import { sameJson } from "../../core/json/same-json.ts";
import { differences } from "../../history/differences.ts";
import type { Changes, HistoryEvent } from "../../history/event.ts";
import type { SourceRules } from "../../mapping/sources.ts";
import { type Effective, effectivePerson } from "../../persons/effective.ts";
import { hasBegun, type LeftSource, type SourceRecord } from "../../persons/record.ts";
import { type Queryable, run, type Statement } from "../postgres/statement.ts";
import type { Vault } from "../vault.ts";
import { appendEvent, markDue, PRIORITY, wakeUp } from "../write-sql.ts";
import { type DateDeps, type Dating, settleDates } from "./dates.ts";
import { countedRecords, type RecordRow, recordOf, storedRecords } from "./records.ts";
import { markReferrersOfPerson } from "./referrers.ts";

/*
 * Computes a person with several records or with dates again. It is called after every change of a record or
 * of the rules, and when a day has come. It runs in the transaction of the change, with the person's row
 * locked. All transactions lock the person first and records after.
 */

const statement = (name: string, text: string): Statement => ({ name: `person-${name}`, text });

const LOCK = statement(
  "lock",
  `select p.version, p.active, p.document::text as document, p.source_id, p.manager_source_id, p.record_ids, p.rules,
      (select json_agg(json_build_object('id', s.id, 'name', s.name) order by s.name) from sources s where s.id = any(p.left_sources))::text as left
    from persons p where p.id = $1 for update`,
);

const ENTER = statement(
  "enter",
  `with record as (update users set person_id = id where id = $1 and person_id is null returning *)
   insert into persons (id, source_id, active, user_name, user_name_key, display_name_key, external_id, employee_number_key, manager_ref, manager_source_id,
       email_keys, document, record_ids, created_at, modified_at)
   select id, source_id, active, user_name, user_name_key, display_name_key, external_id, employee_number_key, manager_ref, source_id,
       email_keys, document, array[id], created_at, modified_at from record returning id`,
);

const WRITE = statement(
  "write",
  `update persons set version = version + 1, active = $2, document = $3, source_id = $4, manager_source_id = $5, record_ids = $6, left_sources = $7, rules = $8,
      modified_at = $9, user_name = $10, user_name_key = $11, display_name_key = $12, external_id = $13, employee_number_key = $14, manager_ref = $15,
      email_keys = $16
    where id = $1`,
);

const REMOVE = statement("remove", "delete from persons where id = $1");
const LEAVE_ALONE = statement("leave-alone", "update users set person_id = null where person_id = $1");

/** Parameters: 1 event, 2 priority, 3 person, 4 targets. */
const FOLLOW = statement(
  "follow",
  `with event as (${appendEvent(1, "(select 1) as once")}),
  marked as (${markDue(
    "(select 'user'::text as kind, $3::uuid as entity_id, $2::smallint as priority, array[($1::json->>'id')::uuid] as causes) m",
    "$4::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);

interface PersonRow extends pg.QueryResultRow {
  readonly active: boolean;
  readonly document: string;
  readonly source_id: string;
  readonly manager_source_id: string;
  readonly record_ids: readonly string[];
  readonly rules: string | null;
  readonly left: string | null;
}

export interface SettleDeps {
  readonly rules: SourceRules;
  readonly vault: Vault;
  readonly targets: readonly string[];
  /** True for a copy of `persons`: records are not changed. */
  readonly rehearsed?: boolean;
  readonly dates: DateDeps;
}

/** The origin of the change, for the event of the person. */
export type Origin = Pick<HistoryEvent, "at" | "actor" | "causes" | "sourceId" | "requestId" | "detail">;

/**
 * The result. `gone`: no record is left. `alone`: one record is left, and the row in `persons` was removed
 * because it is not needed.
 */
export interface Settled {
  readonly changed: boolean;
  readonly state: "kept" | "alone" | "gone";
}

/**
 * Gives a record that is alone a row in `persons` with the same values. False: it has a row already, or does
 * not exist.
 */
export const enterPerson = async (db: Queryable, recordId: string): Promise<boolean> =>
  (await run(db, ENTER, [recordId])).length > 0;

/** Locks the row of a person. False: there is none. */
export const lockPerson = async (db: Queryable, personId: string): Promise<boolean> =>
  (await run(db, LOCK, [personId])).length > 0;

export interface Occasion {
  /** The source that deleted its record in this transaction. */
  readonly leaves?: LeftSource;
  /** Records were added or removed, which may change the departments of the person. */
  readonly moved?: boolean;
  /** The record that was written in this transaction. */
  readonly written?: Dating["written"];
  /** The person was created in this transaction: it is marked already, and needs no event about changes. */
  readonly isNew?: boolean;
}

/**
 * Computes the person. If it differs from the stored one, writes it, appends an event and marks the person.
 */
export async function settlePerson(
  db: Queryable,
  personId: string,
  deps: SettleDeps,
  origin: Origin,
  { leaves, moved = false, written, isNew = false }: Occasion = {},
): Promise<Settled> {
  const [before] = await run<PersonRow>(db, LOCK, [personId]);
  if (!before) return { changed: false, state: "gone" };
  const stored = await storedRecords(db, personId);
  const { rows, pending, causes } = await settleDates(db, stored, {
    personId,
    dates: deps.dates,
    vault: deps.vault,
    origin,
    written,
    writes: !deps.rehearsed,
  });
  const document = JSON.parse(before.document) as JsonObject;
  if (rows.length === 0) {
    await run(db, REMOVE, [personId]);
    await follow(db, personId, deps, origin, {
      code: "user.deleted",
      changes: differences(document, {}),
      urgent: true,
    });
    return { changed: true, state: "gone" };
  }
  const records = await countedRecords(db, { sent: stored, now: rows }, deps.dates.rules, origin.at);
  const left = stillLeft(
    [...((JSON.parse(before.left ?? "[]") as LeftSource[]) ?? []), ...(leaves ? [leaves] : [])],
    records,
  );
  const effective = effectivePerson(records, deps.rules, left);
  const alone =
    !deps.rehearsed &&
    rows.length === 1 &&
    rows[0]!.id === personId &&
    left.length === 0 &&
    pending === 0 &&
    hasSameValues(effective, recordOf(stored[0]!));
  if (alone) {
    await run(db, LEAVE_ALONE, [personId]);
    await run(db, REMOVE, [personId]);
  } else
    await write(db, personId, { before, effective, rows, left, rules: deps.rules.version, at: origin.at });
  const changes = differences(document, effective.document);
  const changed =
    moved ||
    Object.keys(changes).length > 0 ||
    before.active !== effective.active ||
    before.manager_source_id !== effective.managerSourceId;
  if (changed && !isNew) {
    const leaver = before.active && !effective.active;
    const code = leaver
      ? "user.deactivated"
      : !before.active && effective.active
        ? "user.activated"
        : "user.updated";
    const cause = await follow(
      db,
      personId,
      deps,
      { ...origin, causes: [...origin.causes, ...causes] },
      { code, changes, urgent: leaver },
    );
    // The person may be at the target before and after: no arrival and no removal wakes those who refer to
    // them.
    if (code !== "user.updated") await markReferrersOfPerson(db, personId, cause, deps.targets);
  }
  return { changed, state: alone ? "alone" : "kept" };
}

/** Appends an event of the person, marks the person, and returns the id of the event. */
async function follow(
  db: Queryable,
  personId: string,
  { vault, targets }: SettleDeps,
  origin: Origin,
  {
    code,
    changes,
    urgent,
  }: { readonly code: HistoryEvent["code"]; readonly changes: Changes; readonly urgent: boolean },
): Promise<string> {
  const event: HistoryEvent = {
    ...origin,
    id: uuidv7(origin.at.getTime()),
    code,
    subject: { kind: "user", id: personId },
    changes,
  };
  const [row] = await vault.rows(db, [event]);
  await run(db, FOLLOW, [JSON.stringify(row), urgent ? PRIORITY.urgent : PRIORITY.person, personId, targets]);
  return event.id;
}

interface Written {
  readonly before: PersonRow;
  readonly effective: Effective;
  readonly rows: readonly RecordRow[];
  readonly left: readonly LeftSource[];
  readonly rules: string;
  readonly at: Date;
}

/**
 * Writes the row. The columns come from the records whose values count. Does nothing if the row has the same
 * values already.
 */
async function write(
  db: Queryable,
  personId: string,
  { before, effective, rows, left, rules, at }: Written,
): Promise<void> {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const of = (unit: string): RecordRow | undefined => byId.get(effective.from.get(unit) ?? "");
  const named = of("userName") ?? rows[0]!;
  const mailing = new Set(
    [...effective.from]
      .filter(([unit]) => unit === "emails" || unit.startsWith("emails."))
      .map(([, id]) => id),
  );
  const values = [
    effective.active,
    JSON.stringify(effective.document),
    effective.sourceId,
    effective.managerSourceId,
    rows.map(({ id }) => id),
    left.map(({ id }) => id),
    rules,
  ];
  const known = [
    before.active,
    before.document,
    before.source_id,
    before.manager_source_id,
    before.record_ids,
    (JSON.parse(before.left ?? "[]") as LeftSource[]).map(({ id }) => id),
    before.rules,
  ];
  if (sameJson(values, known)) return;
  await run(db, WRITE, [
    personId,
    ...values,
    at,
    named.user_name,
    named.user_name_key,
    of("displayName")?.display_name_key ?? null,
    of("externalId")?.external_id ?? null,
    of("enterprise.employeeNumber")?.employee_number_key ?? null,
    of("enterprise.manager")?.manager_ref ?? null,
    [...new Set(rows.filter(({ id }) => mailing.has(id)).flatMap(({ email_keys: keys }) => keys))],
  ]);
}

const hasSameValues = ({ active, document }: Effective, record: SourceRecord): boolean =>
  active === record.active && sameJson(document, record.document);

/** The sources that still count as left. A source with a new record does not, from the day of hire on. */
const stillLeft = (left: readonly LeftSource[], records: readonly SourceRecord[]): readonly LeftSource[] =>
  [...new Map(left.map((source) => [source.id, source])).values()].filter(
    ({ id }) => !records.some((record) => record.source.id === id && hasBegun(record)),
  );
