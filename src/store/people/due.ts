import type pg from "pg";
import type { JsonObject } from "../../core/entity.ts";
import { isUuid } from "../../core/id.ts";
import type { Patch } from "../../schedule/attributes.ts";
import { isDated } from "../../schedule/dated.ts";
import type { PlannedChange, ScheduleReader, ScheduleStore, Worked } from "../../schedule/ports.ts";
import { alone } from "../postgres/alone.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { enterPerson, type SettleDeps, settlePerson } from "./settle.ts";
import { inPersonTransaction } from "./transaction.ts";

/*
 * Computes people again whose day has come, and all people with dates after the rules have changed. Each
 * person is one transaction, with the person's row locked.
 */

const AT_ONCE = 100;
const DUE: Statement = {
  name: "schedule-due",
  text: `select distinct u.person_id as id from scheduled_changes c join users u on u.id = c.resource
    where c.state = 'scheduled' and c.due_at <= $1::timestamptz and u.person_id is not null and u.person_id <> all($2::uuid[]) limit ${AT_ONCE}`,
};

const IS_THERE: Statement = { name: "schedule-is-there", text: "select 1" };

const RULES: Statement = { name: "schedule-rules", text: "select version from schedule_rules" };
const FOLLOWED: Statement = {
  name: "schedule-followed",
  text: `insert into schedule_rules (version) values ($1)
    on conflict (single) do update set version = excluded.version, failed = 0, failed_since = null`,
};
/** A version that no rules have. It causes all people to be computed again. */
const UNREAD = "";
const FAILED: Statement = {
  name: "schedule-failed",
  text: `insert into schedule_rules as r (version, failed, failed_since) values ('${UNREAD}', $1, $2)
    on conflict (single) do update set failed = excluded.failed, failed_since = coalesce(r.failed_since, excluded.failed_since)`,
};
const RECORD_OTHER_RULES: Statement = {
  name: "schedule-distrust",
  text: `update schedule_rules set version = '${UNREAD}' where version not in ('${UNREAD}', $1)`,
};
/** Lock number: one process computes all people with new rules. */
const FOLLOWING = 72707391;

/**
 * Records that may have dates, in the order of ids. It scans the table, because it runs only once for new
 * rules.
 */
const PAGE = 500;
const WITH_DATES: Statement = {
  name: "schedule-with-dates",
  text: `select u.id, u.person_id, u.document::text as document from users u
    where u.id > $1::uuid and (u.person_id is not null or u.document::text like '%Date"%' or u.document::text like '%lastDay%')
    order by u.id limit ${PAGE}`,
};
const FIRST = "00000000-0000-0000-0000-000000000000";

interface RecordRow extends pg.QueryResultRow {
  readonly id: string;
  readonly person_id: string | null;
  readonly document: string;
}

export async function* recordsWithDates(pool: pg.Pool): AsyncGenerator<RecordRow> {
  for (let after = FIRST; ; ) {
    const rows = await run<RecordRow>(pool, WITH_DATES, [after]);
    yield* rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.id;
  }
}

export function createScheduleStore(pool: pg.Pool, deps: SettleDeps): ScheduleStore {
  const settle = (personId: string, at: Date, record?: string): Promise<boolean> =>
    inPersonTransaction(pool, async (db) => {
      if (record !== undefined) await enterPerson(db, record);
      return (await settlePerson(db, personId, deps, { at, actor: "system", causes: [] })).changed;
    });

  /**
   * The error of `work` for one person. Undefined: it succeeded. Rejects if the database does not answer,
   * because an outage is not the failure of one person.
   */
  async function failureOf(work: () => Promise<unknown>): Promise<{ readonly error: unknown } | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      await run(pool, IS_THERE, []);
      return { error };
    }
  }

  async function everybody(now: () => Date, signal: AbortSignal): Promise<Worked> {
    let count = 0;
    const failures: Worked["failures"][number][] = [];
    for await (const { id, person_id: personId, document } of recordsWithDates(pool)) {
      if (signal.aborted) break;
      const isAlone = personId === null;
      const failure = await failureOf(async () => {
        if (isAlone && !isDated(JSON.parse(document) as JsonObject, deps.dates.rules, now())) return;
        if (await settle(personId ?? id, now(), isAlone ? id : undefined)) count += 1;
      });
      if (failure) failures.push({ personId: personId ?? id, error: failure.error });
    }
    return { count, failures };
  }

  return {
    async applyDue(now, signal) {
      let count = 0;
      const failed = new Map<string, unknown>();
      while (!signal.aborted) {
        const people = await run<{ id: string }>(pool, DUE, [now, [...failed.keys()]]);
        if (people.length === 0) break;
        for (const { id } of people) {
          const failure = await failureOf(() => settle(id, now));
          if (failure) failed.set(id, failure.error);
          else count += 1;
        }
      }
      return { count, failures: [...failed].map(([personId, error]) => ({ personId, error })) };
    },

    async followRules(version, now, signal) {
      const turn = await alone(pool, { number: FOLLOWING }, async (client): Promise<Worked> => {
        const [known] = await run<{ version: string }>(client, RULES, []);
        if (known?.version === version) return { count: 0, failures: [] };
        const worked = await everybody(now, signal);
        if (worked.failures.length > 0) await run(client, FAILED, [worked.failures.length, now()]);
        else if (!signal.aborted) await run(client, FOLLOWED, [version]);
        return worked;
      });
      return turn?.made;
    },

    recordOtherRules: async (version) => void (await run(pool, RECORD_OTHER_RULES, [version])),
  };
}

const OF_PERSON: Statement = {
  name: "schedule-of-person",
  text: `select c.id, c.kind, c.day::text as day, c.zone, c.due_at as at, s.name as source, c.patch::text as patch
    from users u join scheduled_changes c on c.resource = u.id join sources s on s.id = c.source_id
   where (u.id = $1 or u.person_id = $1) and c.state = 'scheduled' order by c.due_at, c.id`,
};

export const createScheduleReader = (pool: pg.Pool): ScheduleReader => ({
  async ofPerson(id) {
    if (!isUuid(id)) return [];
    const rows = await run<Omit<PlannedChange, "changes"> & { readonly patch: string } & pg.QueryResultRow>(
      pool,
      OF_PERSON,
      [id],
    );
    return rows.map(({ patch, ...change }) => ({ ...change, changes: JSON.parse(patch) as Patch }));
  },
});
