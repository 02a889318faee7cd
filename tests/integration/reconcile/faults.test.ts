import { readStats } from "../../../src/store/status/figures.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { plainFigures } from "../store/plain-figures.ts";
import { createRandom, createRandomDirectory } from "./random-directory.ts";
import { doubles, mend, seenStrangers, strangers } from "./storm.ts";

/**
 * How many seeds of mixed faults: a few with every test run, 24 with `npm run test:faults`. Each kind alone
 * gets one for every eight of them.
 */
const SEEDS = Number(process.env["FAULT_SEEDS"] ?? 1);
const ALONE = Math.ceil(SEEDS / 8);

const KINDS = [
  "http500",
  "timeout_before",
  "timeout_after_commit",
  "rate_limit",
  "busy",
  "token_expired",
  "slow",
  "permission",
  "quota",
  "ip_ban",
  "global_limit",
] as const;

let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment({ retryBaseMs: 10 });
});
afterEach(() => env.close());

/** Every other seed has two workers, which meet the faults at the same time. */
async function storm(seed: number, kinds: readonly string[]): Promise<void> {
  const random = createRandom(seed);
  const directory = createRandomDirectory(env, random);
  const before = await strangers(env);
  // What DingTalk does with a manager who leaves is not documented.
  await env.control("switches", { managerLeavesDepartment: seed % 3 === 0 ? "refused" : "dropped" });
  for (let n = 0; n < 15; n++) await directory.edit();
  for (let worker = 0; worker <= seed % 2; worker++) env.startWorker();
  for (let n = 0; n < 25; n++) {
    if (random() < 0.5) {
      const fault = kinds[Math.floor(random() * kinds.length)]!;
      await env.control("faults", { fault, times: 1 + Math.floor(random() * 2), delayMs: 5 });
    }
    await directory.edit();
  }
  await mend(env);
  await env.quiet(20_000);
  expect(await directory.differences()).toEqual([]);
  expect(await doubles(env)).toEqual([]);
  expect(await seenStrangers(env)).toEqual(before);
  expect(
    (await env.pool.query("select kind, reason from entity_states where state <> 'inSync'")).rows,
  ).toEqual([]);
  expect(await readStats(env.pool, "dingtalk")).toMatchObject(await plainFigures(env.pool, "dingtalk"));
}

test.each(
  KINDS.flatMap((kind, at) =>
    Array.from({ length: ALONE }, (_, turn) => [kind, 1_000 + 100 * at + turn] as const),
  ),
)(
  "random edits through %s end equal, seed %s",
  async (kind, seed) => {
    await storm(seed, [kind]);
  },
  90_000,
);

test.each(Array.from({ length: SEEDS }, (_, seed) => seed + 1))(
  "random edits through all faults mixed end equal, seed %s",
  async (seed) => {
    await storm(seed, KINDS);
  },
  90_000,
);
