import { dateToMs } from "../../../src/mapping/expression/date.ts";

test.each<[string, string, string, string | undefined]>([
  ["a date is midnight of the zone", "2026-12-01", "Asia/Hong_Kong", "2026-11-30T16:00:00.000Z"],
  [
    "a date with an offset is still that day",
    "2026-12-01-08:00",
    "Asia/Hong_Kong",
    "2026-11-30T16:00:00.000Z",
  ],
  [
    "a time without offset is of the zone",
    "2026-12-01T09:30:00",
    "Asia/Hong_Kong",
    "2026-12-01T01:30:00.000Z",
  ],
  ["a time in UTC", "2026-12-01T09:30:00Z", "Asia/Hong_Kong", "2026-12-01T09:30:00.000Z"],
  ["a time with an offset", "2026-12-01T09:30:00.250+05:30", "Asia/Hong_Kong", "2026-12-01T04:00:00.250Z"],
  ["a time without seconds", "2026-12-01 09:30", "UTC", "2026-12-01T09:30:00.000Z"],
  ["summer time", "2026-07-01", "Europe/Berlin", "2026-06-30T22:00:00.000Z"],
  ["the day the clocks go forward", "2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00.000Z"],
  ["noon of that day", "2026-03-29T12:00", "Europe/Berlin", "2026-03-29T10:00:00.000Z"],
  [
    "a midnight that does not exist, west of Greenwich",
    "2026-03-08",
    "America/Havana",
    "2026-03-08T05:00:00.000Z",
  ],
  ["and east of it", "2026-04-24", "Africa/Cairo", "2026-04-23T22:00:00.000Z"],
  ["a midnight that comes twice", "2026-11-01", "America/Havana", "2026-11-01T04:00:00.000Z"],
  ["a leap day", "2028-02-29", "UTC", "2028-02-29T00:00:00.000Z"],
  ["before 1970", "1965-01-01", "UTC", "1965-01-01T00:00:00.000Z"],
  ["no such day", "2026-02-29", "UTC", undefined],
  ["no such hour", "2026-02-28T24:00", "UTC", undefined],
  ["the American order", "12/01/2026", "UTC", undefined],
  ["words", "soon", "UTC", undefined],
])("%s", (_name, text, zone, expected) => {
  const ms = dateToMs(text, zone);
  expect(ms === undefined ? undefined : new Date(ms).toISOString()).toBe(expected);
});
