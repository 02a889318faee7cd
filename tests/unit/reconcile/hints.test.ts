import { decide, type Report } from "../../../src/reconcile/hints/decide.ts";
import type { OpenHint } from "../../../src/reconcile/hints/ports.ts";

const is = (title: string): Report["told"] => ({ title: (remembered) => remembered["title"] === title });
const owned = { id: "i", status: "owned", observed: { title: "Clerk" }, observedMs: 60_000 } as const;
const open = (more: Partial<OpenHint> = {}): OpenHint => ({
  kind: "user",
  remoteId: "u",
  eventIds: ["a"],
  types: ["user_modify_org"],
  ageMs: 0,
  link: owned,
  busy: false,
  ...more,
});
const just = { ...owned, observedMs: 100 };
const reports = (events: Readonly<Record<string, Report>>) => (id: string) => events[id];

test.each<[string, OpenHint, Readonly<Record<string, Report>>, ReturnType<typeof decide>]>([
  ["what is known", open(), { a: { atMs: 1, told: is("Clerk") } }, "echo"],
  ["what is not", open(), { a: { atMs: 1, told: is("King") } }, "look"],
  ["nothing", open(), { a: { atMs: 1, told: {} } }, "look"],
  ["something to another process", open(), {}, "look"],
  ["something of a stranger", open({ link: undefined }), { a: { atMs: 1, told: is("King") } }, "stranger"],
  ["what is known, while a run is at work", open({ busy: true }), { a: { atMs: 1, told: is("Clerk") } }, "wait"],
  ["somebody invited", open({ link: { ...owned, status: "intended" } }), { a: { atMs: 1, told: is("Clerk") } }, "look"],
  ["what is not remembered at all", open({ link: { ...owned, observed: undefined } }), { a: { atMs: 1, told: is("Clerk") } }, "look"],
  ["a write of ours before the last one", open({ link: just }), { a: { atMs: 1, told: is("Junior") } }, "wait"],
  ["the same when the last one was not told in time", open({ link: just, ageMs: 1_000 }), { a: { atMs: 1, told: is("Junior") } }, "look"],
])("events that tell %s", (_name, hint, events, expected) => expect(decide(hint, reports(events))).toBe(expected));

const both = open({ eventIds: ["a", "b"] });
test.each<[string, number, number, ReturnType<typeof decide>]>([
  ["then ours", 1, 2, "echo"],
  ["after ours", 2, 1, "look"],
])("another value, %s: what happened last counts", (_name, theirs, ours, expected) =>
  expect(decide(both, reports({ a: { atMs: theirs, told: is("King") }, b: { atMs: ours, told: is("Clerk") } }))).toBe(expected),
);

test("an event that tells nothing beside one that is known makes somebody look", () => {
  expect(decide(both, reports({ a: { atMs: 1, told: {} }, b: { atMs: 2, told: is("Clerk") } }))).toBe("look");
});
