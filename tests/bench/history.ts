import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { systemClock } from "../../src/core/clock.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { startEmbeddedPostgres } from "../../src/database/embedded/embedded.ts";
import { migrate, migrateQueue } from "../../src/database/migrate.ts";
import { formatOf } from "../../src/evidence/formats/formats.ts";
import { flatTable } from "../../src/filter/attribute-table.ts";
import { parseQuery } from "../../src/filter/parse.ts";
import { EVENT_ATTRIBUTES, type EventLog } from "../../src/history/event-log.ts";
import { readLeavers } from "../../src/history/leavers.ts";
import { readTimeline } from "../../src/history/timeline.ts";
import { walk } from "../../src/history/walk.ts";
import { createEventLog } from "../../src/store/history/event-log.ts";
import { createPool } from "../../src/store/postgres/pool.ts";
import { temporaryRoot } from "../support/temporary-root.ts";
import { testVault } from "../support/vault.ts";
import { proveLog } from "./prove-log.ts";

/*
 * What questions to a long history cost, what its indexes cost whoever writes, and how fast it is exported;
 * with --proof also how fast it is sealed and verified. A question that an index serves and takes 100 ms or
 * more, or a verification that fails, ends with 1.
 *   node tests/support/run-typescript.cjs tests/bench/history.ts --events 1000000
 *   npm run build && node tests/support/run-typescript.cjs tests/bench/history.ts --events 5000000 --proof --quick
 */

const FROM = Date.parse("2026-01-01T00:00:00Z");
/** One event each ten seconds: a million are four months. */
const STEP_MS = 10_000;

/**
 * Of a tenth as many people as events: each fifth event a write of SCIM, the rest intents and outcomes and
 * what else there is. One code, one token and one attribute are rare and old, where a walk from the newest
 * one on would read everything.
 */
const EVENTS = `
  insert into history (id, at, code, actor, source_id, request_id, causes, subject_kind, subject, target, attempt, outcome, attributes, sealed, detail)
  select (lpad(to_hex((${FROM} + n * ${STEP_MS}::bigint)), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5('b' || n), 1, 15))::uuid,
    to_timestamp((${FROM} + n * ${STEP_MS}::bigint) / 1000.0),
    case when n <= 50 then 'token.created' when n % 5 = 0 then 'user.updated' when n % 997 = 0 then 'user.deactivated' when n % 5 in (1, 3) then 'target.intent' else 'target.outcome' end,
    case when n <= 50 then 'token:old' when n % 5 = 0 then 'token:one' else 'worker' end,
    null, case when n % 5 = 0 then md5('r' || n)::uuid end, '{}', 'user', md5('s' || n % ($1::int / 10))::uuid,
    case when n % 5 in (1, 2, 3, 4) then 'dingtalk' end, 1, case when n % 5 in (2, 4) then 'done' end,
    case when n <= 50 then array['rare'] when n % 5 = 0 then array['title', 'department'] when n % 5 in (1, 3) then array['name'] end,
    case when n % 5 = 0 then decode(repeat(md5('v' || n), 8), 'hex') end,
    json_build_object('action', 'update', 'calls', json_build_array(json_build_object('api', '/topapi/v2/user/update', 'code', 'ok', 'durationMs', 31)))
  from generate_series($2::bigint, $3::bigint) n`;

const TABLE = flatTable(EVENT_ATTRIBUTES);
const at = (n: number) => new Date(FROM + n * STEP_MS).toISOString();

function questions(
  log: EventLog,
  events: number,
  subject: string,
  request: string,
): readonly (readonly [string, () => Promise<unknown>])[] {
  const list = (filter: string) => () => log.list({ filter: parseQuery(filter, TABLE), count: 100 });
  const middle = Math.floor(events / 2);
  return [
    ["newest page", () => log.list({ count: 100 })],
    ["subject", list(`subject eq "${subject}"`)],
    ["request", list(`requestId eq "${request}"`)],
    ["actor", list('actor eq "token:one"')],
    ["actor, rare and old", list('actor eq "token:old"')],
    ["code", list('code eq "user.updated"')],
    ["code, rare and old", list('code eq "token.created"')],
    ["code that never was", list('code eq "hold.opened"')],
    ["time, an hour in the middle", list(`at ge "${at(middle)}" and at lt "${at(middle + 360)}"`)],
    ["time, everything before", list(`at lt "${at(middle)}"`)],
    [
      "code in a month",
      list(`code eq "user.deactivated" and at ge "${at(middle)}" and at lt "${at(middle + 260_000)}"`),
    ],
    ["attribute", list('attribute eq "title"')],
    ["attribute, rare and old", list('attribute eq "rare"')],
    ["attribute that never was", list('attribute eq "nothing"')],
    ["timeline of a person", () => readTimeline(log, { kind: "user", id: subject, count: 100 })],
    [
      "histogram, a day by hour",
      () => log.histogram({ from: new Date(at(middle)), to: new Date(at(middle + 8_640)) }, "hour"),
    ],
    [
      "histogram, everything by day",
      () => log.histogram({ from: new Date(FROM), to: new Date(at(events + 1)) }, "day"),
    ],
    [
      "leavers of a month",
      () =>
        readLeavers(
          log,
          { from: new Date(at(middle)), to: new Date(at(middle + 260_000)) },
          { limitMinutes: 60, now: systemClock.now() },
        ),
    ],
  ];
}

/** What an auditor waits for. */
const MOST_MS = 100;
/** Sums over a long period read all of it. */
const INDEXED = (name: string): boolean => !/^(histogram, everything|leavers of a month)/.test(name);

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = systemClock.monotonicMs();
  await work();
  return systemClock.monotonicMs() - begin;
}

interface Options {
  /** The log as well. */
  readonly proof: boolean;
  /** Neither exports nor what indexes cost. */
  readonly quick: boolean;
}

const SLICE = 250_000;

/** Rows first and indexes after them, by two connections: a fifth of the time of one after the other. */
async function fill(client: pg.Client, url: string, events: number): Promise<void> {
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
      where i.indrelid = 'history'::regclass and not i.indisprimary order by 1`,
  );
  await client.query(`drop index ${indexes.map(({ name }) => name).join(", ")}`);
  const slices = Array.from({ length: Math.ceil(events / SLICE) }, (_, at) => at * SLICE);
  await Promise.all(
    [0, 1].map(async () => {
      const own = new pg.Client({ connectionString: url });
      await own.connect();
      try {
        for (let from = slices.shift(); from !== undefined; from = slices.shift())
          await own.query(EVENTS, [events, from + 1, Math.min(events, from + SLICE)]);
      } finally {
        await own.end();
      }
    }),
  );
  await client.query("set maintenance_work_mem = '512MB'");
  for (const { definition } of indexes) await client.query(definition);
  await client.query("vacuum analyze history");
}

async function measured(
  ask: () => Promise<unknown>,
  rounds: number,
): Promise<{ readonly medianMs: number; readonly told: string }> {
  const took: number[] = [];
  for (let round = 0; round < rounds; round++) took.push(await timed(ask));
  const sorted = took.slice(1).sort((one, other) => one - other);
  const medianMs = sorted[Math.floor(sorted.length / 2)]!;
  return {
    medianMs,
    told: `first ${took[0]!.toFixed(1)} ms, then median ${medianMs.toFixed(1)} ms, slowest ${sorted.at(-1)!.toFixed(1)} ms`,
  };
}

async function bench(events: number, options: Options): Promise<void> {
  const folder = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-history-"));
  const settings = { max_wal_size: "8GB", shared_buffers: "512MB" };
  const postgres = await startEmbeddedPostgres({ dataDir: folder, logger: silentLogger, settings });
  const pool = createPool({ url: postgres.url, max: 4, logger: silentLogger });
  const client = new pg.Client({ connectionString: postgres.url });
  try {
    const connection = { connectionString: postgres.url, logger: silentLogger };
    await migrateQueue(connection);
    await migrate({ ...connection, directory: join(__dirname, "..", "..", "prisma", "migrations") });
    await client.connect();
    const fillMs = await timed(() => fill(client, postgres.url, events));
    say(`${events} events, written and indexed in ${Math.round(fillMs / 1_000)} s`);
    const isProven = options.proof ? await proveLog(pool, { url: postgres.url, folder, events }) : true;
    const { rows } = await client.query(
      "select subject, request_id as request from history where request_id is not null order by id offset 1000 limit 1",
    );
    const log = createEventLog(pool, testVault);
    let slow = 0;
    for (const [name, ask] of questions(log, events, rows[0].subject, rows[0].request)) {
      // Sums read everything: a few rounds are enough, and a history may be too long for one statement, which
      // is no failure of the rest.
      const asked = INDEXED(name)
        ? measured(ask, 7)
        : measured(ask, 3).catch((error: unknown) => String(error));
      const took = await asked;
      if (typeof took !== "string" && INDEXED(name) && took.medianMs >= MOST_MS) slow++;
      say(`${name}: ${typeof took === "string" ? took : took.told}`);
    }
    say(
      slow === 0
        ? `each indexed question takes less than ${MOST_MS} ms`
        : `${slow} indexed questions take ${MOST_MS} ms or more`,
    );
    if (slow > 0 || !isProven) process.exitCode = 1;
    if (options.quick) return;
    for (const format of ["jsonl", "csv", "entra-csv"] as const) {
      let bytes = 0;
      const before = process.memoryUsage().rss;
      const ms = await timed(async () => {
        const period = { from: new Date(FROM), to: new Date(at(Math.min(events, 200_000))) };
        for await (const piece of formatOf(format, "bench").write(walk(log, { period })))
          bytes += piece.length;
      });
      const grown = Math.round((process.memoryUsage().rss - before) / 2 ** 20);
      say(
        `export ${format}: ${Math.round(Math.min(events, 200_000) / (ms / 1_000))} events/s, ${Math.round(bytes / 2 ** 20)} MB, memory ${grown} MB more`,
      );
    }
    // What the indexes of questions cost: the same rows once more, with them and without, turn by turn.
    const more = 20_000;
    const added: Record<string, number[]> = { with: [], without: [] };
    for (let round = 0, next = events + 1; round < 6; round++, next += more) {
      const turn = round % 2 === 0 ? "with" : "without";
      await client.query("begin");
      if (turn === "without")
        await client.query("drop index history_actor, history_code, history_attributes");
      added[turn]!.push(await timed(() => client.query(EVENTS, [events, next, next + more - 1])));
      await client.query("rollback");
    }
    const best = (turn: string) => (Math.min(...added[turn]!) / more) * 1_000;
    say(
      `an event more: ${best("with").toFixed(1)} µs with the three indexes, ${best("without").toFixed(1)} µs without`,
    );
  } finally {
    await client.end();
    await pool.end();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "1000000" },
    proof: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
  },
});
bench(Number(values.events), values).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
