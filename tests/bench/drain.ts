import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type pg from "pg";
import { systemClock } from "../../src/core/clock.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { startEmbeddedPostgres } from "../../src/database/embedded.ts";
import { migrate, migrateQueue } from "../../src/database/migrate.ts";
import { createUserDirectory } from "../../src/directory/users.ts";
import { compileMapping } from "../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../src/mapping/default-mapping.ts";
import { createReconciler } from "../../src/reconcile/reconciler.ts";
import { createWorker } from "../../src/reconcile/worker.ts";
import { readUser } from "../../src/scim/resource.ts";
import { createSimulator } from "../../src/simulator/server.ts";
import { createDirectoryStore, createReconcileStore } from "../../src/store/create.ts";
import { createRateLimiter } from "../../src/store/limiter.ts";
import { createPool } from "../../src/store/postgres.ts";
import { createSharedToken } from "../../src/store/shared-token.ts";
import { createDingTalkTarget } from "../../src/targets/dingtalk/index.ts";
import { temporaryRoot } from "../support/temporary-root.ts";

/*
 * How fast the worker empties its queue against a simulator without limits in a process of its own, and what a claim costs with a long queue:
 *   node tests/support/run-typescript.cjs tests/bench/drain.ts --people 5000 --concurrency 64
 */

const TARGET = "dingtalk";
const CLAIM_ROUNDS = 200;

interface Options {
  readonly people: number;
  readonly concurrency: number;
  readonly backlog: readonly number[];
}

async function bench({ people, concurrency, backlog }: Options): Promise<void> {
  const folder = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-drain-"));
  const postgres = await startEmbeddedPostgres({ dataDir: folder, logger: silentLogger });
  const simulator = fork(process.argv[1]!, ["--simulator"], { execArgv: [join(__dirname, "..", "support", "run-typescript.cjs")] });
  const pool = createPool({ url: postgres.url, max: 16, logger: silentLogger });
  try {
    const connection = { connectionString: postgres.url, logger: silentLogger };
    await migrateQueue(connection);
    await migrate({ ...connection, directory: join(__dirname, "..", "..", "prisma", "migrations") });
    const address = await new Promise<string>((resolve) => simulator.once("message", (url) => resolve(String(url))));
    for (const waiting of backlog) await claimCost(pool, waiting);
    await addPeople(pool, people);
    await drain(pool, address, people, concurrency);
  } finally {
    simulator.kill();
    await pool.end();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function claimCost(pool: pg.Pool, waiting: number): Promise<void> {
  await pool.query(
    `insert into entity_states (target, kind, entity_id, state, next_at) select 'other', 'user', gen_random_uuid(), 'due', now() - random() * interval '1 hour' from generate_series(1, $1::int)`,
    [waiting],
  );
  await pool.query("analyze entity_states");
  const store = createReconcileStore(pool, "other");
  const startedMs = systemClock.monotonicMs();
  for (let n = 0; n < CLAIM_ROUNDS; n++) for (const claim of await store.claim(1)) await store.release(claim);
  const each = (systemClock.monotonicMs() - startedMs) / CLAIM_ROUNDS;
  const nextStartedMs = systemClock.monotonicMs();
  for (let n = 0; n < CLAIM_ROUNDS; n++) await store.nextDueMs();
  const next = (systemClock.monotonicMs() - nextStartedMs) / CLAIM_ROUNDS;
  process.stdout.write(`${waiting} waiting: claim and release ${each.toFixed(2)} ms, next due ${next.toFixed(2)} ms\n`);
  await pool.query("truncate entity_states");
}

async function addPeople(pool: pg.Pool, count: number): Promise<void> {
  const sourceId = randomUUID();
  await pool.query("insert into sources (id, name) values ($1, 'bench')", [sourceId]);
  const users = createUserDirectory({ store: createDirectoryStore(pool, [TARGET]), clock: systemClock });
  const context = { sourceId, actor: "token:bench", requestId: randomUUID() };
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) {
      const phone = String(51_000_000 + n);
      await users.create(
        context,
        readUser({
          userName: `user${n}@example.com`,
          displayName: `Person ${n}`,
          title: "Clerk",
          active: true,
          emails: [{ type: "work", value: `user${n}@example.com` }],
          phoneNumbers: [{ type: "mobile", value: `+852 ${phone.slice(0, 4)} ${phone.slice(4)}` }],
        }),
      );
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
}

async function drain(pool: pg.Pool, address: string, people: number, concurrency: number): Promise<void> {
  const own = createPool({ url: pool.options.connectionString!, max: 8, logger: silentLogger });
  const store = createReconcileStore(own, TARGET);
  const target = createDingTalkTarget(
    { appKey: "sandbox", appSecret: "sandbox", corpId: "dingsandbox", oapiUrl: address, apiUrl: address, qps: 0 },
    {
      clock: systemClock,
      limiter: createRateLimiter(own, systemClock, { target: TARGET, perSecond: 0, burst: 0 }),
      tokens: createSharedToken(own, TARGET, () => systemClock.monotonicMs()),
    },
  );
  const deps = { store, target, mapping: compileMapping(DEFAULT_MAPPING), mode: "sync" as const, clock: systemClock, logger: silentLogger };
  const worker = createWorker({
    store,
    reconcile: createReconciler({ ...deps, random: Math.random }),
    clock: systemClock,
    logger: silentLogger,
    concurrency,
  });

  const cpu = process.cpuUsage();
  const startedMs = systemClock.monotonicMs();
  worker.start();
  for (;;) {
    const { rows } = await pool.query("select count(*)::int as n from entity_states where state <> 'inSync'");
    if (rows[0].n === 0) break;
    await systemClock.sleep(100);
  }
  const seconds = (systemClock.monotonicMs() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await worker.stop(1_000);
  target.close();
  await own.end();
  const { calls } = (await (await fetch(`${address}/_sim/calls`)).json()) as { calls: Record<string, { count: number }> };
  const made = Object.values(calls).reduce((sum, { count }) => sum + count, 0);
  process.stdout.write(
    `${people} people in ${seconds.toFixed(1)} s: ${Math.round(people / seconds)} a second, ${((user + system) / 1_000 / people).toFixed(2)} ms CPU each, ${made} calls\n`,
  );
}

async function simulate(): Promise<void> {
  const { url } = await createSimulator({ qps: 0 }).start();
  process.send!(url);
}

const { values } = parseArgs({
  options: {
    people: { type: "string", default: "5000" },
    concurrency: { type: "string", default: "64" },
    backlog: { type: "string", default: "1000,100000" },
    simulator: { type: "boolean", default: false },
  },
});
if (values.simulator) void simulate();
else
  void bench({
    people: Number(values.people),
    concurrency: Number(values.concurrency),
    backlog: values.backlog.split(",").filter(Boolean).map(Number),
  });
