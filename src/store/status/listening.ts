import type pg from "pg";
import type { LastHint, Listening } from "../../reconcile/status.ts";
import { EVENT_COVERAGE, LISTENS } from "../event-coverage-sql.ts";
import { run, type Statement } from "../postgres/statement.ts";

const LISTENING: Statement = {
  name: "status-listening",
  text: `select l.state, l.since, l.failures, l.reason, l.event_at as "eventAt", ${EVENT_COVERAGE} from listening l where l.target = $1 and ${LISTENS}`,
};

const LAST_HINT: Statement = {
  name: "status-last-hint",
  text: `select h.received_at as at, h.type, h.outcome from hints h
    where h.entity_id = $2 and h.target = $1 order by h.received_at desc limit 1`,
};

type Nullable<T> = {
  readonly [K in keyof T]-?: undefined extends T[K] ? Exclude<T[K], undefined> | null : T[K];
};

/** Undefined: no process listens. */
export async function readListening(pool: pg.Pool, target: string): Promise<Listening | undefined> {
  const [row] = await run<Nullable<Listening> & pg.QueryResultRow>(pool, LISTENING, [target]);
  if (!row) return undefined;
  const { reason, eventAt, ...rest } = row;
  return { ...rest, ...(reason === null ? {} : { reason }), ...(eventAt === null ? {} : { eventAt }) };
}

export async function readLastHint(pool: pg.Pool, target: string, id: string): Promise<LastHint | undefined> {
  const [row] = await run<LastHint & pg.QueryResultRow>(pool, LAST_HINT, [target, id]);
  return row;
}
