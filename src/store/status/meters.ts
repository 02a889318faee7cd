import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Labels, Meter, Sample, SampleName } from "../../core/meter.ts";
import type { Pool } from "../postgres/pool.ts";
import { run, type Statement } from "../postgres/statement.ts";

/*
 * Counters of all processes together, and when each source was last heard of. A process that is killed loses what it counted in the last seconds, and nobody
 * waits for the disk.
 */

/** Rows are locked in one order by all. A source is changed beside inserts that refer to it: they lock its key only. */
const WRITE: Statement = {
  name: "meters-write",
  text: `with counted as (
    insert into meters as m (target, name, labels, value)
    select $1, s.name, s.labels, s.value from json_to_recordset($2::json) as s(name text, labels text, value float8) order by s.name, s.labels
    on conflict (target, name, labels) do update set value = m.value + excluded.value),
  heard as materialized (
    select s.id, h.at from json_to_recordset($3::json) as h(id uuid, at timestamptz) join sources s on s.id = h.id order by s.id for no key update of s)
  update sources s set last_request_at = greatest(s.last_request_at, heard.at) from heard where s.id = heard.id`,
};

const READ: Statement = { name: "meters-read", text: "select name, labels, value from meters where target = $1 order by name, labels" };

/** More than these nobody looks at; the most recent ones are shown. */
const SOURCES_MAX = 100;
const SOURCES: Statement = {
  name: "meters-sources",
  text: `select name, last_request_at as at from sources where last_request_at is not null order by last_request_at desc limit ${SOURCES_MAX}`,
};

/** The soonest of those that may be used. One that has ended is shown for a month: its client may still be there. */
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
  /** Adds what the meter has counted; after a failure the meter has it back. An answer that is lost on the way makes it count twice. */
  write(meter: Meter): Promise<void>;
  read(): Promise<StoredMeters>;
}

export const createMeterStore = (pool: Pool, target: string): MeterStore => ({
  async write(meter) {
    const readings = meter.take();
    if (readings.samples.length + readings.heard.size === 0) return;
    const samples = readings.samples.map(({ name, labels, value }) => ({ name, labels: JSON.stringify(labels), value }));
    const heard = [...readings.heard].map(([id, at]) => ({ id, at }));
    try {
      await run(pool.asyncCommit, WRITE, [target, JSON.stringify(samples), JSON.stringify(heard)]);
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
    return { samples: samples.map((row) => ({ ...row, labels: JSON.parse(row.labels) as Labels })), sources, tokens };
  },
});

const WRITE_MS = 5_000;

export interface MeterKeeper {
  /** What was counted last is written too. */
  stop(): Promise<void>;
}

/** Writes down what this process counts, every few seconds. */
export function keepMeter(
  store: MeterStore,
  meter: Meter,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): MeterKeeper {
  const stopping = new AbortController();
  const write = (): Promise<void> =>
    store.write(meter).catch((error: unknown) => logger.warn({ check: "metrics", error }, "the counters could not be stored"));
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await clock.sleep(WRITE_MS, stopping.signal).catch(() => undefined);
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
