import type pg from "pg";
import type { EventCoverage } from "../../../reconcile/hints/health.ts";
import type { HintStore } from "../../../reconcile/hints/ports.ts";
import { ARRIVED_SINCE, EVENT_COVERAGE, LISTENS } from "../../event-coverage-sql.ts";
import { run, type Statement } from "../../postgres/statement.ts";

/* Share of a target's changes that arrive as events: daily figures, written at the end of each comparison. */

/** Without a listener no event can be missed. */
export const RECORD_COVERAGE: Statement = {
  name: "hints-note-hearing",
  text: `insert into hint_figures (target, heard, missed) select $1, ${ARRIVED_SINCE}, $2
    where exists (select from listening l where l.target = $1 and ${LISTENS}) on conflict do nothing`,
};

const READ: Statement = {
  name: "hints-hearing",
  text: `select ${EVENT_COVERAGE}, (select (extract(epoch from now() - t.swept_at) * 1000)::float8 from target_states t where t.target = $1) as compared_ms`,
};

export const createEventCoverage = (pool: pg.Pool, target: string): Pick<HintStore, "coverage"> => ({
  async coverage() {
    const [row] = await run<EventCoverage & { compared_ms: number | null } & pg.QueryResultRow>(pool, READ, [
      target,
    ]);
    const { heard, missed, compared_ms } = row!;
    return { heard, missed, comparedMs: compared_ms ?? undefined };
  },
});
