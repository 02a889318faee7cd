import type pg from "pg";
import type { AssessmentStore } from "../../reconcile/assess/assess.ts";
import type { Assessment, SourceActivity } from "../../reconcile/assess/report.ts";
import type { AssessmentRecord, AssessmentRequests } from "../../reconcile/assess/requests.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { inSlices } from "../postgres/walk.ts";
import { appendEvent, eventRow } from "../write-sql.ts";

/* The last assessment, and its queries about the directory. */

const SLICE = 500;

const statement = (name: string, text: string): Statement => ({ name: `assess-${name}`, text });

const PEOPLE = statement(
  "people",
  `select u.id from people u where u.active and u.id > $1 order by u.id limit ${SLICE}`,
);
const LEAVERS = statement(
  "leavers",
  `select u.id from people u where not u.active and u.id > $2
     and not exists (select from links l where l.target = $1 and l.kind = 'user' and l.entity_id = u.id) order by u.id limit ${SLICE}`,
);
const SOURCES = statement(
  "sources",
  `select s.name, s.kind,
     (select max(spoke.at) from (select max(t.last_used_at) as at from tokens t where t.source_id = s.id
        union all select max(t.last_used_at) from trusts t where t.source_id = s.id
        union all select max(u.modified_at) from users u where u.source_id = s.id
        union all select max(g.modified_at) from groups g where g.source_id = s.id) spoke) as last_spoke,
     ((select count(*) from users u where u.source_id = s.id and u.modified_at > now() - interval '1 day')
      + (select count(*) from groups g where g.source_id = s.id and g.modified_at > now() - interval '1 day'))::int as changed
   from sources s order by s.name`,
);
const PROBLEMS = statement(
  "problems",
  `select distinct p->>'code' as code, p->>'text' as text, p->>'remedy' as remedy
     from loop_processes l cross join lateral json_array_elements(coalesce(l.problems, '[]'::json)) p where l.target = $1 order by 1, 2`,
);
const BEGIN = statement(
  "begin",
  `with event as (${appendEvent(1, "(select 1) as once")})
   insert into assessments (target, state) values ($2, 'running')
   on conflict (target) do update set state = 'running', asked_at = now(), ended_at = null, reason = null`,
);
const END = statement(
  "end",
  `with event as (${appendEvent(1, "(select 1) as once")})
   update assessments set state = 'done', ended_at = now(), report = $3 where target = $2`,
);
const FAIL = statement(
  "fail",
  "update assessments set state = 'failed', ended_at = now(), reason = $2 where target = $1",
);
const ASK = statement(
  "ask",
  `with asked as (
    insert into assessments (target, state) values ($1, 'running')
    on conflict (target) do update set state = 'running', asked_at = now(), ended_at = null, reason = null)
   select graphile_worker.add_job('assess', json_build_object('actor', $2::text), job_key := 'assess') is not null as asked`,
);
const LAST = statement(
  "last",
  "select state, asked_at, ended_at, reason, report from assessments where target = $1",
);

async function* idsOf(
  pool: pg.Pool,
  each: Statement,
  before: readonly unknown[],
): AsyncIterable<readonly string[]> {
  for await (const rows of inSlices(pool, each, SLICE, (last) => [...before, last]))
    yield rows.map(({ id }) => id);
}

export function createAssessmentStore(pool: pg.Pool, target: string): AssessmentStore {
  return {
    activePeople: () => idsOf(pool, PEOPLE, []),
    unlinkedLeavers: () => idsOf(pool, LEAVERS, [target]),

    async sources() {
      const rows = await run<{ name: string; kind: string; last_spoke: Date | null; changed: number }>(
        pool,
        SOURCES,
        [],
      );
      return rows.map(
        ({ name, kind, last_spoke, changed }): SourceActivity => ({
          name,
          kind,
          ...(last_spoke ? { lastSpoke: last_spoke.toISOString() } : {}),
          changedInADay: changed,
        }),
      );
    },

    knownProblems: () => run<{ code: string; text: string; remedy: string }>(pool, PROBLEMS, [target]),

    async beginAssessment(event) {
      await run(pool, BEGIN, [eventRow(event), target]);
    },

    async endAssessment(report, event) {
      await run(pool, END, [eventRow(event), target, JSON.stringify(report)]);
    },

    async failAssessment(reason) {
      await run(pool, FAIL, [target, reason]);
    },
  };
}

interface LastRow extends pg.QueryResultRow {
  state: AssessmentRecord["state"];
  asked_at: Date;
  ended_at: Date | null;
  reason: string | null;
  report: string | null;
}

export function createAssessmentRequests(pool: pg.Pool, target: string): AssessmentRequests {
  return {
    async request(actor) {
      await run(pool, ASK, [target, actor]);
    },

    async last() {
      const [row] = await run<LastRow>(pool, LAST, [target]);
      return (
        row && {
          state: row.state,
          askedAt: row.asked_at,
          ...(row.ended_at ? { endedAt: row.ended_at } : {}),
          ...(row.reason === null ? {} : { reason: row.reason }),
          ...(row.report === null ? {} : { report: JSON.parse(row.report) as Assessment }),
        }
      );
    },
  };
}
