import { isZone, momentOf, readingAt } from "../../../src/core/zone.ts";
import { dayOf, momentOn, plusDays } from "../../../src/schedule/days.ts";

test.each<[string, unknown, string, string | undefined]>([
  ["a date", "2026-12-31", "Asia/Hong_Kong", "2026-12-31"],
  ["a date as Workday writes it", "2026-12-31-08:00", "Asia/Hong_Kong", "2026-12-31"],
  ["a date in UTC", "2026-12-31Z", "Asia/Hong_Kong", "2026-12-31"],
  ["a midnight in UTC, as programs write dates", "2026-12-31T00:00:00.000Z", "Asia/Hong_Kong", "2026-12-31"],
  ["a midnight in California", "2026-12-31T00:00:00-08:00", "Asia/Hong_Kong", "2026-12-31"],
  ["a moment is the day it falls on there", "2026-12-31T16:30:00Z", "Asia/Hong_Kong", "2027-01-01"],
  ["the same moment elsewhere", "2026-12-31T16:30:00Z", "America/New_York", "2026-12-31"],
  ["an offset without a colon", "2026-12-31T20:30:00+0800", "Asia/Hong_Kong", "2026-12-31"],
  ["a time without an offset", "2026-12-31T18:00", "Europe/London", "2026-12-31"],
  ["29 February of a leap year", "2028-02-29", "Europe/London", "2028-02-29"],
  ["29 February of another year", "2027-02-29", "Europe/London", undefined],
  ["the last day there is", "9999-12-31T23:00:00Z", "Asia/Hong_Kong", "9999-12-31"],
  ["what .NET writes for no date", "0001-01-01T00:00:00", "Asia/Hong_Kong", undefined],
  ["the first year of four digits", "1000-01-01", "Asia/Hong_Kong", "1000-01-01"],
  ["the year first, with slashes", "2026/11/20", "Europe/London", "2026-11-20"],
  ["with full stops", "2026.1.5", "Europe/London", "2026-01-05"],
  ["with nothing", "20261120", "Europe/London", "2026-11-20"],
  ["in Chinese", "2026年11月20日", "Asia/Hong_Kong", "2026-11-20"],
  ["the day first", "20.11.2026", "Europe/London", undefined],
  ["the month or the day first", "12/11/2026", "Europe/London", undefined],
  ["no day of the calendar", "2026/13/20", "Europe/London", undefined],
  ["words", "end of the year", "Europe/London", undefined],
  ["no text", 20261231, "Europe/London", undefined],
  ["nothing", null, "Europe/London", undefined],
])("%s", (_name, value, zone, expected) => expect(dayOf(value, zone)).toBe(expected));

/* 0 is the beginning of the day, 1,440 its end, by the clocks of the zone. */
test.each<[string, string, number, string, string]>([
  ["a day begins in Hong Kong", "2026-12-01", 0, "Asia/Hong_Kong", "2026-11-30T16:00:00Z"],
  ["and ends", "2026-12-31", 1_440, "Asia/Hong_Kong", "2026-12-31T16:00:00Z"],
  ["six in the evening", "2026-12-31", 1_080, "Asia/Hong_Kong", "2026-12-31T10:00:00Z"],
  ["London in winter", "2026-12-31", 1_440, "Europe/London", "2027-01-01T00:00:00Z"],
  ["London in summer", "2026-07-31", 1_440, "Europe/London", "2026-07-31T23:00:00Z"],
  ["the day of 23 hours begins in London", "2026-03-29", 0, "Europe/London", "2026-03-29T00:00:00Z"],
  ["and ends", "2026-03-29", 1_440, "Europe/London", "2026-03-29T23:00:00Z"],
  ["its evening is the clock's", "2026-03-29", 1_080, "Europe/London", "2026-03-29T17:00:00Z"],
  ["the day of 25 hours begins in London", "2026-10-25", 0, "Europe/London", "2026-10-24T23:00:00Z"],
  ["and ends", "2026-10-25", 1_440, "Europe/London", "2026-10-26T00:00:00Z"],
  ["an hour that comes twice is the first one", "2026-10-25", 90, "Europe/London", "2026-10-25T00:30:00Z"],
  ["an hour that is leapt over", "2026-03-29", 90, "Europe/London", "2026-03-29T01:30:00Z"],
  ["the clocks go forward in New York", "2026-03-08", 1_440, "America/New_York", "2026-03-09T04:00:00Z"],
  ["and back", "2026-11-01", 1_440, "America/New_York", "2026-11-02T05:00:00Z"],
  ["29 February in New York", "2028-02-29", 1_440, "America/New_York", "2028-03-01T05:00:00Z"],
  [
    "a midnight that does not exist, east of Greenwich",
    "2026-04-24",
    0,
    "Africa/Cairo",
    "2026-04-23T22:00:00Z",
  ],
  ["and west of it", "2026-03-08", 0, "America/Havana", "2026-03-08T05:00:00Z"],
  ["the evening before it ends then", "2026-03-07", 1_440, "America/Havana", "2026-03-08T05:00:00Z"],
  ["a midnight that comes twice is the first one", "2026-11-01", 0, "America/Havana", "2026-11-01T04:00:00Z"],
  ["half an hour of offset", "2026-12-31", 1_440, "Asia/Kolkata", "2026-12-31T18:30:00Z"],
  [
    "no moment has a year of five digits, in no zone",
    "9999-12-31",
    1_440,
    "Europe/London",
    "9999-12-30T00:00:00Z",
  ],
  ["the first one", "1000-01-01", 0, "UTC", "1000-01-01T00:00:00Z"],
  ["a day that an island left out", "2011-12-30", 0, "Pacific/Apia", "2011-12-30T10:00:00Z"],
])("%s", (_name, day, minutes, zone, expected) =>
  expect(momentOn(day, minutes, zone)).toEqual(new Date(expected)),
);

test("days are counted by the calendar", () => {
  expect([plusDays("2028-02-28", 1), plusDays("2026-12-31", 1), plusDays("2026-12-01", -7)]).toEqual([
    "2028-02-29",
    "2027-01-01",
    "2026-11-24",
  ]);
});

test("every reading leads to a moment that shows it, or is leapt over", () => {
  for (const zone of [
    "Europe/London",
    "America/New_York",
    "Asia/Hong_Kong",
    "Africa/Cairo",
    "America/Havana",
    "Australia/Lord_Howe",
  ]) {
    let gaps = 0;
    for (let reading = Date.UTC(2026, 0, 1); reading < Date.UTC(2027, 0, 1); reading += 30 * 60_000)
      if (readingAt(momentOf(reading, zone), zone) !== reading) gaps += 1;
    expect(gaps).toBeLessThanOrEqual(2);
  }
});

test("zones are known by their names", () =>
  expect(["Asia/Hong_Kong", "UTC", "Asia/Nowhere", ""].map(isZone)).toEqual([true, true, false, false]));
