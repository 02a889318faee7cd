import { decide, doubted, type Report } from "../../../src/reconcile/hints/decide.ts";
import type { OpenHint } from "../../../src/reconcile/hints/ports.ts";

const is = (title: string): Report["reported"] => ({
  title: { names: ["title"], isKnown: (remembered) => remembered["title"] === title },
});
const owned = {
  id: "i",
  status: "owned",
  observed: { title: "Clerk" },
  observedMs: 60_000,
  writes: [],
} as const;
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
const at = (
  atMs: number,
  reported: Report["reported"],
  concerns: Report["concerns"] = "reported",
): Report => ({
  atMs,
  reported,
  concerns,
});
const reports = (events: Readonly<Record<string, Report>>) => (id: string) => events[id];

test.each<[string, OpenHint, Readonly<Record<string, Report>>, ReturnType<typeof decide>]>([
  ["what is known", open(), { a: at(1, is("Clerk")) }, "echo"],
  ["what is not", open(), { a: at(1, is("King")) }, "look"],
  ["nothing", open(), { a: at(1, {}) }, "look"],
  ["something to another process", open(), {}, "look"],
  ["something of a stranger", open({ link: undefined }), { a: at(1, is("King")) }, "unmanaged"],
  ["what is known, while a run is at work", open({ busy: true }), { a: at(1, is("Clerk")) }, "wait"],
  ["somebody invited", open({ link: { ...owned, status: "intended" } }), { a: at(1, is("Clerk")) }, "look"],
  [
    "what is not remembered at all",
    open({ link: { ...owned, observed: undefined } }),
    { a: at(1, is("Clerk")) },
    "look",
  ],
  ["a write of ours before the last one", open({ link: just }), { a: at(1, is("Junior")) }, "wait"],
  [
    "the same when the last one was not told in time",
    open({ link: just, ageMs: 1_000 }),
    { a: at(1, is("Junior")) },
    "look",
  ],
])("events that tell %s", (_name, hint, events, expected) =>
  expect(decide(hint, reports(events))).toBe(expected),
);

const both = open({ eventIds: ["a", "b"] });
test.each<[string, number, number, ReturnType<typeof decide>]>([
  ["then ours", 1, 2, "echo"],
  ["after ours", 2, 1, "look"],
])("another value, %s: what happened last counts", (_name, theirs, ours, expected) =>
  expect(decide(both, reports({ a: at(theirs, is("King")), b: at(ours, is("Clerk")) }))).toBe(expected),
);

test("an event that tells nothing beside one that is known makes somebody look", () => {
  expect(decide(both, reports({ a: at(1, {}), b: at(2, is("Clerk")) }))).toBe("look");
});

const mail: Report["reported"] = { email: { names: ["email"], isKnown: () => false } };
const told = (events: Readonly<Record<string, Report>>) => doubted(both, reports(events));
test.each<[string, Readonly<Record<string, Report>>, ReturnType<typeof doubted>]>([
  ["what is known", { a: at(1, is("Clerk")), b: at(2, {}) }, []],
  ["what is not", { a: at(1, is("King")), b: at(2, mail) }, ["title", "email"]],
  ["a value that is known again", { a: at(2, is("Clerk")), b: at(1, is("King")) }, []],
  ["a change without saying which", { a: at(1, is("Clerk")), b: at(2, {}, "anything") }, "anything"],
  ["something to another process", { a: at(1, is("Clerk")) }, "anything"],
])("of what a read does not show nothing is doubted but what was told: %s", (_name, events, expected) =>
  expect(told(events)).toEqual(expected),
);
