import { sharedReading } from "../../../src/store/status/shared-reading.ts";
import { createManualClock } from "../simulator/manual-clock.ts";

/** Readings that end when they are told to; each is worth its number. */
function slowly() {
  const clock = createManualClock();
  const ends: { resolve(): void; reject(error: Error): void }[] = [];
  const get = sharedReading(
    () =>
      new Promise<number>((resolve, reject) => {
        const number = ends.length + 1;
        ends.push({ resolve: () => resolve(number), reject });
      }),
    clock,
  );
  return { get, clock, ends };
}

test("whoever asks while one is under way shares the next, which begins after it", async () => {
  const { get, ends } = slowly();
  const first = get();
  const others = [get(), get(), get()];
  expect(ends).toHaveLength(1);
  ends[0]!.resolve();
  expect(await first).toBe(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(ends).toHaveLength(2);
  ends[1]!.resolve();
  expect(await Promise.all(others)).toEqual([2, 2, 2]);
});

test("a quick one is not given out again", async () => {
  const { get, clock, ends } = slowly();
  for (const number of [1, 2]) {
    const asked = get();
    await clock.advance(500);
    ends[number - 1]!.resolve();
    expect(await asked).toBe(number);
  }
});

test("a long one is, for 19 times as long as it took, also to those who waited", async () => {
  const { get, clock, ends } = slowly();
  const asked = [get(), get()];
  await clock.advance(1_000);
  ends[0]!.resolve();
  expect(await Promise.all(asked)).toEqual([1, 1]);
  await clock.advance(18_999);
  expect(await get()).toBe(1);
  await clock.advance(1);
  const again = get();
  ends[1]!.resolve();
  expect(await again).toBe(2);
});

test("a failure is told to those who asked for it, and the next try is a new one", async () => {
  const { get, clock, ends } = slowly();
  const asked = get();
  const waiting = get();
  await clock.advance(5_000);
  ends[0]!.reject(new Error("the database is away"));
  await expect(asked).rejects.toThrow("the database is away");
  await new Promise((resolve) => setImmediate(resolve));
  ends[1]!.resolve();
  expect(await waiting).toBe(2);
});
