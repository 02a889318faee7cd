import {
  type EventWithoutValues,
  type OwnWrite,
  raisedByUs,
} from "../../../src/reconcile/hints/own-writes.ts";

const UPDATE = "/update";
const at = Date.UTC(2026, 10, 30);
const event = (eventId: string, ms: number, raisedBy = [UPDATE]): EventWithoutValues => ({
  eventId,
  atMs: at + ms,
  raisedBy,
});
const write = (id: string, answeredMs: number, more: Partial<OwnWrite> = {}): OwnWrite => ({
  id,
  api: UPDATE,
  answeredMs: at + answeredMs,
  durationMs: 100,
  ...more,
});

test.each<[string, readonly EventWithoutValues[], readonly OwnWrite[], Readonly<Record<string, string>>]>([
  ["in the second of the answer", [event("e", 900)], [write("w", 0)], { e: "w" }],
  ["a little later", [event("e", 2_900)], [write("w", 0)], { e: "w" }],
  ["too late", [event("e", 3_000)], [write("w", 0)], {}],
  ["before the call was sent", [event("e", -1_200)], [write("w", 0)], {}],
  ["while a slow call went on", [event("e", -4_000)], [write("w", 0, { durationMs: 5_000 })], { e: "w" }],
  ["by another call", [event("e", 0)], [write("w", 0, { api: "/create" })], {}],
  ["two events, one call", [event("e", 0), event("f", 10)], [write("w", 0)], { e: "w" }],
  [
    "two of each, told the other way round",
    [event("f", 1_100), event("e", 100)],
    [write("v", 1_000), write("w", 0)],
    { e: "w", f: "v" },
  ],
  [
    "two that overlap",
    [event("f", 3_500), event("e", 2_500)],
    [write("w", 0), write("v", 1_000)],
    { e: "w", f: "v" },
  ],
  ["a time that is not told", [{ eventId: "e", atMs: 0, raisedBy: [UPDATE] }], [write("w", 0)], {}],
])("an event goes with one call of ours: %s", (_name, events, writes, expected) =>
  expect(Object.fromEntries(raisedByUs(events, writes))).toEqual(expected),
);
