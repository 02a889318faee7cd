import { createClientShare, type Turn } from "../../../src/http/connection/client-share.ts";
import { TooManyRequests } from "../../../src/http/errors.ts";
import { createManualClock } from "../simulator/manual-clock.ts";

const open = (running: number) => {
  const clock = createManualClock();
  return { clock, share: createClientShare(clock, running) };
};
const wentOn = async ({ granted }: Turn): Promise<boolean> => {
  const state = await Promise.race([granted, Promise.resolve("waits")]);
  return state !== "waits";
};

test("a client runs so many at once; the next waits for one to end, in order; others are not held up", async () => {
  const { share } = open(2);
  const turns = Array.from({ length: 4 }, () => share.enter("a"));
  expect(turns.map(({ granted }) => granted === undefined)).toEqual([true, true, false, false]);
  expect(share.enter("b").granted).toBeUndefined();
  turns[0]!.end();
  await turns[2]!.granted;
  expect(await wentOn(turns[3]!)).toBe(false);
  turns[2]!.end();
  await turns[3]!.granted;
});

test("whoever waits too long is told to come back, and takes no place afterwards", async () => {
  const { clock, share } = open(1);
  const running = share.enter("a");
  const waiting = share.enter("a");
  const refused = expect(waiting.granted).rejects.toBeInstanceOf(TooManyRequests);
  await clock.advance(5_000);
  await refused;
  waiting.end();
  running.end();
  expect(share.enter("a").granted).toBeUndefined();
});

test("a client that goes away while it waits leaves its place in the queue", async () => {
  const { share } = open(1);
  const running = share.enter("a");
  const [gone, next] = [share.enter("a"), share.enter("a")];
  gone.granted!.catch(() => undefined);
  gone.end();
  await expect(gone.granted).rejects.toBeInstanceOf(TooManyRequests);
  running.end();
  await next.granted;
  next.end();
  expect(share.enter("a").granted).toBeUndefined();
});

test("a queue has an end", () => {
  const { share } = open(1);
  const turns = Array.from({ length: 101 }, () => share.enter("a"));
  for (const { granted } of turns) granted?.catch(() => undefined);
  expect(() => share.enter("a")).toThrow(TooManyRequests);
  for (const turn of turns) turn.end();
});

test("0 is no limit", () => {
  const { share } = open(0);
  expect(
    Array.from({ length: 1_000 }, () => share.enter("a")).every(({ granted }) => granted === undefined),
  ).toBe(true);
});
