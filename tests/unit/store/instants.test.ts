import { instantOf, instantText } from "../../../src/store/postgres/instants.ts";

test.each<[string, string]>([
  ["2026-11-21 22:40:00+00", "2026-11-21T22:40:00.000Z"],
  ["2026-11-21 22:40:00.1+00", "2026-11-21T22:40:00.100Z"],
  ["2026-11-21 22:40:00.123+00", "2026-11-21T22:40:00.123Z"],
  ["2026-11-21 22:40:00.123456+00", "2026-11-21T22:40:00.123Z"],
  ["2026-11-22 06:40:00.123+08", "2026-11-21T22:40:00.123Z"],
  ["2026-11-22 04:10:00+05:30", "2026-11-21T22:40:00.000Z"],
  ["0042-01-01 00:00:00+00", "0042-01-01T00:00:00.000Z"],
])("%s is %s", (text, iso) => expect(instantOf(text).toISOString()).toBe(iso));

test.each(["infinity", "-infinity"])("%s is no moment of ours, and not taken for one", (text) =>
  expect(instantOf(text)).not.toBeInstanceOf(Date),
);

test.each([
  ["2026-11-21 22:40:00+00", "2026-11-21T22:40:00.000Z"],
  ["2026-11-21 22:40:00.1+00", "2026-11-21T22:40:00.100Z"],
  ["2026-11-21 22:40:00.123+00", "2026-11-21T22:40:00.123Z"],
])("%s is written as %s", (text, expected) => {
  expect(instantText(text)).toBe(expected);
});
