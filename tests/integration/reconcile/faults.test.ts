import { readFigures } from "../../../src/store/status/figures.ts";
import { type House, openHouse } from "../../support/house.ts";
import { plainFigures } from "../store/plain-figures.ts";
import { createRandom, createRandomDirectory } from "./random-directory.ts";
import { doubles, mend, seenStrangers, strangers } from "./storm.ts";

/** How many seeds of mixed faults: a few with every test run, 24 with `npm run test:faults`. Each kind alone gets one for every eight of them. */
const SEEDS = Number(process.env["FAULT_SEEDS"] ?? 2);
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

let house: House;
beforeEach(async () => {
  house = await openHouse({ retryBaseMs: 10 });
});
afterEach(() => house.close());

/** Every other seed has two workers, which meet the faults at the same time. */
async function storm(seed: number, kinds: readonly string[]): Promise<void> {
  const random = createRandom(seed);
  const directory = createRandomDirectory(house, random);
  const before = await strangers(house);
  // What DingTalk does with a manager who leaves is not documented.
  await house.control("switches", { managerLeavesDepartment: seed % 3 === 0 ? "refused" : "dropped" });
  for (let n = 0; n < 15; n++) await directory.edit();
  for (let worker = 0; worker <= seed % 2; worker++) house.startWorker();
  for (let n = 0; n < 25; n++) {
    if (random() < 0.5) {
      const fault = kinds[Math.floor(random() * kinds.length)]!;
      await house.control("faults", { fault, times: 1 + Math.floor(random() * 2), delayMs: 5 });
    }
    await directory.edit();
  }
  await mend(house);
  await house.quiet(20_000);
  expect(await directory.differences()).toEqual([]);
  expect(await doubles(house)).toEqual([]);
  expect(await seenStrangers(house)).toEqual(before);
  expect((await house.pool.query("select kind, reason from entity_states where state <> 'inSync'")).rows).toEqual([]);
  expect(await readFigures(house.pool, "dingtalk")).toMatchObject(await plainFigures(house.pool, "dingtalk"));
}

test.each(KINDS.flatMap((kind, at) => Array.from({ length: ALONE }, (_, turn) => [kind, 1_000 + 100 * at + turn] as const)))(
  "random edits through %s end equal, seed %s",
  async (kind, seed) => {
    await storm(seed, [kind]);
  },
);

test.each(Array.from({ length: SEEDS }, (_, seed) => seed + 1))(
  "random edits through all faults mixed end equal, seed %s",
  async (seed) => {
    await storm(seed, KINDS);
  },
);
