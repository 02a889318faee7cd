import type { AlertFacts } from "../../../../src/alerts/rules/facts.ts";
import { learn, type Rhythms } from "../../../../src/alerts/rules/rhythm.ts";
import { conditionsOf } from "../../../../src/alerts/rules/rules.ts";

const NOW = new Date("2026-11-30T12:00:00Z");
const ago = (minutes: number): Date => new Date(NOW.getTime() - minutes * 60_000);
const DAY = 24 * 60;

const well: AlertFacts = {
  open: [],
  holds: [],
  target: { sweptAt: ago(60) },
  processes: [{ startedAt: ago(10 * DAY), problems: [] }],
  latency: { p95Ms: 900, count: 500 },
  sources: [],
  signals: [],
};
const group = (more: Partial<AlertFacts["open"][number]>) => ({
  state: "parked",
  kind: "user",
  count: 1,
  lost: 0,
  ...more,
});
const streak = { code: "sourceRefused", key: "t1", count: 5, firstAt: ago(3), lastAt: ago(1) };
const listening = { state: "listening", since: ago(60), heard: 0, missed: 0 };
const entra = { id: "s1", name: "Entra ID", lastRequestAt: ago(30) };

const found = (facts: Partial<AlertFacts>, rhythms: Rhythms = {}) =>
  conditionsOf({ ...well, ...facts }, rhythms, NOW, { latencyTargetSeconds: 45 });
const keys = (...given: Parameters<typeof found>) =>
  found(...given).map(({ class: severity, key }) => `${severity} ${key}`);

test("nothing is wrong where all is well", () => expect(found({})).toEqual([]));

test("those parked for one reason are one cause, whatever they are", () => {
  const open = [
    group({ reasonCode: "mobileTaken", answer: "60104", count: 12 }),
    group({ reasonCode: "mobileTaken", kind: "department", count: 2 }),
  ];
  expect(found({ open: [...open, group({ reasonCode: "nameMissing" })] })).toMatchObject([
    {
      key: "parked:mobileTaken",
      class: "A",
      count: 14,
      detail: { counts: { user: 12, department: 2 }, answer: "60104" },
      afterMs: 0,
    },
    { key: "parked:nameMissing", count: 1 },
  ]);
});

test.each<[string, Partial<AlertFacts>, readonly string[]]>([
  [
    "due, waiting and held people are no incident",
    { open: ["due", "waiting", "held"].map((state) => group({ state, reasonCode: "mobileTaken" })) },
    [],
  ],
  [
    "who waits outside the contact scope is",
    { open: [group({ state: "waiting", reasonCode: "personOutsideScope" })] },
    ["A parked:personOutsideScope"],
  ],
  [
    "a quota that is used up heals",
    { open: [group({ state: "waiting", reasonCode: "quotaUsedUp" })] },
    ["B parked:quotaUsedUp"],
  ],
  ["lost ones", { open: [group({ state: "due", lost: 3 })] }, ["A lost:entityLost"]],
  [
    "a hold",
    { holds: [{ id: "h1", limit: "peopleRemoved", count: 9, openedAt: ago(1) }] },
    ["A hold:heldByLimit:h1"],
  ],
  [
    "a credential, and that nothing is sent",
    { target: { ...well.target, pausedUntil: ago(-1), pauseCode: "credentialWrong" } },
    ["A target:credentialWrong", "B paused:pausedByFailures"],
  ],
  [
    "what a check found, once each",
    {
      target: {
        ...well.target,
        pausedUntil: ago(-1),
        pauseCode: "notReady",
        pauseProblems: ["qyapi_get_member", "contact-scope", "60020"],
      },
    },
    [
      "A target:permissionMissing",
      "A target:contactScope",
      "A target:addressNotAllowed",
      "B paused:pausedByFailures",
    ],
  ],
  [
    "a pause that is over",
    { target: { ...well.target, pausedUntil: ago(1), pauseCode: "credentialWrong" } },
    [],
  ],
  [
    "a ban ends by itself",
    { target: { ...well.target, pausedUntil: ago(-1), pauseCode: "addressBlocked" } },
    ["B paused:pausedByFailures"],
  ],
  [
    "one process alone",
    { processes: [{ startedAt: ago(5), problems: ["clock"] }] },
    ["A process:settingsWrong"],
  ],
  ["no process at all", { processes: [] }, ["B worker:noWorker"]],
  [
    "a change by date that is ten minutes late",
    { lateChanges: { since: ago(10), count: 3 } },
    ["A schedule:changeLate"],
  ],
  [
    "dates of people that could not be read",
    { unreadDates: { since: ago(1), count: 2 } },
    ["A dates:datesNotRead"],
  ],
  ["one that is due", { lateChanges: { since: ago(9), count: 3 } }, []],
  [
    "a report that was refused, however often",
    { refusedImports: [{ sourceId: "s2", source: "workday", at: ago(90) }] },
    ["A import:importRefused:s2"],
  ],
  [
    "five refusals in a row of a source",
    { signals: [{ ...streak, sourceId: "s1" }], sources: [entra] },
    ["A source:sourceRefused:t1"],
  ],
  ["four are none", { signals: [{ ...streak, count: 4, sourceId: "s1" }], sources: [entra] }, []],
  [
    "a good request ends the row",
    { signals: [{ ...streak, sourceId: "s1" }], sources: [{ ...entra, lastRequestAt: ago(0) }] },
    [],
  ],
  [
    "a source that was never heard of",
    { signals: [{ ...streak, sourceId: "s9" }] },
    ["A source:sourceRefused:t1"],
  ],
  ["a stranger harms no source", { signals: [streak], sources: [{ ...entra, lastRequestAt: ago(0) }] }, []],
  [
    "an unknown token while a source is silent",
    { signals: [streak], sources: [entra] },
    ["A source:sourceRefused:t1"],
  ],
  [
    "what happened once",
    { signals: [{ ...streak, code: "oneTimeLinkUsed", count: 1 }] },
    ["A signal:oneTimeLinkUsed:t1"],
  ],
  ["for an hour", { signals: [{ ...streak, code: "oneTimeLinkUsed", lastAt: ago(61) }] }, []],
  ["due for 15 minutes", { open: [group({ state: "due", oldestDue: ago(15) })] }, ["B overdue:oldestDue"]],
  ["due for less", { open: [group({ state: "due", oldestDue: ago(14.9) })] }, []],
  ["slow", { latency: { p95Ms: 45_001, count: 20 } }, ["B latency:latencyHigh"]],
  ["slow, but too few to say", { latency: { p95Ms: 90_000, count: 19 } }, []],
  ["sealed five minutes ago", { sealedAt: ago(5) }, ["A sealing:sealingLate"]],
  [
    "the daily check has found the history altered",
    { historyFault: "entry 7 is another one", verifiedAt: ago(5) },
    ["A altered:historyAltered"],
  ],
  ["sealed four minutes ago", { sealedAt: ago(4) }, []],
  ["not compared for 26 hours", { target: { sweptAt: ago(26 * 60) } }, ["B comparison:notCompared"]],
  ["not heard", { listening: { ...listening, state: "disconnected" } }, ["B listening:notHeard"]],
  ["heard, and nine in ten told of", { listening: { ...listening, heard: 9, missed: 1 } }, []],
  ["heard, and fewer", { listening: { ...listening, heard: 8, missed: 1 } }, ["B hints:hintsMissing"]],
  ["nothing was told of", { listening: { ...listening, missed: 1 } }, ["B hints:hintsMissing"]],
  ["never compared, and young", { target: {}, processes: [{ startedAt: ago(60), problems: [] }] }, []],
])("%s", (_name, facts, expected) => expect(keys(facts)).toEqual(expected));

test("times that have to pass are the condition's", () => {
  const paused = found({ target: { ...well.target, pausedUntil: ago(-1), pauseCode: "addressBlocked" } });
  expect([paused[0]!.afterMs, found({ latency: { p95Ms: 50_000, count: 99 } })[0]!.afterMs]).toEqual([
    600_000, 600_000,
  ]);
});

describe("the usual gap of a source", () => {
  /** Requests every so many minutes. */
  const heard = (minutes: readonly number[]): Rhythms =>
    minutes.reduce<Rhythms>(
      (rhythms, at) => learn(rhythms, [{ ...entra, lastRequestAt: ago(at) }], ago(at)),
      {},
    );
  const every40 = Array.from({ length: 60 }, (_, at) => 60 * 40 - at * 40);

  test.each<[string, readonly number[], number, boolean]>([
    ["three times as long", every40, 121, true],
    ["a little less", every40, 119, false],
    ["known for less than a day", every40.slice(-20), 300, false],
    ["short gaps are no rhythm of hours", Array.from({ length: 3_000 }, (_, at) => 3_000 - at), 59, false],
    [
      "a night is remembered",
      [...every40, ...every40.map((at) => at - 2_400 - 600)].map((at) => at + 3_000),
      600,
      false,
    ],
  ])("%s", (_name, times, silentMinutes, expected) => {
    const last = times.at(-1)!;
    const rhythms = heard(times);
    const now = new Date(ago(last).getTime() + silentMinutes * 60_000);
    const silent = conditionsOf(
      { ...well, target: { sweptAt: now }, sources: [{ ...entra, lastRequestAt: ago(last) }] },
      rhythms,
      now,
      {
        latencyTargetSeconds: 45,
      },
    );
    expect(silent.map(({ code }) => code)).toEqual(expected ? ["sourceSilent"] : []);
  });

  test("sources that are gone are forgotten", () => expect(learn(heard(every40), [], NOW)).toEqual({}));
});
