import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { ended, firstLine, startProgram } from "../../support/programs.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { isRight, TIMES } from "./late-calls.ts";
import { createRandom, createRandomDirectory } from "./random-directory.ts";

/** How often a worker is stopped and continued, which takes its time: by `npm run test:faults`. */
const STOPS = Number(process.env["LATE_STOPS"] ?? 1);

let env: TestEnvironment;
const programs: ChildProcess[] = [];
afterEach(async () => {
  for (const program of programs.splice(0)) {
    program.kill("SIGKILL");
    await ended(program);
  }
  await env.close();
});

/**
 * Stops it where no transaction of its stands open: one would keep its rows from everybody, which is another
 * matter than calls that land late.
 */
async function freeze(program: ChildProcess): Promise<void> {
  for (;;) {
    program.kill("SIGSTOP");
    const { rows } = await env.pool.query("select now() as stopped");
    const open = async (): Promise<boolean> => {
      const text =
        "select 1 from pg_stat_activity where datname = current_database() and xact_start < $1 and pid <> pg_backend_pid()";
      return (await env.pool.query(text, [rows[0].stopped])).rowCount! > 0;
    };
    // Those of the others end by themselves.
    for (let looks = 0; looks < 50 && (await open()); looks++) await systemClock.sleep(20);
    if (!(await open())) return;
    program.kill("SIGCONT");
    await systemClock.sleep(20);
  }
}

test(
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
      const { rows } = await env.pool.query(
        "select distinct worker from entity_states where lease is not null and intent is not null",
      );
      caught += rows.length > 0 ? 1 : 0;
      for (let n = 0; n < 5; n++) await directory.edit();
      // The others take over what it had, but for what it has locked in a transaction that stands still with
      // it.
      await systemClock.sleep(TIMES.leaseMs * 2);
      for (let n = 0; n < 5; n++) await directory.edit();
      frozen.kill("SIGCONT");
      for (let n = 0; n < 3; n++) await directory.edit();
      await peer.stop(5_000);
    }
    env.startWorker();
    await isRight(env, directory.differences);
    const { rows } = await env.pool.query(
      "select count(*) filter (where code = 'target.late')::int as late, count(*) filter (where outcome = 'unknown')::int as unknown from history",
    );
    if (STOPS > 5)
      process.stdout.write(`${STOPS} stops, ${caught} with calls on their way: ${JSON.stringify(rows[0])}\n`);
  },
  60_000 + STOPS * 30_000,
);
