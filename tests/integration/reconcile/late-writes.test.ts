import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { ended, firstLine, startProgram } from "../../support/programs.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { createRandom, createRandomDirectory } from "./random-directory.ts";

/*
 * Calls that land late: their worker was stopped past its lease and continued, or they were held up on the wire. Times are scaled down: a lease is five
 * seconds, a call lives for 5.4. After the next comparison everything is right: no leaver inside, no older value over a newer one, one outcome an intent.
 */

/** How often a worker is stopped and continued, which takes its time and is for `npm run test:faults`, and how many runs have calls held up. */
const STOPS = Number(process.env["LATE_STOPS"] ?? 0);
const SEEDS = Number(process.env["LATE_SEEDS"] ?? 1);

const TIMES = { leaseMs: 5_000, callLifeMs: 5_400 };

let env: TestEnvironment;
const programs: ChildProcess[] = [];
afterEach(async () => {
  for (const program of programs.splice(0)) {
    program.kill("SIGKILL");
    await ended(program);
  }
  await env.close();
});

const compare = () => sweep({ ...env.connect(), clock: systemClock }, "cli", new AbortController().signal);

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await systemClock.sleep(20);
}
const none = async (sql: string): Promise<boolean> => (await env.pool.query(sql)).rows.length === 0;

/** No call is on its way, and none can be any more. */
async function settled(): Promise<void> {
  await until(async () => ((await (await fetch(`${env.dingtalk}/_sim/held`)).json()) as { held: unknown[] }).held.length === 0);
  await until(() => none("select 1 from entity_states where lease is not null or recheck_at is not null"));
  await env.quiet(60_000);
}

/** Stops it where no transaction of its stands open: one would keep its rows from everybody, which is another matter than calls that land late. */
async function freeze(program: ChildProcess): Promise<void> {
  for (;;) {
    program.kill("SIGSTOP");
    const { rows } = await env.pool.query("select now() as stopped");
    const open = async (): Promise<boolean> => {
      const text = "select 1 from pg_stat_activity where datname = current_database() and xact_start < $1 and pid <> pg_backend_pid()";
      return (await env.pool.query(text, [rows[0].stopped])).rowCount! > 0;
    };
    // Those of the others end by themselves.
    for (let looks = 0; looks < 50 && (await open()); looks++) await systemClock.sleep(20);
    if (!(await open())) return;
    program.kill("SIGCONT");
    await systemClock.sleep(20);
  }
}

async function brokenIntents(): Promise<unknown> {
  const { rows } = await env.pool.query(
    `select i.id, count(o.id)::int as outcomes from history i left join history o on o.code = 'target.outcome' and o.causes @> array[i.id]
      where i.code = 'target.intent' group by 1 having count(o.id) <> 1`,
  );
  return rows;
}

async function isRight(differences: () => Promise<readonly string[]>): Promise<void> {
  await settled();
  await compare();
  await settled();
  expect(await differences()).toEqual([]);
  expect(await brokenIntents()).toEqual([]);
}

const onRequest = STOPS > 0 ? test : test.skip;
onRequest(
  `a worker that is stopped past its lease and continued, ${STOPS} times`,
  async () => {
    env = await openTestEnvironment({ retryBaseMs: 20, qps: 40, times: TIMES });
    await env.control("latency", { minMs: 0, maxMs: 120 });
    const random = createRandom(STOPS);
    const directory = createRandomDirectory(env, random);
    const frozen = startProgram(join(__dirname, "worker-process.ts"), [
      env.databaseUrl,
      env.dingtalk,
      String(TIMES.leaseMs),
      String(TIMES.callLifeMs),
      "40",
    ]);
    programs.push(frozen);
    expect(await firstLine(frozen)).toBe("ready");
    for (let n = 0; n < 15; n++) await directory.edit();
    let caught = 0;
    for (let stop = 0; stop < STOPS; stop++) {
      const peer = env.startWorker();
      for (let n = 0; n < 10; n++) await directory.edit();
      await systemClock.sleep(random() * 200);
      await freeze(frozen);
      const { rows } = await env.pool.query("select distinct worker from entity_states where lease is not null and intent is not null");
      caught += rows.length > 0 ? 1 : 0;
      for (let n = 0; n < 5; n++) await directory.edit();
      // The others take over what it had, but for what it has locked in a transaction that stands still with it.
      await systemClock.sleep(TIMES.leaseMs * 2);
      for (let n = 0; n < 5; n++) await directory.edit();
      frozen.kill("SIGCONT");
      for (let n = 0; n < 3; n++) await directory.edit();
      await peer.stop(5_000);
    }
    env.startWorker();
    await isRight(directory.differences);
    const { rows } = await env.pool.query(
      "select count(*) filter (where code = 'target.late')::int as late, count(*) filter (where outcome = 'unknown')::int as unknown from history",
    );
    if (STOPS > 5) process.stdout.write(`${STOPS} stops, ${caught} with calls on their way: ${JSON.stringify(rows[0])}\n`);
  },
  60_000 + STOPS * 30_000,
);

test.each(Array.from({ length: SEEDS }, (_, seed) => seed + 1))(
  "calls held up on the wire end equal, seed %s",
  async (seed) => {
    env = await openTestEnvironment({ retryBaseMs: 10, times: TIMES, timeoutMs: 300 });
    const random = createRandom(500 + seed);
    const directory = createRandomDirectory(env, random);
    for (let n = 0; n < 10; n++) await directory.edit();
    for (let worker = 0; worker <= seed % 2; worker++) env.startWorker();
    for (let n = 0; n < 30; n++) {
      if (random() < 0.4) {
        const match = ["/topapi/v2/user/", "/topapi/v2/department/", "/role/", "/topapi/v2/user/create"][Math.floor(random() * 4)]!;
        // One second to ten minutes, in scale.
        const delayMs = 4 + Math.floor(random() ** 2 * 2_000);
        await env.control("faults", { match, fault: random() < 0.5 ? "late" : "late_unanswered", times: 1, delayMs });
      }
      await directory.edit();
      if (random() < 0.3) await systemClock.sleep(random() * 300);
    }
    await env.control("faults", {});
    await isRight(directory.differences);
  },
  120_000,
);
