import { type Clock, sleepUnlessAborted } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Labels, Meter, Sample, SampleName } from "../../core/meter.ts";
import type { Pool } from "../postgres/pool.ts";
import { run, type Statement } from "../postgres/statement.ts";

/*
 * The sums of the counters of all processes, and the SCIM requests of each source: the last one, and their
 * number in each ten minutes. A killed process loses the counts of its last seconds. Commits do not wait for
 * the disk.
 */

/**
 * Rows are locked in a fixed order, against deadlocks. `for no key update` does not conflict with inserts
 * that refer to a source, because they lock only its key.
 */
const WRITE: Statement = {
  name: "meters-write",
  text: `with counted as (
    insert into meters as m (target, name, labels, value)
    select $1, s.name, s.labels, s.value from json_to_recordset($2::json) as s(name text, labels text, value float8) order by s.name, s.labels
    on conflict (target, name, labels) do update set value = m.value + excluded.value),
  heard as materialized (
    select s.id, h.at, h.requests, h.refused, h.failed
      from json_to_recordset($3::json) as h(id uuid, at timestamptz, requests bigint, refused bigint, failed bigint) join sources s on s.id = h.id
     order by s.id for no key update of s),
  traffic as (
    insert into source_traffic as t (source_id, at, requests, refused, failed)
    select id, date_bin('10 minutes', at, timestamptz '2000-01-01 00:00Z'), requests, refused, failed from heard order by id
    on conflict (source_id, at) do update set requests = t.requests + excluded.requests, refused = t.refused + excluded.refused, failed = t.failed + excluded.failed),
  past as (delete from source_traffic t using heard where t.source_id = heard.id and t.at < now() - interval '8 days')
  update sources s set last_request_at = greatest(s.last_request_at, heard.at) from heard where s.id = heard.id`,
};

const READ: Statement = {
  name: "meters-read",
  text: "select name, labels, value from meters where target = $1 order by name, labels",
};

/** The most recent sources are shown. Nobody reads more. */
const SOURCES_MAX = 100;
const SOURCES: Statement = {
  name: "meters-sources",
  text: `select name, last_request_at as at from sources where last_request_at is not null order by last_request_at desc limit ${SOURCES_MAX}`,
};

/**
 * The tokens that expire first. An expired token is shown for another month, because its client may still use
 * it.
 */
const TOKENS_MAX = 100;
const TOKENS: Statement = {
  name: "meters-tokens",
  text: `select t.id, s.name as source, t.expires_at as at from tokens t join sources s on s.id = t.source_id
    where t.revoked_at is null and t.expires_at > now() - interval '30 days' order by t.expires_at, t.id limit ${TOKENS_MAX}`,
};

export interface StoredMeters {
  readonly samples: readonly Sample[];
  readonly sources: readonly { readonly name: string; readonly at: Date }[];
  readonly tokens: readonly { readonly id: string; readonly source: string; readonly at: Date }[];
}

export interface MeterStore {
  /**
   * Adds the counts of the meter. After a failure they are put back into the meter. If only the answer of the
   * database is lost, they are counted twice.
   */
  write(meter: Meter): Promise<void>;
  read(): Promise<StoredMeters>;
}

export const createMeterStore = (pool: Pool, target: string): MeterStore => ({
  async write(meter) {
    const readings = meter.take();
    if (readings.samples.length + readings.requests.size === 0) return;
    const samples = readings.samples.map(({ name, labels, value }) => ({
      name,
      labels: JSON.stringify(labels),
      value,
    }));
    const requests = [...readings.requests].map(([id, each]) => ({ id, ...each }));
    try {
      await run(pool.asyncCommit, WRITE, [target, JSON.stringify(samples), JSON.stringify(requests)]);
    } catch (error) {
      meter.putBack(readings);
      throw error;
    }
  },

  async read() {
    const [samples, sources, tokens] = await Promise.all([
      run<{ name: SampleName; labels: string; value: number }>(pool, READ, [target]),
      run<{ name: string; at: Date }>(pool, SOURCES, []),
      run<{ id: string; source: string; at: Date }>(pool, TOKENS, []),
    ]);
    return {
      samples: samples.map((row) => ({ ...row, labels: JSON.parse(row.labels) as Labels })),
      sources,
      tokens,
    };
  },
});

const WRITE_MS = 5_000;

export interface MeterKeeper {
  /** Writes the last counts, and ends. */
  stop(): Promise<void>;
}

/** Stores the counts of this process every few seconds. */
export function keepMeter(
  store: MeterStore,
  meter: Meter,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): MeterKeeper {
  const stopping = new AbortController();
  const write = (): Promise<void> =>
    store
      .write(meter)
      .catch((error: unknown) =>
        logger.warn({ check: "metrics", error }, "the counters could not be stored"),
      );
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await sleepUnlessAborted(clock, WRITE_MS, stopping.signal);
      await write();
    }
  })();
  return {
    async stop() {
      stopping.abort(new Error("the server is stopping"));
      await running;
    },
  };
}
