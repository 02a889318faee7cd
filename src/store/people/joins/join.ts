import type pg from "pg";
import type { JsonObject } from "../../../core/entity.ts";
import { uuidv7 } from "../../../core/id.ts";
import type { EventCode, HistoryEvent } from "../../../history/event.ts";
import type { JoinOrigin, JoinRefusal } from "../../../persons/ports.ts";
import { isDated } from "../../../schedule/dated.ts";
import { type Queryable, run, type Statement } from "../../postgres/statement.ts";
import { appendEvent, markDue, PRIORITY, wakeUp } from "../../write-sql.ts";
import { isAlone } from "../alone.ts";
import { markReferrersOfPerson } from "../referrers.ts";
import { enterPerson, lockPerson, type SettleDeps, settlePerson } from "../settle.ts";

/*
 * Joins records to one person, and separates them. The caller must have a transaction and the locks of
 * join-locks.ts.
 */

const statement = (name: string, text: string): Statement => ({ name: `join-${name}`, text });

const STANDING = statement(
  "standing",
  `select u.id, u.person_id, exists (select from persons p where p.id = u.id) as is_person, ${isAlone("u")} as alone,
      exists (select from links l where l.target = any($2::text[]) and l.kind = 'user' and l.entity_id = coalesce(u.person_id, u.id) and l.status = 'owned') as linked
    from users u where u.id = $1`,
);
/** Locks the persons before the records, in the same order as writes of records do. */
const LOCK_PERSONS = statement(
  "lock-persons",
  "select from persons where id = any($1::uuid[]) order by id for update",
);
/** Locks records in the order of ids, as statements for many records do. */
const LOCK_RECORDS = statement(
  "lock-records",
  "select from users where id = any($1::uuid[]) order by id for update",
);
const WHOSE = statement("whose", "select person_id from users where id = $1");
const PERSON = statement(
  "person",
  `select exists (select from links l where l.target = any($2::text[]) and l.kind = 'user' and l.entity_id = p.id and l.status = 'owned') as linked from people p where p.id = $1`,
);
const MOVE_IN = statement(
  "move-in",
  "update users set person_id = $2 where id = $1 and person_id is null returning id",
);
/** Removes the row in `persons` of a record that has it only because of its dates. */
const RELEASE = statement(
  "release",
  `with alone as (update users u set person_id = null where u.id = $1 and u.person_id is not null and ${isAlone("u")} returning u.id)
   delete from persons p using alone where p.id = alone.id`,
);
const MOVE_OUT = statement(
  "move-out",
  "update users set person_id = null where person_id = $1 and id = any($2::uuid[]) returning id, document::text as document",
);
const RECORD_IDS = statement("record-ids", "select id from users where person_id = $1 order by id");

/** Parameters: 1 event, 2 ids of persons and records to be marked, 3 targets. */
const TELL = statement(
  "tell",
  `with event as (${appendEvent(1, "(select 1) as once")}),
  marked as (${markDue(
    `(select 'user'::text as kind, n.id as entity_id, ${PRIORITY.person}::smallint as priority, array[($1::json->>'id')::uuid] as causes from unnest($2::uuid[]) n(id)) m`,
    "$3::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);

/**
 * Parameters: 1 id, 2 record, 3 person, 4 matched, 5 state, 6 time of the decision, 7 its actor. The last two
 * are null for an undecided proposal.
 */
const NOTE = statement(
  "note",
  `insert into person_joins as j (id, record_id, person_id, matched, state, decided_at, decided_by) values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (record_id, person_id) do update set state = excluded.state, decided_at = excluded.decided_at, decided_by = excluded.decided_by,
     matched = case when excluded.matched = '{}' then j.matched else excluded.matched end
   returning id`,
);
/** Withdraws other proposals for the record, and proposals for the same two in the other direction. */
const WITHDRAW = statement(
  "withdraw",
  `delete from person_joins where record_id = $1 and person_id <> $2 and state in ('proposed', 'ambiguous')
      or record_id = $2 and person_id = $1`,
);
/** Changes proposals for the record alone to proposals for its new person. */
const REDIRECT = statement(
  "redirect",
  `update person_joins j set person_id = $2 where j.person_id = $1 and j.state in ('proposed', 'ambiguous') and j.record_id <> $2
     and not exists (select from person_joins o where o.record_id = j.record_id and o.person_id = $2)`,
);

export interface NotedJoin {
  readonly recordId: string;
  readonly personId: string;
  readonly matched: readonly string[];
  readonly state: "proposed" | "ambiguous" | "joined" | "refused";
}

export async function noteJoin(
  db: Queryable,
  { recordId, personId, matched, state }: NotedJoin,
  origin: JoinOrigin,
): Promise<string> {
  const decided = state === "joined" || state === "refused";
  const id = uuidv7(origin.at.getTime());
  const values = [
    id,
    recordId,
    personId,
    matched,
    state,
    decided ? origin.at : null,
    decided ? origin.actor : null,
  ];
  return (await run<{ id: string }>(db, NOTE, values))[0]!.id;
}

interface JoinNews {
  readonly code: EventCode;
  readonly recordId: string;
  readonly personId: string;
  readonly matched: readonly string[];
  readonly changes?: HistoryEvent["changes"];
  /** Ids to be marked. */
  readonly marks: readonly string[];
}

/** Appends an event about a join, and marks the ids in `marks`. Returns the id of the event. */
export async function tellJoin(
  db: Queryable,
  deps: SettleDeps,
  news: JoinNews,
  origin: JoinOrigin,
): Promise<string> {
  const { code, recordId, personId, matched, changes, marks } = news;
  const event: HistoryEvent = {
    ...origin,
    id: uuidv7(origin.at.getTime()),
    code,
    subject: { kind: "user", id: recordId },
    ...(changes ? { changes } : {}),
    detail: { ...origin.detail, person: personId, ...(matched.length > 0 ? { matched } : {}) },
  };
  const [row] = await deps.vault.rows(db, [event]);
  await run(db, TELL, [JSON.stringify(row), marks, deps.targets]);
  return event.id;
}

/** `fresh`: the record is new in this transaction, so it needs no mark. */
export interface Joining extends Omit<NotedJoin, "state"> {
  readonly fresh?: boolean;
}

/**
 * Joins a record to a person. The answer has the id of the join, or the reason why they cannot be joined. The
 * caller must hold the locks.
 */
export async function joinRecord(
  db: Queryable,
  deps: SettleDeps,
  joining: Joining,
  origin: JoinOrigin,
): Promise<{ readonly id: string } | JoinRefusal> {
  const { recordId, personId } = joining;
  await run(db, LOCK_PERSONS, [[recordId, personId]]);
  await run(db, LOCK_RECORDS, [[recordId, personId]]);
  const [record] = await run<Standing>(db, STANDING, [recordId, deps.targets]);
  const [person] = await run<{ linked: boolean }>(db, PERSON, [personId, deps.targets]);
  if (!record || !person) return "gone";
  if (record.person_id === personId || recordId === personId) return "decided";
  if (!isFree(record)) return "taken";
  // If only the record has an account at the target, its id stays the id of the person. So the account keeps
  // its id.
  if (!record.linked || person.linked) return enter(db, deps, joining, origin);
  const [other] = await run<Standing>(db, STANDING, [personId, deps.targets]);
  if (!other || other.person_id !== null || other.is_person) return "linked";
  return enter(db, deps, { ...joining, recordId: personId, personId: recordId }, origin);
}

interface Standing extends pg.QueryResultRow {
  readonly person_id: string | null;
  readonly is_person: boolean;
  readonly alone: boolean;
  readonly linked: boolean;
}

/**
 * True: the record can be joined. It cannot if its row in `persons` has other records too; a row that only
 * dates made has none.
 */
const isFree = (standing: Standing): boolean =>
  standing.alone && (standing.person_id !== null || !standing.is_person);

async function enter(
  db: Queryable,
  deps: SettleDeps,
  { recordId, personId, matched, fresh = false }: Joining,
  origin: JoinOrigin,
): Promise<{ readonly id: string } | JoinRefusal> {
  await enterPerson(db, personId);
  if (!(await lockPerson(db, personId))) return "gone";
  await run(db, RELEASE, [recordId]);
  if ((await run(db, MOVE_IN, [recordId, personId])).length === 0) return "gone";
  const id = await noteJoin(db, { recordId, personId, matched, state: "joined" }, origin);
  await run(db, WITHDRAW, [recordId, personId]);
  await run(db, REDIRECT, [recordId, personId]);
  const marks = fresh ? [] : [recordId, personId];
  const event = await tellJoin(
    db,
    deps,
    { code: "person.joined", recordId, personId, matched, marks },
    origin,
  );
  await settlePerson(db, personId, deps, { ...origin, causes: [event] });
  // Who refers to the record means the person now.
  await markReferrersOfPerson(db, personId, event, deps.targets);
  return { id };
}

const sameOrigin = (origin: JoinOrigin, causes: readonly string[]): JoinOrigin => ({ ...origin, causes });

/**
 * Separates a record from its person. If the person has the id of this record, all other records are
 * separated instead. Otherwise the person would get another id, and so another account at the target.
 */
export async function separateRecord(
  db: Queryable,
  deps: SettleDeps,
  recordId: string,
  origin: JoinOrigin,
): Promise<{ readonly ids: readonly string[] } | JoinRefusal> {
  const [record] = await run<{ person_id: string | null }>(db, WHOSE, [recordId]);
  if (!record) return "gone";
  const personId = record.person_id;
  // The person is locked first, as in writes of records.
  if (personId === null || !(await lockPerson(db, personId))) return "alone";
  const records = (await run<{ id: string }>(db, RECORD_IDS, [personId])).map(({ id }) => id);
  if (records.length < 2) return "alone";
  const leaving = recordId === personId ? records.filter((id) => id !== personId) : [recordId];
  const ids: string[] = [];
  let event = "";
  const moved = await run<{ id: string; document: string }>(db, MOVE_OUT, [personId, leaving]);
  for (const row of moved) {
    ids.push(await noteJoin(db, { recordId: row.id, personId, matched: [], state: "refused" }, origin));
    const changes = { ...createdWith(row.document) };
    event = await tellJoin(
      db,
      deps,
      {
        code: "person.separated",
        recordId: row.id,
        personId,
        matched: [],
        changes,
        marks: [row.id, personId],
      },
      origin,
    );
  }
  await settlePerson(db, personId, deps, sameOrigin(origin, [event]));
  for (const { id, document } of moved) {
    await markReferrersOfPerson(db, id, event, deps.targets);
    if (!isDated(JSON.parse(document) as JsonObject, deps.dates.rules, origin.at)) continue;
    // The dates of the separated record still count, so it needs its own row in `persons`.
    await enterPerson(db, id);
    await settlePerson(db, id, deps, sameOrigin(origin, [event]), { isNew: true });
  }
  return { ids };
}

const createdWith = (document: string): NonNullable<HistoryEvent["changes"]> =>
  Object.fromEntries(
    Object.entries(JSON.parse(document) as Record<string, never>).map(([name, after]) => [name, { after }]),
  );
