import { changesOf, type OpenIncident, reminderAt, type Seen } from "../../../src/alerts/incident.ts";
import type { Condition } from "../../../src/alerts/rules/condition.ts";

const T0 = Date.parse("2026-11-30T12:00:00Z");
const at = (seconds: number): Date => new Date(T0 + seconds * 1_000);
const condition = (more: Partial<Condition> = {}): Condition => ({
  key: "k",
  kind: "parked",
  code: "mobileTaken",
  class: "A",
  count: 3,
  detail: {},
  afterMs: 0,
  ...more,
});
const incident = (more: Partial<OpenIncident> = {}): OpenIncident => ({
  id: "i1",
  key: "k",
  openedAt: at(0),
  acknowledged: false,
  reminders: 0,
  remindAt: reminderAt(at(0), 0),
  ...more,
});

/** Looks every ten seconds; at which seconds an incident was opened, until one was. */
function openedAfter(
  conditions: (seconds: number) => readonly Condition[],
  most: number,
): number | undefined {
  let seen: Seen = {};
  for (let seconds = 0; seconds <= most; seconds += 10) {
    const changes = changesOf(conditions(seconds), [], seen, at(seconds));
    if (changes.opened.length > 0) return seconds;
    seen = changes.seen;
  }
  return undefined;
}

test("class A is opened by the first look", () => expect(openedAfter(() => [condition()], 60)).toBe(0));

test.each<[string, (seconds: number) => boolean, number | undefined]>([
  ["what lasts", () => true, 600],
  ["what heals in time", (seconds) => seconds < 500, undefined],
  [
    "what is away for a moment now and then",
    (seconds) => seconds % 100 !== 0 || seconds === 0 || seconds === 600,
    600,
  ],
  ["what is away for longer begins anew", (seconds) => seconds < 300 || seconds > 450, 1_060],
])("class B: %s", (_name, isThere, expected) => {
  expect(openedAfter((seconds) => (isThere(seconds) ? [condition({ afterMs: 600_000 })] : []), 1_200)).toBe(
    expected,
  );
});

test("one that is open stays one, with its present count", () => {
  const { opened, goingOn, closed } = changesOf([condition({ count: 9 })], [incident()], {}, at(10));
  expect([opened, goingOn, closed]).toEqual([[], [{ id: "i1", count: 9, detail: {} }], []]);
});

test("it is closed when the cause has been away for two minutes", () => {
  const seen = { k: { sinceMs: T0, lastMs: T0 } };
  expect(changesOf([], [incident()], seen, at(119)).closed).toEqual([]);
  expect(changesOf([], [incident()], seen, at(120)).closed).toEqual([{ id: "i1", closedAt: at(120) }]);
});

test("who lost the memory closes what is gone and keeps what is there", () => {
  expect(changesOf([], [incident()], {}, at(5)).closed).toHaveLength(1);
  expect(changesOf([condition()], [incident()], {}, at(5))).toMatchObject({ opened: [], closed: [] });
});

const HOUR = 3_600;
test("reminders after one hour, six, and then daily", () => {
  expect([0, 1, 2, 3].map((sent) => (reminderAt(at(0), sent).getTime() - T0) / 3_600_000)).toEqual([
    1, 6, 30, 54,
  ]);
});

test.each<[string, Partial<OpenIncident>, number, number | undefined]>([
  ["not yet", {}, HOUR - 1, undefined],
  ["the first", {}, HOUR, 1],
  ["missed ones are one", {}, 40 * HOUR, 3],
  ["none for whoever takes care of it", { acknowledged: true }, 2 * HOUR, undefined],
])("%s", (_name, more, seconds, reminders) => {
  expect(changesOf([condition()], [incident(more)], {}, at(seconds)).goingOn[0]!.reminder?.reminders).toBe(
    reminders,
  );
});
