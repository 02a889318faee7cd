import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/core/clock.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { migrate, migrateQueue } from "../../src/database/migrate.ts";
import { compileMapping } from "../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../src/mapping/file/default-mapping.ts";
import { compilePolicy } from "../../src/policy/compile.ts";
import type { ReconcilerDeps } from "../../src/reconcile/run/deps.ts";
import { createReconciler } from "../../src/reconcile/run/reconciler.ts";
import { createReconcileStore } from "../../src/store/create.ts";
import { createPool, type Pool } from "../../src/store/postgres/pool.ts";
import { createRateLimiter } from "../../src/store/target/limiter.ts";
import { createSharedToken } from "../../src/store/target/shared-token.ts";
import { createDingTalkTarget } from "../../src/targets/dingtalk/index.ts";
import { testVault } from "../support/vault.ts";
import { cpuMsWithChildren } from "./processes.ts";
import { onStage, runBench, type Stage, withDatabase } from "./stage.ts";

/*
 * What the limits of the policy cost the loop: runs whose beginning is counted, and the same runs without any
 * counting, turn by turn in one database, against a simulator without limits.
 *   npm run build && node tests/support/run-typescript.cjs tests/bench/guard.ts --people 2000 --rounds 6
 */

const { values } = parseArgs({
  options: { people: { type: "string", default: "2000" }, rounds: { type: "string", default: "6" } },
});
const people = Number(values.people);
const rounds = Number(values.rounds);

const TARGET = "dingtalk";
/** As many as a process without a rate has at a time. */
const SIDE_BY_SIDE = 128;
/** The bar: what is counted costs so little more. */
const BAR = 1.03;
/** The built-in limits, but nobody is held for being removed: what is measured is to happen. */
const POLICY =
  "version: 1\nlimits: { peopleRemoved: { atLeast: 1000000 }, sourceCollapsed: { percent: 100, people: 10000000 } }";

const PEOPLE = `
  insert into users (id, source_id, active, user_name, user_name_key, document, created_at, modified_at)
  select gen_random_uuid(), s.id, true, 'u' || n, 'u' || n, json_build_object('userName', 'u' || n, 'displayName', 'Person ' || n, 'active', true, 'title', 'Clerk',
      'phoneNumbers', json_build_array(json_build_object('type', 'mobile', 'value', '+852 6' || (2000000 + n)))), now(), now()
    from sources s, generate_series(1, $1::int) n`;
const DUE = `
  insert into entity_states as s (target, kind, entity_id, state, priority, next_at) select '${TARGET}', 'user', id, 'due', 2, now() from users
  on conflict (target, kind, entity_id) do update set state = 'due', next_at = now(), desired_generation = s.desired_generation + 1`;
const withField = (field: string, value: string): string =>
  `update users set document = jsonb_set(document::jsonb, '{${field}}', ${value})::json, modified_at = now()`;

/** What is asked of everybody, one after the other; `$round` makes each round another one. */
const WORKLOADS: readonly (readonly [name: string, change: string])[] = [
  ["a title of one's own", withField("title", "to_jsonb('Title $round of ' || user_name)")],
  [
    "one of fifty titles",
    withField("title", "to_jsonb('Title $round.' || (substr(user_name, 2)::int % 50))"),
  ],
  ["nothing differs", "select 1"],
  ["removed", `${withField("active", "'false'")}, active = false`],
  ["created", `${withField("active", "'true'")}, active = true`],
];

interface Cost {
  readonly seconds: number;
  readonly cpuMs: number;
  readonly databaseMs: number;
}

async function guard(stage: Stage): Promise<number> {
  const url = await stage.database("guard");
  const connection = { connectionString: url, logger: silentLogger };
  await migrateQueue(connection);
  await migrate({ ...connection, directory: join(__dirname, "..", "..", "prisma", "migrations") });
  const pool = createPool({ url, max: 6, logger: silentLogger });
  const { address } = await stage.simulator(0);
  const store = createReconcileStore(pool, TARGET, { vault: testVault });
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
      limiter: createRateLimiter(pool, systemClock, { target: TARGET, perSecond: 0, burst: 0 }),
      tokens: createSharedToken(pool, TARGET, systemClock),
    },
  );
  const uncounted: ReconcilerDeps["store"] = {
    ...store,
    beginSetting: async (claim, intent) => ((await store.begin(claim, intent, undefined)) ? "begun" : "lost"),
    beginGuarded: async ({ claim, intent }) => ({
      kind: (await store.begin(claim, intent, undefined)) ? "begun" : "lost",
    }),
  };
  const rules = {
    target,
    mapping: compileMapping(DEFAULT_MAPPING),
    policy: compilePolicy(POLICY),
    mode: "sync",
  } as const;
  const reconcilerOf = (kept: ReconcilerDeps["store"]) =>
    createReconciler({
      ...rules,
      store: kept,
      clock: systemClock,
      logger: silentLogger,
      random: Math.random,
    });
  const ways = { on: reconcilerOf(store), off: reconcilerOf(uncounted) };
  const ask = (change: string, round: number) =>
    withDatabase(url, async (client) => {
      await client.query(change.replaceAll("$round", String(round)));
      // As if the rounds were days apart, and everybody had been there for long.
      await client.query("delete from guard_acts");
      await client.query("delete from guard_values");
      await client.query("update links set created_at = created_at - interval '2 days'");
      await client.query("vacuum analyze");
      await client.query(DUE);
    });

  async function drained(way: keyof typeof ways): Promise<Cost> {
    const [beginMs, cpu, database] = [
      systemClock.monotonicMs(),
      process.cpuUsage(),
      cpuMsWithChildren(stage.postgresPid),
    ];
    const signal = new AbortController().signal;
    let runs = 0;
    for (
      let claims = await store.claim(SIDE_BY_SIDE);
      claims.length > 0;
      claims = await store.claim(SIDE_BY_SIDE)
    ) {
      await Promise.all(claims.map((claim) => ways[way](claim, signal)));
      runs += claims.length;
    }
    const { user, system } = process.cpuUsage(cpu);
    const cost = {
      seconds: (systemClock.monotonicMs() - beginMs) / 1_000,
      cpuMs: (user + system) / 1_000,
      databaseMs: cpuMsWithChildren(stage.postgresPid) - database,
    };
    await everybodyIsInSync(pool, runs);
    return cost;
  }

  try {
    await store.keepAlive([]);
    await withDatabase(url, async (client) => {
      await client.query("insert into sources (id, name) values (gen_random_uuid(), 'bench')");
      await client.query(PEOPLE, [people]);
    });
    await ask("select 1", 0);
    await drained("off");
    const costs = new Map(WORKLOADS.map(([name]) => [name, { on: [] as Cost[], off: [] as Cost[] }]));
    // What the first round of each does is thrown away, and who goes first changes.
    for (let round = 0; round <= rounds; round++)
      for (const way of round % 2 === 0 ? (["off", "on"] as const) : (["on", "off"] as const))
        for (const [name, change] of WORKLOADS) {
          await ask(change, round * 2 + (way === "on" ? 1 : 0));
          const cost = await drained(way);
          if (round > 0) costs.get(name)![way].push(cost);
        }
    return [...costs].map(([name, cost]) => report(name, cost)).every((ratio) => ratio <= BAR) ? 0 : 1;
  } finally {
    target.close();
    await store.close();
    await pool.end();
  }
}

async function everybodyIsInSync(pool: Pool, runs: number): Promise<void> {
  const { rows } = await pool.query("select count(*)::int as n from entity_states where state <> 'inSync'");
  if (runs < people || rows[0].n > 0)
    throw new Error(`${runs} runs, ${rows[0].n} of ${people} are not in sync`);
}

/** Answers what the counted runs cost, as a share of the others. */
function report(name: string, { on, off }: Readonly<Record<"on" | "off", readonly Cost[]>>): number {
  const median = (costs: readonly Cost[], of: keyof Cost): number =>
    costs.map((cost) => cost[of]).sort((a, b) => a - b)[costs.length >> 1]!;
  const each = (costs: readonly Cost[]): string =>
    `${Math.round(people / median(costs, "seconds"))}/s, ${(median(costs, "cpuMs") / people).toFixed(3)} ms of CPU here and ${(median(costs, "databaseMs") / people).toFixed(3)} ms of PostgreSQL's each`;
  const total = (costs: readonly Cost[]): number => median(costs, "cpuMs") + median(costs, "databaseMs");
  const ratio = total(on) / total(off);
  const rate = median(off, "seconds") / median(on, "seconds");
  process.stdout.write(
    `${name}: counted ${each(on)}; not counted ${each(off)}; rate ${rate.toFixed(3)}, CPU ${ratio.toFixed(3)} of it\n`,
  );
  return ratio;
}

runBench(() => onStage(guard));
