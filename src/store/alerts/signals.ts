import type { SignalStore } from "../../alerts/ports.ts";
import type { Pool } from "../postgres/pool.ts";
import { run, type Statement } from "../postgres/statement.ts";

/**
 * Adds to a streak of failures. The count begins again if the source has made a successful request since, or
 * if the last failure is more than a day old.
 */
const ADD: Statement = {
  name: "signals-add",
  text: `insert into alert_signals as a (target, code, key, source_id, count, first_at, last_at)
    select $1, n.code, n.key, coalesce((select t.source_id from tokens t where t.id = n.token), (select t.source_id from trusts t where t.id::text = n.token)),
      n.count, n.first_at, n.last_at
      from json_to_recordset($2::json) as n(code text, key text, token text, count bigint, first_at timestamptz, last_at timestamptz)
     order by n.code, n.key
    on conflict (target, code, key) do update set
      count = case when ${overOf("a")} then excluded.count else a.count + excluded.count end,
      first_at = case when ${overOf("a")} then excluded.first_at else a.first_at end,
      source_id = excluded.source_id, last_at = excluded.last_at`,
};

function overOf(streak: string): string {
  return `(${streak}.last_at < excluded.last_at - interval '1 day'
    or exists (select 1 from sources s where s.id = ${streak}.source_id and s.last_request_at > ${streak}.last_at))`;
}

export const createSignals = (pool: Pool, target: string): SignalStore => ({
  async add(signals) {
    const rows = signals.map(({ code, key, tokenId, count, firstAt, lastAt }) => ({
      ...{ code, key, token: tokenId, count },
      first_at: firstAt,
      last_at: lastAt,
    }));
    await run(pool, ADD, [target, JSON.stringify(rows)]);
  },
});
