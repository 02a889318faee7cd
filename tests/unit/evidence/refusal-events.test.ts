import { silentLogger } from "../../../src/core/logger.ts";
import { createRefusalEvents } from "../../../src/evidence/refusal-events.ts";
import type { HistoryEvent } from "../../../src/history/event.ts";

function open() {
  let nowMs = 0;
  let broken = false;
  const events: HistoryEvent[] = [];
  const append = async (event: HistoryEvent) => {
    if (broken) throw new Error("away");
    events.push(event);
  };
  const clock = { now: () => new Date(1_800_000_000_000 + nowMs), monotonicMs: () => nowMs };
  const refusals = createRefusalEvents({ events: { append }, clock, logger: silentLogger });
  return {
    events,
    refuse: (tokenId: string, check = "wrongSecret") =>
      refusals.add({ check, requestId: "r", path: "/scim/v2/Users", tokenId }),
    later: (ms: number) => {
      nowMs += ms;
    },
    breaks: (now: boolean) => {
      broken = now;
    },
  };
}

test("the first of each credential and check in a minute is an event; the others are counted in the next", () => {
  const { events, refuse, later } = open();
  for (let n = 0; n < 5; n++) refuse("one");
  refuse("two");
  refuse("one", "expired");
  expect(events.map(({ detail }) => [detail!["tokenId"], detail!["check"], detail!["leftOut"]])).toEqual([
    ["one", "wrongSecret", undefined],
    ["two", "wrongSecret", 4],
    ["one", "expired", undefined],
  ]);
  later(60_000);
  refuse("one");
  expect(events).toHaveLength(4);
});

test("a guesser with many credentials gets twenty events a minute", () => {
  const { events, refuse, later } = open();
  for (let n = 0; n < 500; n++) refuse(`t${n}`);
  expect(events).toHaveLength(20);
  later(60_000);
  refuse("t999");
  expect(events.at(-1)!.detail).toMatchObject({ tokenId: "t999", leftOut: 480 });
});

test("one that could not be written is counted in the next", async () => {
  const { events, refuse, later, breaks } = open();
  breaks(true);
  refuse("one");
  await Promise.resolve();
  await Promise.resolve();
  breaks(false);
  later(60_000);
  refuse("one");
  expect(events.map(({ detail }) => detail!["leftOut"])).toEqual([1]);
});
