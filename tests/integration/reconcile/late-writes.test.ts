import { systemClock } from "../../../src/core/clock.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { isRight, TIMES } from "./late-calls.ts";
import { createRandom, createRandomDirectory } from "./random-directory.ts";

/** Runs that have calls held up on the wire. */
const SEEDS = Number(process.env["LATE_SEEDS"] ?? 1);

let env: TestEnvironment;
afterEach(() => env.close());

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
        const match = ["/topapi/v2/user/", "/topapi/v2/department/", "/role/", "/topapi/v2/user/create"][
          Math.floor(random() * 4)
        ]!;
        // One second to ten minutes, in scale.
        const delayMs = 4 + Math.floor(random() ** 2 * 2_000);
        await env.control("faults", {
          match,
          fault: random() < 0.5 ? "late" : "late_unanswered",
          times: 1,
          delayMs,
        });
      }
      await directory.edit();
      if (random() < 0.3) await systemClock.sleep(random() * 300);
    }
    await env.control("faults", {});
    await isRight(env, directory.differences);
  },
  120_000,
);
