import type pg from "pg";
import type { AlertFacts } from "../../alerts/rules/facts.ts";
import { EVENT_COVERAGE, LISTENS } from "../event-coverage-sql.ts";
import { type Queryable, run, type Statement } from "../postgres/statement.ts";
import { isLost } from "../references.ts";

/*
 * The input of the rules for incidents. It reads the entities that are not in sync, by their index, and a
 * bounded number of those that settled in the last ten minutes. So its cost does not grow with the directory.
 * Statements without a name are not prepared: a plan from the time when the tables were empty would read the
 * whole tables.
 */

const OPEN: Statement = {
  name: "",
  text: `select state, kind, reason_code as "reasonCode", count(*) as count, max(last_answer) as answer,
      count(*) filter (where ${isLost("s")}) as lost,
      min(due_since) filter (where state = 'due') as "oldestDue"
    from entity_states s where target = $1 and state <> 'inSync' group by state, kind, reason_code`,
};
const HOLDS: Statement = {
  name: "alerts-holds",
  text: `select h.id, h.limit_name as limit, h.opened_at as "openedAt", (select count(*) from hold_members m where m.hold_id = h.id) as count
    from holds h where h.target = $1 and h.state = 'open' order by h.id limit 100`,
};
const TARGET: Statement = {
  name: "alerts-target",
  text: `select paused_until as "pausedUntil", pause_code as "pauseCode", 
      array(select p->>'code' from json_array_elements(coalesce(pause_problems, '[]')) p) as "pauseProblems", halted_at as "haltedAt", swept_at as "sweptAt"
    from target_states where target = $1`,
};
const PROCESSES: Statement = {
  name: "alerts-processes",
  text: `select started_at as "startedAt", array(select p->>'code' from json_array_elements(coalesce(problems::json, '[]')) p) as problems
    from loop_processes where target = $1 and seen_at > now() - interval '30 seconds'`,
};
const LATELY_SETTLED = 2_000;
const LATENCY: Statement = {
  name: "",
  text: `select coalesce(percentile_cont(0.95) within group (order by l.latency_ms), 0) as "p95Ms", count(*) as count
    from (select s.latency_ms from entity_states s
           where s.target = $1 and s.state = 'inSync' and s.latency_ms is not null and s.settled_at > $2::timestamptz - interval '10 minutes'
           order by s.settled_at desc limit ${LATELY_SETTLED}) l`,
};
const LISTENING: Statement = {
  name: "alerts-listening",
  text: `select l.state, l.since, ${EVENT_COVERAGE} from listening l where l.target = $1 and ${LISTENS}`,
};
const SOURCES: Statement = {
  name: "alerts-sources",
  text: `select id, name, last_request_at as "lastRequestAt" from sources where last_request_at is not null order by last_request_at desc limit 100`,
};
const SIGNALS: Statement = {
  name: "alerts-signals",
  text: `select code, key, source_id as "sourceId", (select s.name from sources s where s.id = source_id) as source, count, first_at as "firstAt", last_at as "lastAt" from alert_signals
    where target in ($1, '') and last_at > $2::timestamptz - interval '1 day' order by last_at desc limit 100`,
};

/**
 * For each source: the first refused import after its last successful import. The index of codes answers it.
 */
const REFUSED_IMPORTS: Statement = {
  name: "alerts-refused-imports",
  text: `select r.source_id as "sourceId", s.name as source, min(r.at) as at
      from history r join sources s on s.id = r.source_id
     where r.code = 'people.importRefused' and r.at > $1::timestamptz - interval '1 day'
       and not exists (select 1 from history d where d.code = 'people.imported' and d.id > r.id and d.source_id = r.source_id)
     group by r.source_id, s.name order by r.source_id limit 100`,
};

/** Uses the index of scheduled changes. */
const LATE_CHANGES: Statement = {
  name: "alerts-late-changes",
  text: `select min(c.due_at) as since, count(*) as count from scheduled_changes c where c.state = 'scheduled' and c.due_at <= $1::timestamptz`,
};

const UNREAD_DATES: Statement = {
  name: "alerts-unread-dates",
  text: "select failed_since as since, failed as count from schedule_rules where failed > 0 and failed_since is not null",
};

const SEALED: Statement = {
  name: "alerts-sealed",
  text: `select l.looked_at as "sealedAt", l.checked_at as "verifiedAt", l.fault as "historyFault" from history_log l`,
};

const CHECKPOINT: Statement = {
  name: "alerts-checkpoint",
  text: "select c.note from history_checkpoints c where c.published_at is not null order by c.id desc limit 1",
};

type LogFacts = Required<Pick<AlertFacts, "sealedAt" | "verifiedAt" | "historyFault">>;
type Rows<T> = pg.QueryResultRow & T;
type Nullable<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> | null };

export async function readFacts(db: Queryable, target: string, now: Date): Promise<AlertFacts> {
  // All statements use one connection, so they run one after another.
  const open = await run<Rows<Nullable<AlertFacts["open"][number]>>>(db, OPEN, [target]);
  const holds = await run<Rows<AlertFacts["holds"][number]>>(db, HOLDS, [target]);
  const [state] = await run<Rows<Nullable<Required<AlertFacts["target"]>>>>(db, TARGET, [target]);
  const processes = await run<Rows<AlertFacts["processes"][number]>>(db, PROCESSES, [target]);
  const [latency] = await run<Rows<AlertFacts["latency"]>>(db, LATENCY, [target, now]);
  const [listening] = await run<Rows<NonNullable<AlertFacts["listening"]>>>(db, LISTENING, [target]);
  const sources = await run<Rows<AlertFacts["sources"][number]>>(db, SOURCES, []);
  const signals = await run<Rows<Nullable<AlertFacts["signals"][number]>>>(db, SIGNALS, [target, now]);
  const refusedImports = await run<Rows<NonNullable<AlertFacts["refusedImports"]>[number]>>(
    db,
    REFUSED_IMPORTS,
    [now],
  );
  const [late] = await run<Rows<{ readonly since: Date | null; readonly count: number }>>(db, LATE_CHANGES, [
    now,
  ]);
  const [unread] = await run<Rows<NonNullable<AlertFacts["unreadDates"]>>>(db, UNREAD_DATES, []);
  const [sealed] = await run<Rows<Nullable<LogFacts>>>(db, SEALED, []);
  const [checkpoint] = await run<{ note: string }>(db, CHECKPOINT, []);
  return {
    ...(checkpoint ? { checkpoint: checkpoint.note } : {}),
    ...(sealed ? (known(sealed) as Partial<LogFacts>) : {}),
    open: open.map(known) as AlertFacts["open"],
    holds,
    target: state ? (known(state) as AlertFacts["target"]) : {},
    processes,
    ...(listening ? { listening } : {}),
    latency: latency ?? { p95Ms: 0, count: 0 },
    sources,
    signals: signals.map(known) as AlertFacts["signals"],
    refusedImports,
    ...(late?.since ? { lateChanges: { since: late.since, count: late.count } } : {}),
    ...(unread ? { unreadDates: { since: unread.since, count: unread.count } } : {}),
  };
}

/** The columns that are not null. The casts above state that the other columns are never null. */
const known = (row: object): object =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
