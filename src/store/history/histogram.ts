import { latestIdAt, oldestIdAt } from "../../core/id.ts";
import type { EventCode } from "../../history/event.ts";
import type { BucketSize, Counts, Period } from "../../history/event-log.ts";
import type { Pool } from "../postgres/pool.ts";
import type { Statement } from "../postgres/statement.ts";
import { SLACK_MS } from "./event-filter.ts";

/** The index by code also has the times, so the rows of events are not read. */
const COUNTS: Statement = {
  name: "event-counts",
  text: `select (extract(epoch from b.begin) * 1000)::float8 as "from", b.code, b.n from (
      select date_trunc($3, h.at, 'UTC') as begin, h.code, count(*) as n from history h
       where h.at >= $1 and h.at < $2 and h.id >= $4 and h.id <= $5 group by 1, 2) b
    order by 1, 2`,
};

const LENGTH_MS = { hour: 3_600_000, day: 86_400_000 } as const;

/**
 * Counts by a scan, so it uses the connections for scans. A month with a million events takes a fraction of a
 * second.
 */
export async function countEvents(
  pool: Pool,
  { from, to }: Period,
  by: BucketSize,
): Promise<readonly Counts[]> {
  const ids = [oldestIdAt(from.getTime() - SLACK_MS), latestIdAt(to.getTime() + SLACK_MS)];
  const rows = await pool.scans.run<{ from: number; code: EventCode; n: number }>("history", COUNTS, [
    from,
    to,
    by,
    ...ids,
  ]);
  const buckets = new Map<number, Partial<Record<EventCode, number>>>();
  for (const row of rows) {
    const counts = buckets.get(row.from) ?? {};
    buckets.set(row.from, counts);
    counts[row.code] = row.n;
  }
  return [...buckets].map(([beginMs, counts]) => ({
    from: new Date(Math.max(beginMs, from.getTime())),
    to: new Date(Math.min(beginMs + LENGTH_MS[by], to.getTime())),
    counts,
  }));
}
