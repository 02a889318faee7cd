import { systemClock } from "../../../src/core/clock.ts";
import { createBell } from "../../../src/reconcile/process/bell.ts";

const HOUR_MS = 3_600_000;
/** Whether it has ended after some turns of the event loop. */
const rests = async (rest: Promise<void>): Promise<"ended" | "rests"> => {
  const turns = async () => {
    for (let n = 0; n < 5; n++) await new Promise<void>((resolve) => setImmediate(resolve));
    return "rests" as const;
  };
  return Promise.race([rest.then(() => "ended" as const), turns()]);
};

test("a ring ends the rest", async () => {
  const { ring, rest } = createBell(systemClock);
  const resting = rest(HOUR_MS);
  expect(await rests(resting)).toBe("rests");
  ring();
  expect(await rests(resting)).toBe("ended");
});

test("a ring that nobody heard ends the next rest, and no other", async () => {
  const { ring, rest } = createBell(systemClock);
  ring();
  expect(await rests(rest(HOUR_MS))).toBe("ended");
  expect(await rests(rest(HOUR_MS))).toBe("rests");
});

test("the end of the time ends it", async () => {
  const { rest } = createBell(systemClock);
  await expect(rest(1)).resolves.toBeUndefined();
});

test("an aborted signal ends it, also one that was aborted before", async () => {
  const { rest } = createBell(systemClock);
  const stopping = new AbortController();
  const resting = rest(HOUR_MS, stopping.signal);
  expect(await rests(resting)).toBe("rests");
  stopping.abort();
  expect(await rests(resting)).toBe("ended");
  expect(await rests(rest(HOUR_MS, stopping.signal))).toBe("ended");
});
