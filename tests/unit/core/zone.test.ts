import { isZone, readingAt } from "../../../src/core/zone.ts";

const NAME = "asia/hong_kong";
const NOON = Date.parse("2026-07-01T12:00:00Z");

/** The name with another choice of capitals for each number. */
const spelt = (n: number): string =>
  [...NAME].map((letter, at) => ((n >> at) & 1 ? letter.toUpperCase() : letter)).join("");

test("more spellings of a zone than are kept are read alike", () => {
  const spellings = new Set(Array.from({ length: 500 }, (_, n) => spelt(n)));
  expect(spellings.size).toBeGreaterThan(200);
  for (const zone of [...spellings, ...spellings])
    expect([isZone(zone), readingAt(NOON, zone) - NOON]).toEqual([true, 8 * 3_600_000]);
});

test.each(["", "Mars/Olympus", "Hong Kong", "+25:00"])("%p is no zone", (zone) =>
  expect(isZone(zone)).toBe(false),
);
