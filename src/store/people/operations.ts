import type pg from "pg";
import { systemClock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/entity.ts";
import { isUuid } from "../../core/id.ts";
import { deletedRecord } from "../../persons/deleted-record.ts";
import { conflictsOf, effectivePerson } from "../../persons/effective.ts";
import type { Join, JoinDecision, JoinOperations, JoinOrigin, JoinRefusal, JoinState, RecordView } from "../../persons/ports.ts";
import { pageOf } from "../postgres/page.ts";
import { type Queryable, run, type Statement } from "../postgres/statement.ts";
import { NAMES_OF_PERSON } from "../references.ts";
import { forgetDeletions } from "./forget.ts";
import { joinRecord, noteJoin, separateRecord, tellJoin } from "./joins/join.ts";
import { lockJoins } from "./joins/join-locks.ts";
import { createJoinSearch } from "./joins/search.ts";
import { recordsOfPerson } from "./records.ts";
import type { SettleDeps } from "./settle.ts";
import { inPersonTransaction } from "./transaction.ts";

/* Lists and decisions of operators about records that may be one person: implements persons/ports.ts. */

const statement = (name: string, text: string): Statement => ({ name: `joins-${name}`, text });

const VIEW = `json_build_object('id', u.id, 'source', s.name, 'active', u.active, 'name', coalesce(${NAMES_OF_PERSON}))`;
const ROWS = `select j.id, j.record_id, j.person_id, j.matched, j.state, j.made_at, j.decided_at, j.decided_by,
    (select ${VIEW} from users u join sources s on s.id = u.source_id where u.id = j.record_id)::text as record,
    (select coalesce(${NAMES_OF_PERSON}) from people u where u.id = j.person_id) as person_name,
    (select json_agg(${VIEW} order by u.id) from users u join sources s on s.id = u.source_id
      where u.id = j.person_id and u.person_id is null or u.person_id = j.person_id)::text as records
  from person_joins j`;

const LIST = statement(
  "list",
  `${ROWS} where ($1::text is null or j.state = $1) and ($2::uuid is null or j.id > $2) order by j.id limit $3`,
);
const GIVEN = statement("given", `${ROWS} where j.id = any($1::uuid[]) order by j.id`);
const ONE = statement("one", "select record_id, person_id, state, matched from person_joins where id = $1 for update");

/** Sources that have deleted their record of the person, with the time. The last event of such a source about the person is the deletion. */
const LEFT = statement(
  "left",
  `select s.id, s.name, (select max(h.at) from history h where h.subject = p.id and h.source_id = s.id and h.code like 'user.%') as at
    from persons p join sources s on s.id = any(p.left_sources) where p.id = $1 order by s.name`,
);

interface LeftRow extends pg.QueryResultRow {
  readonly id: string;
  readonly name: string;
  readonly at: Date | null;
}

interface JoinRow extends pg.QueryResultRow {
  readonly id: string;
  readonly record_id: string;
  readonly person_id: string;
  readonly matched: readonly string[];
  readonly state: JoinState;
  readonly made_at: Date;
  readonly decided_at: Date | null;
  readonly decided_by: string | null;
  readonly record: string | null;
  readonly person_name: string | null;
  readonly records: string | null;
}

export function createJoinOperations(pool: pg.Pool, deps: SettleDeps): JoinOperations {
  const search = createJoinSearch(pool, deps);
  const given = async (db: Queryable, ids: readonly string[]): Promise<readonly Join[]> =>
    (await run<JoinRow>(db, GIVEN, [ids])).map(joinOf);
  const decide = (work: (db: Queryable) => Promise<readonly string[] | JoinRefusal | undefined>): Promise<JoinDecision> =>
    inPersonTransaction(pool, async (db) => {
      await lockJoins(db);
      const ids = await work(db);
      if (ids === undefined) return { kind: "unknown" };
      if (typeof ids === "string") return { kind: "refused", why: ids };
      return { kind: "done", joins: await given(db, ids) };
    });
  const one = async (db: Queryable, id: string): Promise<JoinRow | undefined> =>
    isUuid(id) ? (await run<JoinRow>(db, ONE, [id]))[0] : undefined;

  return {
    async list({ state, after, count }) {
      const rows = await run<JoinRow>(pool, LIST, [state ?? null, after ?? null, count + 1]);
      const { items: joins, more } = pageOf(rows.map(joinOf), count, ({ id }) => id);
      return { joins, ...more };
    },

    accept: (id, origin) =>
      decide(async (db) => {
        const row = await one(db, id);
        if (!row) return undefined;
        if (row.state === "joined") return "decided";
        const done = await joinRecord(db, deps, { recordId: row.record_id, personId: row.person_id, matched: row.matched }, origin);
        return typeof done === "string" ? done : [done.id];
      }),

    refuse: (id, origin) =>
      decide(async (db) => {
        const row = await one(db, id);
        if (!row) return undefined;
        if (row.state === "joined" || row.state === "refused") return "decided";
        const about = { recordId: row.record_id, personId: row.person_id, matched: row.matched };
        await noteJoin(db, { ...about, state: "refused" }, origin);
        await tellJoin(db, deps, { code: "person.refused", ...about, marks: [row.record_id] }, origin);
        return [id];
      }),

    separate: (recordId, origin: JoinOrigin) =>
      decide(async (db) => {
        if (!isUuid(recordId)) return undefined;
        const done = await separateRecord(db, deps, recordId, origin);
        if (done !== "alone") return done === "gone" ? undefined : typeof done === "string" ? done : done.ids;
        // Only this record is left. Separating it means to forget the deleted records of other sources.
        const forgotten = await forgetDeletions(db, deps, recordId, origin);
        return typeof forgotten === "string" ? "alone" : forgotten;
      }),

    forget: (personId, origin) =>
      decide(async (db) => {
        const done = isUuid(personId) ? await forgetDeletions(db, deps, personId, origin) : "gone";
        return done === "gone" ? undefined : done;
      }),

    search: (origin) => search.all(origin),

    async person(id) {
      if (!isUuid(id)) return undefined;
      const { sent: records, now } = await recordsOfPerson(pool, id, deps, systemClock.now());
      const left = await run<LeftRow>(pool, LEFT, [id]);
      // A record alone may have a row in `persons` because of its dates. Then there is nothing to show.
      if (records.length === 0 || (records.length === 1 && records[0]!.id === id && left.length === 0)) return undefined;
      const isOut = left.length > 0 && !effectivePerson(now, deps.rules, left).active && effectivePerson(now, deps.rules).active;
      return {
        id,
        records: records.map(({ id: recordId, source, active, document }) => ({
          id: recordId,
          source: source.name,
          active,
          name: nameIn(document),
          document,
        })),
        conflicts: conflictsOf(now, deps.rules),
        ...(isOut
          ? {
              out: deletedRecord(
                id,
                left.map(({ name: source, at }) => ({ source, ...(at ? { at } : {}) })),
              ),
            }
          : {}),
      };
    },
  };
}

const nameIn = ({ displayName, userName }: JsonObject): string => String(displayName ?? userName ?? "");

const joinOf = (row: JoinRow): Join => ({
  id: row.id,
  state: row.state,
  matched: row.matched,
  ...(row.record === null ? {} : { record: JSON.parse(row.record) as RecordView }),
  person: {
    id: row.person_id,
    ...(row.person_name === null ? {} : { name: row.person_name }),
    records: row.records === null ? [] : (JSON.parse(row.records) as RecordView[]),
  },
  madeAt: row.made_at,
  ...(row.decided_at ? { decidedAt: row.decided_at } : {}),
  ...(row.decided_by === null ? {} : { decidedBy: row.decided_by }),
});
