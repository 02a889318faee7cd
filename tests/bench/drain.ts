import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/core/clock.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { startEmbeddedPostgres } from "../../src/database/embedded/embedded.ts";
import { migrate, migrateQueue } from "../../src/database/migrate.ts";
import { createGroupDirectory } from "../../src/directory/groups.ts";
import { createUserDirectory } from "../../src/directory/users.ts";
import { compileMapping } from "../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../src/mapping/file/default-mapping.ts";
import { createWorker } from "../../src/reconcile/process/worker.ts";
import { createReconciler } from "../../src/reconcile/run/reconciler.ts";
import { readGroup, readUser } from "../../src/scim/resource/resource.ts";
import { createSimulator } from "../../src/simulator/server.ts";
import { createDirectoryStore, createReconcileStore } from "../../src/store/create.ts";
import { createPool, type Pool } from "../../src/store/postgres/pool.ts";
import { createRateLimiter } from "../../src/store/target/limiter.ts";
import { createSharedToken } from "../../src/store/target/shared-token.ts";
import { createDingTalkTarget } from "../../src/targets/dingtalk/index.ts";
import { raisedPolicy } from "../support/policies.ts";
import { temporaryRoot } from "../support/temporary-root.ts";
import { testVault } from "../support/vault.ts";

/*
 * How fast the worker empties its queue against a simulator without limits in a process of its own, and what
 * a claim costs with a long queue:
 *   node tests/support/run-typescript.cjs tests/bench/drain.ts --people 4000 --concurrency 128
 * Two drains: the first load, where every person costs a call, and one after everybody was marked, where
 * nothing differs and no call is made. CPU is told for the worker (this process), for PostgreSQL (all its
 * processes) and for the simulator. `--groups` puts people into departments and gives them managers;
 * `--statements` lists what the database spent its time on.
 */

const TARGET = "dingtalk";
const CLAIM_ROUNDS = 200;
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

interface Options {
  readonly people: number;
  readonly groups: number;
  readonly concurrency: number;
  readonly backlog: readonly number[];
  readonly statements: boolean;
}

async function bench({ people, groups, concurrency, backlog, statements }: Options): Promise<void> {
  const folder = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-drain-"));
  const settings = statements ? { shared_preload_libraries: "pg_stat_statements" } : {};
  const postgres = await startEmbeddedPostgres({ dataDir: folder, logger: silentLogger, settings });
  const simulator = fork(process.argv[1]!, ["--simulator"], {
    execArgv: [join(__dirname, "..", "support", "run-typescript.cjs")],
  });
  const pool = createPool({ url: postgres.url, max: 16, logger: silentLogger });
  try {
    const connection = { connectionString: postgres.url, logger: silentLogger };
    await migrateQueue(connection);
    await migrate({ ...connection, directory: join(__dirname, "..", "..", "prisma", "migrations") });
    if (statements) await pool.query("create extension pg_stat_statements");
    const address = await new Promise<string>((resolve) =>
      simulator.once("message", (url) => resolve(String(url))),
    );
    for (const waiting of backlog) await claimCost(pool, waiting);
    await addPeople(pool, people, groups);
    const { rows } = await pool.query<{ pid: number }>("select pg_backend_pid() as pid");
    const cpu = cpuMeter(parentOf(rows[0]!.pid), simulator.pid!);
    const drained = { pool, address, concurrency, statements, cpu };
    await drain("first load", drained);
    await createReconcileStore(pool, TARGET, { vault: testVault }).markAll([randomUUID()]);
    await drain("nothing differs", drained);
  } finally {
    simulator.kill();
    await pool.end();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function claimCost(pool: Pool, waiting: number): Promise<void> {
  await pool.query(
    `insert into entity_states (target, kind, entity_id, state, next_at) select 'other', 'user', gen_random_uuid(), 'due', now() - random() * interval '1 hour' from generate_series(1, $1::int)`,
    [waiting],
  );
  await pool.query("analyze entity_states");
  const store = createReconcileStore(pool, "other", { vault: testVault });
  const startedMs = systemClock.monotonicMs();
  for (let n = 0; n < CLAIM_ROUNDS; n++) for (const claim of await store.claim(1)) await store.release(claim);
  const each = (systemClock.monotonicMs() - startedMs) / CLAIM_ROUNDS;
  const nextStartedMs = systemClock.monotonicMs();
  for (let n = 0; n < CLAIM_ROUNDS; n++) await store.nextDueMs();
  const next = (systemClock.monotonicMs() - nextStartedMs) / CLAIM_ROUNDS;
  process.stdout.write(
    `${waiting} waiting: claim and release ${each.toFixed(2)} ms, next due ${next.toFixed(2)} ms\n`,
  );
  await pool.query("truncate entity_states");
}

async function addPeople(pool: Pool, count: number, groups: number): Promise<void> {
  const sourceId = randomUUID();
  await pool.query("insert into sources (id, name) values ($1, 'bench')", [sourceId]);
  const deps = { store: createDirectoryStore(pool, [TARGET], testVault), clock: systemClock };
  const users = createUserDirectory(deps);
  const context = { sourceId, actor: "token:bench", requestId: randomUUID() };
  const ids: string[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) {
      const phone = String(51_000_000 + n);
      const { id } = await users.create(
        context,
        readUser({
          userName: `user${n}@example.com`,
          externalId: `person-${n}`,
          displayName: `Person ${n}`,
          title: "Clerk",
          active: true,
          emails: [{ type: "work", value: `user${n}@example.com` }],
          phoneNumbers: [{ type: "mobile", value: `+852 ${phone.slice(0, 4)} ${phone.slice(4)}` }],
          ...(groups > 0 && n > 0
            ? { [ENTERPRISE]: { manager: { value: `person-${Math.floor((n - 1) / 10)}` } } }
            : {}),
        }),
      );
      ids[n] = id;
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  for (let group = 0; group < groups; group++) {
    const members = ids.filter((_, n) => n % groups === group);
    const { content } = readGroup({ displayName: `Department ${group}` });
    await createGroupDirectory(deps).create(context, content, members);
  }
}

interface Drained {
  readonly pool: Pool;
  readonly address: string;
  readonly concurrency: number;
  readonly statements: boolean;
  readonly cpu: () => Cpu;
}

async function drain(what: string, { pool, address, concurrency, statements, cpu }: Drained): Promise<void> {
  const own = createPool({ url: pool.options.connectionString!, max: 8, logger: silentLogger });
  const store = createReconcileStore(own, TARGET, { vault: testVault });
  const target = createDingTalkTarget(
    {
      appKey: "sandbox",
      appSecret: "sandbox",
      corpId: "dingsandbox",
      oapiUrl: address,
      apiUrl: address,
      qps: 0,
    },
    {
      clock: systemClock,
      limiter: createRateLimiter(own, systemClock, { target: TARGET, perSecond: 0, burst: 0 }),
      tokens: createSharedToken(own, TARGET, systemClock),
    },
  );
  const deps = {
    store,
    target,
    policy: raisedPolicy,
    mapping: compileMapping(DEFAULT_MAPPING),
    mode: "sync" as const,
    clock: systemClock,
    logger: silentLogger,
  };
  const worker = createWorker({
    store,
    reconcile: createReconciler({ ...deps, random: Math.random }),
    clock: systemClock,
    logger: silentLogger,
    concurrency,
  });
  const count = async (states: string): Promise<number> => {
    const { rows } = await pool.query<{ n: number }>(
      `select count(*) as n from entity_states where target = $1 and ${states}`,
      [TARGET],
    );
    return rows[0]!.n;
  };

  if (statements) await pool.query("select pg_stat_statements_reset()");
  const entities = await count("state = 'due'");
  const callsBefore = await callsOf(address);
  const before = cpu();
  const startedMs = systemClock.monotonicMs();
  worker.start();
  while ((await count("state <> 'inSync'")) > 0) await systemClock.sleep(100);
  const seconds = (systemClock.monotonicMs() - startedMs) / 1_000;
  const after = cpu();
  await worker.stop(1_000);
  target.close();
  await own.end();
  const each = (name: keyof Cpu): string => ((after[name] - before[name]) / entities).toFixed(2);
  process.stdout.write(
    `${what}: ${entities} entities in ${seconds.toFixed(1)} s, ${Math.round(entities / seconds)} a second; CPU ms each: worker ${each("worker")}, ` +
      `PostgreSQL ${each("postgres")}, simulator ${each("simulator")}; ${(await callsOf(address)) - callsBefore} calls\n`,
  );
  if (statements) await printStatements(pool, entities);
}

async function callsOf(address: string): Promise<number> {
  const { calls } = (await (await fetch(`${address}/_sim/calls`)).json()) as {
    calls: Record<string, { count: number }>;
  };
  return Object.values(calls).reduce((sum, { count }) => sum + count, 0);
}

async function printStatements(pool: Pool, entities: number): Promise<void> {
  const { rows } = await pool.query<{ query: string; calls: number; ms: number; hit: number; rows: number }>(
    `select query, calls, total_exec_time + total_plan_time as ms, shared_blks_hit as hit, rows from pg_stat_statements order by ms desc limit 20`,
  );
  for (const { query, calls, ms, hit, rows: answered } of rows) {
    const text = query.replace(/\s+/g, " ").slice(0, 110);
    process.stdout.write(
      `  ${(ms / entities).toFixed(3)} ms each, ${calls} times, ${answered} rows, ${Math.round(hit / entities)} blocks each: ${text}\n`,
    );
  }
}

/** Milliseconds of CPU since the process began. */
interface Cpu {
  readonly worker: number;
  readonly postgres: number;
  readonly simulator: number;
}

/** Linux only: elsewhere other processes count as nothing. */
function cpuMeter(postmaster: number, simulator: number): () => Cpu {
  return () => {
    const { user, system } = process.cpuUsage();
    const backends = processIds().filter((pid) => parentOf(pid) === postmaster);
    const server = backends.reduce((sum, pid) => sum + ticksOf(pid, 2), 0) + ticksOf(postmaster, 4);
    return {
      worker: (user + system) / 1_000,
      postgres: server * MS_PER_TICK,
      simulator: ticksOf(simulator, 2) * MS_PER_TICK,
    };
  };
}

const MS_PER_TICK = 10;

const processIds = (): number[] => {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
};

/** Fields of /proc/PID/stat after the name, which may hold spaces; none when the process is gone. */
function statOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
  } catch {
    return [];
  }
}

const parentOf = (pid: number): number => statOf(pid)[1] ?? 0;

/** User and system time; with four, those of its ended children as well. */
const ticksOf = (pid: number, counters: 2 | 4): number =>
  statOf(pid)
    .slice(11, 11 + counters)
    .reduce((sum, ticks) => sum + ticks, 0);

async function simulate(): Promise<void> {
  const { url } = await createSimulator({ qps: 0 }).start();
  process.send!(url);
}

const { values } = parseArgs({
  options: {
    people: { type: "string", default: "5000" },
    groups: { type: "string", default: "0" },
    concurrency: { type: "string", default: "128" },
    backlog: { type: "string", default: "1000,100000" },
    statements: { type: "boolean", default: false },
    simulator: { type: "boolean", default: false },
  },
});
if (values.simulator) void simulate();
else
  void bench({
    people: Number(values.people),
    groups: Number(values.groups),
    concurrency: Number(values.concurrency),
    backlog: values.backlog.split(",").filter(Boolean).map(Number),
    statements: values.statements,
  });
