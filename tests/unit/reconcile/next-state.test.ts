import { Unavailable } from "../../../src/core/errors.ts";
import { nextState } from "../../../src/reconcile/run/end/next-state.ts";
import type { NextState, RunEnd } from "../../../src/reconcile/run/end/run-end.ts";
import {
  TargetConflict,
  TargetDependency,
  TargetMisconfigured,
  TargetNotFound,
  TargetOutcomeUnknown,
  TargetPending,
  TargetRejected,
  TargetThrottled,
  TargetUnavailable,
} from "../../../src/reconcile/target-failures.ts";

const half = { random: 0.5, baseMs: 1_000 };
const failed = (error: unknown): RunEnd => ({ kind: "failed", error });
const told = { answer: "60104", reasonCode: "mobileTaken", remedy: "change it" };
const conflict = new TargetConflict("the number is taken", { ...told, attribute: "mobile", heldBy: "r2" });
const note = {
  attribute: "mobile",
  code: "mobileTaken",
  answer: "60104",
  text: "the number is taken; change it",
};
const misconfigured = (scope: "all" | "process" | "entity") =>
  new TargetMisconfigured("no permission", { ...told, scope, ms: 60_000 });

/* ARCHITECTURE.md, "The five states": one row for each end of a run. */
test.each<[string, RunEnd, number, Partial<NextState>]>([
  [
    "in sync or applied: done",
    { kind: "inSync", notes: [] },
    3,
    { state: "inSync", nextMs: undefined, attempts: 0 },
  ],
  ["half done: again at once", { kind: "again" }, 3, { state: "due", nextMs: 0, attempts: 0 }],
  [
    "waiting on another entity: later, woken by it",
    { kind: "waiting", on: ["d1"], reasonCode: "waitingForDepartment", reason: "no department" },
    2,
    {
      state: "waiting",
      nextMs: 30_000,
      waitingOn: ["d1"],
      reasonCode: "waitingForDepartment",
      reason: "no department",
      attempts: 2,
    },
  ],
  [
    "held by policy: until an operator or a change",
    { kind: "held", reasonCode: "modeObserve", reason: "mode", remedy: "set it" },
    2,
    {
      state: "held",
      nextMs: undefined,
      reasonCode: "modeObserve",
      reason: "mode",
      remedy: "set it",
      attempts: 0,
    },
  ],
  [
    "parked with another: woken by it",
    { kind: "parked", on: ["d1"], reasonCode: "parentStuck", reason: "above", remedy: "see d1" },
    0,
    {
      state: "parked",
      nextMs: undefined,
      reasonCode: "parentStuck",
      reason: "above",
      remedy: "see d1",
      waitingOn: ["d1"],
    },
  ],
  [
    "parked by the mapping: until a change",
    { kind: "parked", reasonCode: "groupCycle", reason: "circle", remedy: "mend it" },
    0,
    { state: "parked", nextMs: undefined, reasonCode: "groupCycle", reason: "circle", remedy: "mend it" },
  ],
  [
    "waiting on a person who must agree: later, long, and no attempt",
    failed(new TargetPending("invited", { ...told, attribute: "mobile" })),
    4,
    { state: "waiting", nextMs: 6 * 3_600_000, attempts: 0 },
  ],
  [
    "throttled: after the stated time, and no attempt",
    failed(
      new TargetThrottled("slow down", {
        answer: "90018",
        reasonCode: "appRateExceeded",
        ms: 700,
        scope: "all",
      }),
    ),
    4,
    { state: "due", nextMs: 700, attempts: 4 },
  ],
  [
    "unavailable: back-off",
    failed(new TargetUnavailable("down", told)),
    0,
    { state: "due", nextMs: 750, attempts: 1 },
  ],
  [
    "unavailable: never gives up, at most a quarter of an hour",
    failed(new TargetUnavailable("down", told)),
    500,
    { state: "due", nextMs: 675_000, attempts: 501 },
  ],
  [
    "outcome unknown: soon, and observe first",
    failed(new TargetOutcomeUnknown("no answer", told)),
    0,
    { state: "due", nextMs: 750, attempts: 1, observeFirst: true },
  ],
  [
    "misconfigured for this process: it rests, others may take the entity",
    failed(misconfigured("process")),
    2,
    {
      state: "due",
      nextMs: 1_000,
      attempts: 2,
      pauseHere: { ms: 60_000, reason: "no permission", reasonCode: "mobileTaken", remedy: "change it" },
    },
  ],
  [
    "misconfigured for all: everything rests, and no attempt",
    failed(misconfigured("all")),
    2,
    {
      state: "due",
      nextMs: 1_000,
      attempts: 2,
      pauseAll: { ms: 60_000, reason: "no permission", reasonCode: "mobileTaken" },
    },
  ],
  [
    "misconfigured for this one: it waits, others go on",
    failed(misconfigured("entity")),
    2,
    { state: "waiting", nextMs: 60_000, attempts: 2 },
  ],
  [
    "a stranger holds the value: parked, as adoption is a decision",
    failed(conflict),
    0,
    {
      state: "parked",
      nextMs: undefined,
      answer: "60104",
      reasonCode: "mobileTaken",
      remedy: "change it",
      observeFirst: true,
    },
  ],
  [
    "one of ours holds the value and is about to change: waits for it",
    {
      kind: "blocked",
      by: ["u2"],
      holderMoves: true,
      explanation: { ...told, reason: "the number is taken" },
      notes: [],
    },
    0,
    { state: "waiting", nextMs: 30_000, attempts: 1, waitingOn: ["u2"], answer: "60104" },
  ],
  [
    "one of ours holds the value and stays: parked, and still woken by it",
    {
      kind: "blocked",
      by: ["u2"],
      holderMoves: false,
      explanation: { ...told, reason: "the number is taken" },
      notes: [],
    },
    0,
    { state: "parked", nextMs: undefined, waitingOn: ["u2"] },
  ],
  [
    "two of ours hold each other's value: not for ever",
    {
      kind: "blocked",
      by: ["u2"],
      holderMoves: true,
      explanation: { ...told, reason: "the number is taken" },
      notes: [],
    },
    99,
    { state: "parked", nextMs: undefined, waitingOn: ["u2"] },
  ],
  [
    "one of ours holds a value that it can be without: in order, with a note, and woken by it",
    { kind: "inSync", notes: [note], on: ["u2"] },
    3,
    {
      state: "inSync",
      nextMs: undefined,
      attempts: 0,
      waitingOn: ["u2"],
      notes: [note],
      observeFirst: false,
    },
  ],
  [
    "taken a moment ago: soon, and not for ever",
    { kind: "soon", explanation: { ...told, reason: "the number is taken" } },
    0,
    { state: "due", nextMs: 750, attempts: 1, answer: "60104" },
  ],
  [
    "people of others inside: a few tries, then parked",
    failed(new TargetDependency("people inside", { ...told, tries: 4 })),
    3,
    { state: "parked", nextMs: undefined, reasonCode: "mobileTaken" },
  ],
  [
    "refused data: parked",
    failed(new TargetRejected("bad name", told)),
    0,
    { state: "parked", nextMs: undefined, reasonCode: "mobileTaken", reason: "bad name" },
  ],
  [
    "something has to come first: later, and observe first",
    failed(new TargetDependency("not empty", told)),
    0,
    { state: "waiting", nextMs: 3_750, attempts: 1, observeFirst: true },
  ],
  [
    "something never comes: parked",
    failed(new TargetDependency("not empty", told)),
    19,
    { state: "parked", nextMs: undefined },
  ],
  [
    "gone there: at once, and observe first",
    failed(new TargetNotFound("gone", told)),
    0,
    { state: "due", nextMs: 0, observeFirst: true },
  ],
  [
    "gone again and again: back-off",
    failed(new TargetNotFound("gone", told)),
    1,
    { state: "due", nextMs: 1_500, observeFirst: true },
  ],
  [
    "a bug of ours: back-off, and nothing internal is told",
    failed(new TypeError("x is undefined")),
    0,
    {
      state: "due",
      nextMs: 750,
      attempts: 1,
      reasonCode: "unexpectedError",
      reason: "unexpected error, see the log",
      observeFirst: true,
    },
  ],
  [
    "a bug of ours, eight times: parked",
    failed(new TypeError("x")),
    7,
    { state: "parked", nextMs: undefined, attempts: 8 },
  ],
  [
    "our own database does not answer: that is no attempt",
    failed(new Unavailable("no database")),
    7,
    { state: "due", nextMs: 5_000, attempts: 7 },
  ],
])("%s", (_name, end, attempts, expected) => expect(nextState(end, attempts, half)).toMatchObject(expected));

test("notes are kept with what is in sync, and left out when there are none", () => {
  const note = {
    attribute: "mobile",
    code: "mobileLocked",
    answer: "41054",
    text: "only the person can change it",
  };
  expect(nextState({ kind: "inSync", notes: [note] }, 0, half).notes).toEqual([note]);
  expect(nextState({ kind: "inSync", notes: [] }, 0, half)).not.toHaveProperty("notes");
});

test("retries are spread between half and the whole of the pause", () => {
  const pauses = [0, 0.5, 0.999].map(
    (random) => nextState(failed(new TargetUnavailable("down", told)), 2, { random, baseMs: 1_000 }).nextMs,
  );
  expect(pauses).toEqual([2_000, 3_000, 3_998]);
});
