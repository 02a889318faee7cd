import type pg from "pg";
import type { Fact } from "../../directory/ports.ts";
import type { StoredUser, UserContent } from "../../directory/user.ts";
import { keyColumns } from "../key-columns.ts";
import { isItemFailure } from "../postgres/app-errors.ts";
import { batched, REQUEST_MS } from "../postgres/batch.ts";
import { folded } from "../postgres/folded.ts";
import { type Packed, packed, rowsOf } from "../postgres/row-encoding.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { markWhatIsLedBy, mayRename, namesOf, whoReportTo } from "../references.ts";
import { searchKeysOfRow } from "../search-keys.ts";
import type { EventRow, Vault } from "../vault.ts";
import { appendEvents, markDue, PRIORITY, wakeUp } from "../write-sql.ts";
import { storedColumns } from "./stored-rows.ts";
import { USER_ROWS, usersOf } from "./user-rows.ts";

/*
 * Creates and updates of users. Concurrent writes share one statement and one commit, because a statement
 * costs more than a row on both sides of the connection. Each write still has its own event. If one write of
 * a statement is refused, each of them is tried alone.
 */

/** Columns that follow from the content of a user, with their types in the JSON parameter. */
const COLUMNS = {
  active: "boolean",
  user_name: "text",
  user_name_key: "text",
  display_name_key: "text",
  external_id: "text",
  employee_number_key: "text",
  manager_ref: "text",
  email_keys: "text[]",
  search_keys: "smallint[]",
  document: "json",
} as const;
const NAMES = Object.keys(COLUMNS).join(", ");
const given = (name: string): string => `g.${name}`;
const VALUES = Object.keys(COLUMNS).map(given).join(", ");

export const GIVEN = `given as (
    select * from json_to_recordset($1::json) as g(
      id uuid, source_id uuid, expected bigint, modified_at timestamptz, event json, event_id uuid, wrapped bytea, priority smallint,
      ${Object.entries(COLUMNS)
        .map(([name, type]) => `${name} ${type}`)
        .join(", ")}))`;

/** The event, the mark and the wake-up of each write that was made. `done` has the ids of these writes. */
const CONSEQUENCES = `
  event as (${appendEvents("(select g.event from done join given g on g.id = done.id) w")}),
  marked as (${markDue(
    `(select 'user'::text as kind, g.id as entity_id, g.priority, array[g.event_id] as causes from done join given g on g.id = done.id) m`,
    "$2::text[]",
  )}),
  woken as (${wakeUp("marked")})`;

/** SQL that inserts the given rows. The version of a new row is 1. */
export const NEW_ROWS = `insert into users (id, source_id, created_at, modified_at, search_version, ${NAMES})
    select g.id, g.source_id, g.modified_at, g.modified_at, 1, ${VALUES} from given g`;

const INSERT: Statement = {
  name: "users-insert",
  text: `with ${GIVEN},
  done as (
    ${NEW_ROWS} returning id),
  keyed as (insert into subject_keys (subject, kind, wrapped) select g.id, 'user', g.wrapped from given g),
  ${CONSEQUENCES}
  select (select count(*) from woken) as woken from done`,
};

/**
 * A redundant condition. With it, a plan from the time when the table was small still finds the rows by key
 * after the table has grown.
 */
const ALONG_KEY = "u.id = any (array(select g.id from given g))";

/** `of`: another condition on the row `u`. */
export const DONE = (of: string): string => `done as (
    update users u set version = u.version + 1, search_version = u.version + 1, modified_at = g.modified_at, (${NAMES}) = row(${VALUES})
      from given g where ${ALONG_KEY} and u.id = g.id and u.source_id = g.source_id and u.version = g.expected and ${of}
    returning u.id, u.version, u.created_at, u.modified_at)`;
/**
 * True: the record is the only one of its person. Records of a person with several are written by
 * store/people/joined-writes.ts.
 */
const ALONE = "u.person_id is null";
const WRITTEN = packed(`select ${storedColumns("d", "''")} from done d`, USER_ROWS, {
  beside: { woken: "(select count(*) from woken)" },
});

const UPDATE: Statement = {
  name: "users-update",
  text: `with ${GIVEN}, ${DONE(ALONE)}, ${CONSEQUENCES} ${WRITTEN}`,
};

const changed = (before: string, now: string): string => `${before} is distinct from ${now}`;

/**
 * An update that changes a number or an externalId by which others refer to the person, or whether the person
 * is active. It also marks everybody who refers to the old or to the new value: a leaver may stay at the
 * target, in a grace or held by a limit, and then no other event marks them. `before` reads the old values at
 * the beginning of the statement. This is safe, because a row with another version is not written.
 */
const RENAME: Statement = {
  name: "users-rename",
  text: `with ${GIVEN},
  before as materialized (select u.id, u.active, u.external_id, u.employee_number_key from users u where ${ALONG_KEY}),
  ${DONE(ALONE)},
  written as materialized (select g.*, g.event_id as cause from done join given g on g.id = done.id),
  named as materialized (
    select w.source_id, w.cause, array_remove(
        case when ${changed("b.external_id", "w.external_id")} then array[${folded("b.external_id")}, ${folded("w.external_id")}] else '{}' end
        || case when ${changed("b.employee_number_key", "w.employee_number_key")} then array[b.employee_number_key, w.employee_number_key] else '{}' end
        || case when w.active <> b.active then ${namesOf("w")} else '{}' end, null) as names
      from written w join before b on b.id = w.id),
  event as (${appendEvents("written w")}),
  marked as (${markDue(
    `(select 'user'::text as kind, p.id as entity_id, min(p.priority)::smallint as priority, array_agg(distinct p.cause) as causes
        from (select w.id, w.priority, w.cause from written w
              union all select r.id, ${PRIORITY.person}, r.cause from (${whoReportTo("named")}) r) p group by p.id) m`,
    "$2::text[]",
  )}),
  marked_departments as (${markWhatIsLedBy("named")}),
  woken as (${wakeUp("marked")})
  ${WRITTEN}`,
};

const renames = ({ fact: { event } }: UserWrite): boolean =>
  mayRename(event.changes ?? {}) || event.changes?.active !== undefined;

export interface UserWrite {
  readonly sourceId: string;
  readonly id: string;
  /** The version an update starts from. */
  readonly expected?: number;
  readonly content: UserContent;
  /** `content.document` as JSON text. */
  readonly document: string;
  readonly at: Date;
  readonly fact: Fact;
}

export interface UserWrites {
  /** Rejects with UniquenessConflict. */
  insert(write: UserWrite): Promise<void>;
  /** Undefined: there is no such user with this version. Rejects with UniquenessConflict. */
  update(write: UserWrite): Promise<StoredUser | undefined>;
}

/** A write with its event as it is stored. `wrapped`: the wrapped key of a new person. */
export interface Recorded {
  readonly write: UserWrite;
  /** Undefined: another statement appends the event. */
  readonly event?: EventRow;
  readonly wrapped?: string;
}

/** Two statements run at the same time: one waits for the disk while the next is computed. */
const LANES = 2;

export function createUserWrites(pool: pg.Pool, targets: readonly string[], vault: Vault): UserWrites {
  const options = { lanes: LANES, isolates: isItemFailure, fits: areOthers, answerWithinMs: REQUEST_MS };
  const send = <Row extends pg.QueryResultRow>(statement: Statement, writes: readonly Recorded[]) =>
    run<Row>(pool, statement, [`[${[...writes].sort(byId).map(userRow).join(",")}]`, targets]);

  return {
    insert: batched(async (writes) => {
      const firsts = writes.map(({ fact }) => vault.first(fact.event));
      await send(
        INSERT,
        writes.map((write, at) => ({ write, event: firsts[at]!.row, wrapped: firsts[at]!.wrapped })),
      );
      for (const first of firsts) first.keep();
      return writes.map(() => undefined);
    }, options),
    update: batched(async (writes) => {
      const events = await vault.rows(
        pool,
        writes.map(({ fact }) => fact.event),
      );
      const [answered] = await send<Packed & pg.QueryResultRow>(
        writes.some(renames) ? RENAME : UPDATE,
        writes.map((write, at) => ({ write, event: events[at]! })),
      );
      const written = new Map(
        rowsOf(answered!)
          .map(usersOf(answered!.shared))
          .map((user) => [user.id, user]),
      );
      return writes.map(({ id, document }) => {
        const user = written.get(id);
        if (!user) return undefined;
        const { version, createdAt, modifiedAt, groups } = user;
        // The statement does not return the document, because it is the one that was sent.
        return { id, version, createdAt, modifiedAt, document, groups };
      });
    }, options),
  };
}

/** True: no write of the batch is for the same user. A statement may contain a user only once. */
const areOthers = (batch: readonly UserWrite[], { id }: UserWrite): boolean =>
  batch.every((other) => other.id !== id);

/** All statements lock rows of users in the order of ids, so that they cannot deadlock. */
const byId = ({ write: a }: Recorded, { write: b }: Recorded): number => (a.id < b.id ? -1 : 1);

/**
 * The row of the JSON parameter, as text. So the document, which is JSON text already, is not serialised
 * again.
 */
export function userRow({
  write: { sourceId, id, expected, content, document, at, fact },
  event,
  wrapped,
}: Recorded): string {
  const keys = keyColumns(content.columns);
  const row = JSON.stringify({
    id,
    source_id: sourceId,
    expected,
    modified_at: at,
    priority: priorityOf(fact),
    // A separate column, so that PostgreSQL need not parse the event for its id.
    event_id: event?.id,
    wrapped,
    ...keys,
    search_keys: searchKeysOfRow(keys, content.document),
  });
  return `${row.slice(0, -1)},"document":${document},"event":${JSON.stringify(event ?? null)}}`;
}

export const priorityOf = (fact: Fact): number =>
  fact.marks.some((mark) => mark.urgent) ? PRIORITY.urgent : PRIORITY.person;
