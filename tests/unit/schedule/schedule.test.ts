import type { JsonObject } from "../../../src/core/entity.ts";
import type { ScheduledChange } from "../../../src/schedule/change.ts";
import type { DateRules } from "../../../src/schedule/rules.ts";
import { scheduleOf } from "../../../src/schedule/schedule.ts";

const WORKER = "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker";
const ZONES: Readonly<Record<string, string>> = { London: "Europe/London", "New York": "America/New_York" };

const rules: DateRules = {
  zoneOf: (document) =>
    ZONES[String((document[WORKER] as JsonObject | undefined)?.["location"])] ?? "Asia/Hong_Kong",
  leadDays: 0,
  leaveAtMinutes: 1_440,
  lastDay: "earlier",
  inactive: "atOnce",
};

const person = (worker: JsonObject, more: JsonObject = {}): JsonObject => ({
  userName: "mei",
  title: "Clerk",
  active: true,
  ...more,
  ...(Object.keys(worker).length > 0 ? { [WORKER]: worker } : {}),
});

/** What one record goes through: writes and moments, one after the other. */
function story(own: Partial<DateRules> = {}) {
  let record: JsonObject | undefined;
  let pending: readonly ScheduledChange[] = [];
  let count = 0;
  const told: string[] = [];
  const go = (after: JsonObject, now: string, sent?: readonly string[]) => {
    const result = scheduleOf(
      { before: record, after, pending, sent },
      { rules: { ...rules, ...own }, now: new Date(now), newId: () => `c${++count}` },
    );
    record = after;
    pending = result.pending;
    told.push(...result.steps.map(({ kind, change }) => `${kind} ${change.kind} ${change.day}`));
    return result.effective;
  };
  return {
    told,
    write: (after: JsonObject, now: string, sent?: readonly string[]) => go(after, now, sent),
    at: (now: string) => go(record!, now),
    pending: () => pending,
  };
}

/* Dates, and at which moments the person is there. */
test.each<[string, JsonObject, Partial<DateRules>, readonly (readonly [string, boolean])[]]>([
  ["without dates", person({}), {}, [["2026-12-01T00:00:00Z", true]]],
  [
    "a hire begins at 00:00 in Hong Kong",
    person({ hireDate: "2026-12-01" }),
    {},
    [
      ["2026-11-30T15:59:59Z", false],
      ["2026-11-30T16:00:00Z", true],
    ],
  ],
  [
    "three days before with leadDays",
    person({ hireDate: "2026-12-01" }),
    { leadDays: 3 },
    [
      ["2026-11-27T15:59:59Z", false],
      ["2026-11-27T16:00:00Z", true],
    ],
  ],
  [
    "a leaver of 31 December is out from 00:00 of 1 January in Hong Kong",
    person({ terminationDate: "2026-12-31" }),
    {},
    [
      ["2026-12-31T15:59:59Z", true],
      ["2026-12-31T16:00:00Z", false],
    ],
  ],
  [
    "in London",
    person({ terminationDate: "2026-12-31", location: "London" }),
    {},
    [
      ["2026-12-31T23:59:59Z", true],
      ["2027-01-01T00:00:00Z", false],
    ],
  ],
  [
    "in New York, on the day the clocks go forward",
    person({ lastDayOfWork: "2026-03-08", location: "New York" }),
    {},
    [
      ["2026-03-09T03:59:59Z", true],
      ["2026-03-09T04:00:00Z", false],
    ],
  ],
  [
    "in London, on the day the clocks go back",
    person({ terminationDate: "2026-10-25", location: "London" }),
    {},
    [
      ["2026-10-25T23:59:59Z", true],
      ["2026-10-26T00:00:00Z", false],
    ],
  ],
  [
    "29 February",
    person({ terminationDate: "2028-02-29" }),
    {},
    [
      ["2028-02-29T15:59:59Z", true],
      ["2028-02-29T16:00:00Z", false],
    ],
  ],
  [
    "at six in the evening",
    person({ terminationDate: "2026-12-31" }),
    { leaveAtMinutes: 1_080 },
    [
      ["2026-12-31T09:59:59Z", true],
      ["2026-12-31T10:00:00Z", false],
    ],
  ],
  [
    "of two last days the earlier one",
    person({ terminationDate: "2027-01-31", lastDayOfWork: "2026-12-31" }),
    {},
    [
      ["2026-12-31T15:59:59Z", true],
      ["2026-12-31T16:00:00Z", false],
    ],
  ],
  [
    "or the one that the mapping names",
    person({ terminationDate: "2027-01-31", lastDayWorked: "2026-12-31" }),
    { lastDay: "terminationDate" },
    [
      ["2027-01-31T15:59:59Z", true],
      ["2027-01-31T16:00:00Z", false],
    ],
  ],
  [
    "a last day that is past, although active",
    person({ terminationDate: "2026-01-31" }),
    {},
    [["2026-12-01T00:00:00Z", false]],
  ],
  [
    "inactive before the last day counts at once",
    person({ terminationDate: "2026-12-31" }, { active: false }),
    {},
    [["2026-12-30T00:00:00Z", false]],
  ],
  [
    "or waits for it where the mapping says so",
    person({ terminationDate: "2026-12-31" }, { active: false }),
    { inactive: "onTheDay" },
    [
      ["2026-12-31T15:59:59Z", true],
      ["2026-12-31T16:00:00Z", false],
    ],
  ],
  [
    "inactive without a day waits for nothing",
    person({}, { active: false }),
    { inactive: "onTheDay" },
    [["2026-12-01T00:00:00Z", false]],
  ],
  [
    "inactive with a day of hire stays out",
    person({ hireDate: "2026-12-01" }, { active: false }),
    { inactive: "onTheDay" },
    [["2027-01-01T00:00:00Z", false]],
  ],
  [
    "hired again after a last day",
    person({ terminationDate: "2026-06-30", hireDate: "2026-12-01" }),
    {},
    [
      ["2026-06-30T15:59:59Z", true],
      ["2026-06-30T16:00:00Z", false],
      ["2026-11-30T15:59:59Z", false],
      ["2026-11-30T16:00:00Z", true],
    ],
  ],
  [
    "hired again on the next day without a gap",
    person({ terminationDate: "2026-06-30", hireDate: "2026-07-01" }),
    {},
    [["2026-06-30T16:00:00Z", true]],
  ],
  [
    "one day of work",
    person({ hireDate: "2026-12-01", terminationDate: "2026-12-01" }),
    {},
    [
      ["2026-11-30T15:59:59Z", false],
      ["2026-11-30T16:00:00Z", true],
      ["2026-12-01T16:00:00Z", false],
    ],
  ],
  ["a date that is none", person({ terminationDate: "soon" }), {}, [["2026-12-01T00:00:00Z", true]]],
])("%s", (_name, document, own, moments) => {
  for (const [now, there] of moments)
    expect([now, story(own).write(document, now)["active"]]).toEqual([now, there]);
});

test("time alone brings people in and out", () => {
  const { write, at, told } = story();
  expect(
    write(person({ hireDate: "2026-12-01", terminationDate: "2026-12-31" }), "2026-11-20T00:00:00Z")[
      "active"
    ],
  ).toBe(false);
  expect(
    [at("2026-11-30T15:59:00Z"), at("2026-11-30T16:00:00Z"), at("2026-12-31T16:00:01Z")].map(
      ({ active }) => active,
    ),
  ).toEqual([false, true, false]);
  expect(told).toEqual([
    "scheduled hire 2026-12-01",
    "scheduled leave 2026-12-31",
    "applied hire 2026-12-01",
    "applied leave 2026-12-31",
  ]);
});

test("a leaver who is corrected twice, rescinded, and told of after the day", () => {
  const { write, told, pending } = story();
  write(person({}), "2026-12-01T00:00:00Z");
  write(person({ terminationDate: "2026-12-31" }), "2026-12-02T00:00:00Z");
  const [first] = pending();
  write(person({ terminationDate: "2027-01-15" }), "2026-12-03T00:00:00Z");
  write(person({ terminationDate: "2026-12-15" }), "2026-12-04T00:00:00Z");
  expect(pending()).toMatchObject([
    { id: first!.id, day: "2026-12-15", at: new Date("2026-12-15T16:00:00Z") },
  ]);
  expect(write(person({}), "2026-12-05T00:00:00Z")["active"]).toBe(true);
  expect(pending()).toEqual([]);
  expect(write(person({ terminationDate: "2026-11-30" }), "2026-12-06T00:00:00Z")["active"]).toBe(false);
  expect(told).toEqual([
    "scheduled leave 2026-12-31",
    "rescheduled leave 2027-01-15",
    "rescheduled leave 2026-12-15",
    "rescinded leave 2026-12-15",
    "applied leave 2026-11-30",
  ]);
});

test("somebody who moves leaves by the clock of where they are then", () => {
  const { write, pending, told } = story();
  write(person({ terminationDate: "2026-12-31" }), "2026-12-01T00:00:00Z");
  write(person({ terminationDate: "2026-12-31", location: "London" }), "2026-12-02T00:00:00Z");
  expect(pending()).toMatchObject([{ zone: "Europe/London", at: new Date("2027-01-01T00:00:00Z") }]);
  expect(told).toEqual(["scheduled leave 2026-12-31", "rescheduled leave 2026-12-31"]);
});

test("who is switched off before the last day is out, and nothing is left to come", () => {
  const { write, told } = story();
  write(person({ terminationDate: "2026-12-31" }), "2026-12-01T00:00:00Z");
  expect(
    write(person({ terminationDate: "2026-12-31" }, { active: false }), "2026-12-31T07:00:00Z")["active"],
  ).toBe(false);
  expect(told).toEqual(["scheduled leave 2026-12-31", "rescinded leave 2026-12-31"]);
});

describe("values that take effect on a day", () => {
  const at = "2026-12-01T00:00:00Z";
  const begun = () => {
    const one = story();
    one.write(person({ location: "Kowloon" }), "2026-11-01T00:00:00Z");
    return one;
  };

  test("the old ones count until then", () => {
    const { write, at: later, told } = begun();
    const now = write(person({ location: "Central", effectiveDate: "2026-12-15" }, { title: "Lead" }), at);
    expect([now["title"], now[WORKER]]).toEqual([
      "Clerk",
      { location: "Kowloon", effectiveDate: "2026-12-15" },
    ]);
    const then = later("2026-12-14T16:00:00Z");
    expect([then["title"], then[WORKER]]).toEqual([
      "Lead",
      { location: "Central", effectiveDate: "2026-12-15" },
    ]);
    expect(told).toEqual(["scheduled change 2026-12-15", "applied change 2026-12-15"]);
  });

  test("two of one day are one, by receipt", () => {
    const { write, pending, told } = begun();
    write(person({ location: "Kowloon", effectiveDate: "2026-12-15" }, { title: "Lead" }), at);
    write(
      person({ location: "Kowloon", effectiveDate: "2026-12-15" }, { title: "Chief", displayName: "Mei" }),
      at,
    );
    expect(pending()).toMatchObject([
      {
        day: "2026-12-15",
        patch: { title: { before: "Clerk", after: "Chief" }, displayName: { after: "Mei" } },
      },
    ]);
    expect(told).toEqual(["scheduled change 2026-12-15"]);
  });

  test("a correction of the day moves them", () => {
    const { write, pending, told } = begun();
    write(person({ effectiveDate: "2026-12-15", location: "Kowloon" }, { title: "Lead" }), at);
    expect(
      write(person({ effectiveDate: "2026-12-20", location: "Kowloon" }, { title: "Lead" }), at)["title"],
    ).toBe("Clerk");
    expect(pending()).toMatchObject([
      { day: "2026-12-20", patch: { title: { before: "Clerk", after: "Lead" } } },
    ]);
    expect(told).toEqual(["scheduled change 2026-12-15", "rescheduled change 2026-12-20"]);
  });

  test("a day that is past counts at once", () => {
    const { write, told } = begun();
    write(person({ effectiveDate: "2026-12-15", location: "Kowloon" }, { title: "Lead" }), at);
    expect(
      write(person({ effectiveDate: "2026-11-20", location: "Kowloon" }, { title: "Lead" }), at)["title"],
    ).toBe("Lead");
    expect(
      write(person({ effectiveDate: "2026-11-20", location: "Kowloon" }, { title: "Chief" }), at)["title"],
    ).toBe("Chief");
    expect(told).toEqual(["scheduled change 2026-12-15", "applied change 2026-12-15"]);
  });

  test("what is taken back goes", () => {
    const { write, pending, told } = begun();
    write(person({ effectiveDate: "2026-12-15", location: "Kowloon" }, { title: "Lead" }), at);
    expect(write(person({ location: "Kowloon" }), at)["title"]).toBe("Clerk");
    expect([pending(), told]).toEqual([[], ["scheduled change 2026-12-15", "rescinded change 2026-12-15"]]);
  });

  test("a word for another day is one more, and the last word for a day counts", () => {
    const { write, pending } = begun();
    write(person({ effectiveDate: "2026-12-15", location: "Central" }, { title: "Lead" }), at);
    write(person({ effectiveDate: "2026-12-20", location: "Central" }, { title: "Chief" }), at);
    expect(pending().map(({ day, patch }) => [day, Object.keys(patch)])).toEqual([
      ["2026-12-15", ["title", `${WORKER}:location`]],
      ["2026-12-20", ["title"]],
    ]);
    expect(pending()[1]!.patch["title"]).toEqual({ before: "Lead", after: "Chief" });
  });

  /* Words about the title, each with its day, and what is to come and what counts on which day afterwards. */
  const TITLE = ["title", `${WORKER}:effectiveDate`];
  test.each<
    [
      string,
      readonly (readonly [title: string, from: string])[],
      readonly string[],
      Readonly<Record<string, string>>,
    ]
  >([
    [
      "two days",
      [
        ["Lead", "2026-12-10"],
        ["Chief", "2027-01-10"],
      ],
      ["2026-12-10 Clerk>Lead", "2027-01-10 Lead>Chief"],
      { "2026-12-09": "Clerk", "2026-12-10": "Lead", "2027-01-09": "Lead", "2027-01-10": "Chief" },
    ],
    [
      "the later one first",
      [
        ["Chief", "2027-01-10"],
        ["Lead", "2026-12-10"],
      ],
      ["2026-12-10 Clerk>Lead", "2027-01-10 Lead>Chief"],
      { "2026-12-09": "Clerk", "2026-12-10": "Lead", "2027-01-10": "Chief", "2027-03-01": "Chief" },
    ],
    [
      "the first one corrected",
      [
        ["Lead", "2026-12-10"],
        ["Chief", "2027-01-10"],
        ["Boss", "2026-12-10"],
      ],
      ["2026-12-10 Clerk>Boss", "2027-01-10 Boss>Chief"],
      { "2026-12-10": "Boss", "2027-01-10": "Chief", "2027-03-01": "Chief" },
    ],
    [
      "the second one corrected",
      [
        ["Lead", "2026-12-10"],
        ["Chief", "2027-01-10"],
        ["Boss", "2027-01-10"],
      ],
      ["2026-12-10 Clerk>Lead", "2027-01-10 Lead>Boss"],
      { "2026-12-10": "Lead", "2027-01-10": "Boss" },
    ],
    [
      "the day of the first one corrected",
      [
        ["Lead", "2026-12-10"],
        ["Chief", "2027-01-10"],
        ["Lead", "2026-12-20"],
      ],
      ["2026-12-20 Clerk>Lead", "2027-01-10 Lead>Chief"],
      { "2026-12-10": "Clerk", "2026-12-20": "Lead", "2027-01-10": "Chief" },
    ],
    [
      "the first one taken back",
      [
        ["Lead", "2026-12-10"],
        ["Chief", "2027-01-10"],
        ["Clerk", "2026-12-10"],
      ],
      ["2027-01-10 Clerk>Chief"],
      { "2026-12-10": "Clerk", "2027-01-10": "Chief", "2027-03-01": "Chief" },
    ],
    [
      "the second one taken back",
      [
        ["Lead", "2026-12-10"],
        ["Chief", "2027-01-10"],
        ["Lead", "2027-01-10"],
      ],
      ["2026-12-10 Clerk>Lead"],
      { "2026-12-10": "Lead", "2027-01-10": "Lead" },
    ],
    [
      "the day of the first one is past after all",
      [
        ["Lead", "2026-12-10"],
        ["Chief", "2027-01-10"],
        ["Lead", "2026-11-20"],
      ],
      ["2027-01-10 Lead>Chief"],
      { "2026-12-02": "Lead", "2027-01-10": "Chief" },
    ],
  ])("several days of one attribute: %s", (_name, words, expected, counts) => {
    const { write, at: later, pending } = begun();
    for (const [title, from] of words)
      write(person({ location: "Kowloon", effectiveDate: from }, { title }), at, TITLE);
    const toCome = pending()
      .filter(({ standing }) => !standing)
      .map(({ day, patch }) => `${day} ${String(patch["title"]?.before)}>${String(patch["title"]?.after)}`);
    expect(toCome.sort()).toEqual(expected);
    for (const [day, title] of Object.entries(counts))
      expect([day, later(`${day}T12:00:00Z`)["title"]]).toEqual([day, title]);
  });

  test("what counts by its day ends with the next word: at once, by a later day, or when nothing waits any more", () => {
    const stands = () => {
      const one = begun();
      one.write(person({ location: "Kowloon", effectiveDate: "2027-01-10" }, { title: "Chief" }), at, TITLE);
      one.write(person({ location: "Kowloon", effectiveDate: "2026-12-10" }, { title: "Lead" }), at, TITLE);
      expect(one.at("2027-02-01T00:00:00Z")["title"]).toBe("Chief");
      expect(one.pending()).toMatchObject([{ day: "2027-01-10", standing: true }]);
      expect(one.told.slice(-2)).toEqual(["applied change 2026-12-10", "applied change 2027-01-10"]);
      return one;
    };
    const now = "2027-02-02T00:00:00Z";
    const lead = person({ location: "Kowloon", effectiveDate: "2026-12-10" }, { title: "Lead" });
    // The same word once more is about its day.
    const repeated = stands();
    expect(repeated.write(lead, now, TITLE)["title"]).toBe("Chief");
    expect(
      repeated.write(
        person({ location: "Kowloon", effectiveDate: "2027-01-20" }, { title: "Lead" }),
        now,
        TITLE,
      )["title"],
    ).toBe("Lead");
    expect(repeated.pending()).toEqual([]);
    const other = stands();
    expect(other.write({ ...lead, title: "Boss" }, now, ["title"])["title"]).toBe("Boss");
    expect(other.pending()).toEqual([]);
    const next = stands();
    expect(
      next.write(person({ location: "Kowloon", effectiveDate: "2027-03-01" }, { title: "Boss" }), now, TITLE)[
        "title"
      ],
    ).toBe("Chief");
    expect(next.at("2027-03-01T00:00:00Z")["title"]).toBe("Boss");
    expect(next.pending()).toEqual([]);
    const cleared = stands();
    expect(cleared.write(person({ location: "Kowloon" }, { title: "Lead" }), now)["title"]).toBe("Lead");
    expect(cleared.pending()).toEqual([]);
  });

  test("being switched off never waits", () => {
    const { write } = begun();
    expect(
      write(person({ effectiveDate: "2026-12-15", location: "Kowloon" }, { active: false }), at)["active"],
    ).toBe(false);
  });

  test("a partial change that names a value again with an earlier day replaces its day, and nothing else's", () => {
    const { write, at: later, pending } = begun();
    const date = `${WORKER}:effectiveDate`;
    write(person({ location: "Kowloon", effectiveDate: "2027-01-15" }, { title: "Lead" }), at, [
      "title",
      date,
    ]);
    write(
      person({ location: "Kowloon", effectiveDate: "2027-02-15" }, { title: "Lead", nickName: "X" }),
      at,
      ["nickName", date],
    );
    const now = write(
      person({ location: "Kowloon", effectiveDate: "2026-12-01" }, { title: "Lead", nickName: "X" }),
      at,
      ["title", date],
    );
    expect([now["title"], now["nickName"]]).toEqual(["Lead", undefined]);
    expect(pending().map(({ day, patch }) => [day, Object.keys(patch)])).toEqual([
      ["2027-02-15", ["nickName"]],
    ]);
    expect(later("2027-02-15T00:00:00Z")["nickName"]).toBe("X");
  });

  test("without a day in the record nothing waits any more", () => {
    const { write, pending } = begun();
    write(person({ effectiveDate: "2027-01-15" }, { title: "Lead" }), at);
    write(person({ effectiveDate: "2027-02-15" }, { title: "Lead", nickName: "X" }), at);
    expect(write(person({}, { title: "Lead", nickName: "X" }), at)).toMatchObject({
      title: "Lead",
      nickName: "X",
    });
    expect(pending()).toEqual([]);
  });

  test("a partial change without a day counts at once, and what waits goes on waiting", () => {
    const { write, pending } = begun();
    const date = `${WORKER}:effectiveDate`;
    write(person({ effectiveDate: "2026-12-15", location: "Kowloon" }, { title: "Lead" }), at, [
      "title",
      date,
    ]);
    const now = write(
      person({ effectiveDate: "2026-12-15", location: "Kowloon" }, { title: "Lead", displayName: "Mei" }),
      at,
      ["displayName"],
    );
    expect([now["title"], now["displayName"]]).toEqual(["Clerk", "Mei"]);
    expect(pending().map(({ patch }) => Object.keys(patch))).toEqual([["title"]]);
    expect(
      write(
        person({ effectiveDate: "2026-12-15", location: "Kowloon" }, { title: "Chief", displayName: "Mei" }),
        at,
        ["title"],
      )["title"],
    ).toBe("Chief");
    expect(pending()).toEqual([]);
  });

  test("a day of hire that is told later counts", () => {
    const { write, pending } = story();
    write(person({ effectiveDate: "2027-01-01" }), at);
    expect(write(person({ effectiveDate: "2027-01-01", hireDate: "2026-11-01" }), at)["active"]).toBe(true);
    expect(pending()).toEqual([]);
  });

  test("who is not there yet is not changed", () => {
    const { write, told } = story();
    write(person({ hireDate: "2026-12-15", effectiveDate: "2026-12-15" }), at);
    write(person({ hireDate: "2026-12-15", effectiveDate: "2026-12-15" }, { title: "Lead" }), at);
    expect(told).toEqual(["scheduled hire 2026-12-15"]);
  });

  test("a new record that takes effect later is not there before", () => {
    const { write, at: later } = story();
    expect(write(person({ effectiveDate: "2026-12-15" }), at)["active"]).toBe(false);
    expect(later("2026-12-14T16:00:00Z")["active"]).toBe(true);
  });
});

test("without rules dates have no effect, and what was to come is taken back", () => {
  const { write, pending } = story();
  write(person({ terminationDate: "2026-12-31" }), "2026-12-01T00:00:00Z");
  const off = scheduleOf(
    { before: undefined, after: person({ terminationDate: "2026-01-31" }), pending: pending() },
    { rules: undefined, now: new Date("2026-12-01T00:00:00Z"), newId: () => "x" },
  );
  expect([off.effective["active"], off.pending, off.steps.map(({ kind }) => kind)]).toEqual([
    true,
    [],
    ["rescinded"],
  ]);
});
