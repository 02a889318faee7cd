import type pg from "pg";
import { systemClock } from "../../core/clock.ts";
import { isUuid } from "../../core/id.ts";
import { deletedRecord } from "../../persons/deleted-record.ts";
import { conflictsOf, effectivePerson } from "../../persons/effective.ts";
import type { Join, JoinDecision, JoinOperations, JoinOrigin, JoinRefusal } from "../../persons/ports.ts";
import { pageOf } from "../postgres/page.ts";
import { type Queryable, run } from "../postgres/statement.ts";
import { forgetDeletions } from "./forget.ts";
import { GIVEN, type JoinRow, joinOf, LEFT, LIST, nameIn, ONE } from "./join-statements.ts";
import { joinRecord, noteJoin, separateRecord, tellJoin } from "./joins/join.ts";
import { lockJoins } from "./joins/join-locks.ts";
import { createJoinSearch } from "./joins/search.ts";
import { recordsOfPerson } from "./records.ts";
import type { SettleDeps } from "./settle.ts";
import { inPersonTransaction } from "./transaction.ts";

/* Lists and decisions of operators about records that may be one person: implements persons/ports.ts. */

interface LeftRow extends pg.QueryResultRow {
  readonly id: string;
  readonly name: string;
  readonly at: Date | null;
}

export function createJoinOperations(pool: pg.Pool, deps: SettleDeps): JoinOperations {
  const search = createJoinSearch(pool, deps);
  const given = async (db: Queryable, ids: readonly string[]): Promise<readonly Join[]> =>
    (await run<JoinRow>(db, GIVEN, [ids])).map(joinOf);
  const decide = (
    work: (db: Queryable) => Promise<readonly string[] | JoinRefusal | undefined>,
  ): Promise<JoinDecision> =>
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
        const done = await joinRecord(
          db,
          deps,
          { recordId: row.record_id, personId: row.person_id, matched: row.matched },
          origin,
        );
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

    person: (id) => personOf(pool, deps, id),
  };
}

type PersonView = Awaited<ReturnType<JoinOperations["person"]>>;

async function personOf(pool: pg.Pool, deps: SettleDeps, id: string): Promise<PersonView> {
  if (!isUuid(id)) return undefined;
  const { sent: records, now } = await recordsOfPerson(pool, id, deps, systemClock.now());
  const left = await run<LeftRow>(pool, LEFT, [id]);
  // A record alone may have a row in `persons` because of its dates. Then there is nothing to show.
  if (records.length === 0 || (records.length === 1 && records[0]!.id === id && left.length === 0))
    return undefined;
  const isOut =
    left.length > 0 &&
    !effectivePerson(now, deps.rules, left).active &&
    effectivePerson(now, deps.rules).active;
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
}
