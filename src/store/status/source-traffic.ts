import type { Pool } from "../postgres/pool.ts";
import { run, type Statement } from "../postgres/statement.ts";

/** SCIM requests of a source in a period, by their answers. */
export interface Traffic {
  readonly requests: number;
  /** 4xx, but not 404: clients ask for what may not be there. */
  readonly refused: number;
  /** 5xx. */
  readonly failed: number;
}

export interface RecentTraffic {
  /** To ten minutes. */
  readonly lastHour: Traffic;
  readonly lastDay: Traffic;
}

const sums = (since: string): string =>
  ["requests", "refused", "failed"]
    .map(
      (name) =>
        `coalesce(sum(${name}) filter (where at > now() - interval '${since}'), 0)::bigint as ${name}_${since.replace(" ", "_")}`,
    )
    .join(", ");

const READ: Statement = {
  name: "source-traffic",
  text: `select source_id, ${sums("1 hour")}, ${sums("1 day")} from source_traffic where at > now() - interval '1 day' group by source_id`,
};

type Row = Readonly<Record<`${keyof Traffic}_${"1_hour" | "1_day"}`, number>> & {
  readonly source_id: string;
};

/**
 * The traffic of each source that sent something in the last day, by its id. store/status/meters.ts writes
 * it.
 */
export async function readTraffic(pool: Pool): Promise<ReadonlyMap<string, RecentTraffic>> {
  const rows = await run<Row>(pool, READ, []);
  return new Map(
    rows.map((row) => [
      row.source_id,
      {
        lastHour: { requests: row.requests_1_hour, refused: row.refused_1_hour, failed: row.failed_1_hour },
        lastDay: { requests: row.requests_1_day, refused: row.refused_1_day, failed: row.failed_1_day },
      },
    ]),
  );
}
