import { growthExponent } from "../../bench/growth.ts";
import { percentile } from "../../bench/turns.ts";

test.each<[string, readonly [number, number], readonly [number, number], number]>([
  ["stays", [1_000, 2], [50_000, 2], 0],
  ["grows with the size", [10, 3], [1_000, 300], 1],
  ["grows with its square", [10, 1], [100, 100], 2],
  ["falls", [10, 4], [1_000, 0.4], -0.5],
])("a cost that %s", (_name, small, large, exponent) =>
  expect(growthExponent(small, large)).toBeCloseTo(exponent, 10),
);

test.each<[readonly number[], number, number]>([
  [[3, 1, 2], 0.5, 2],
  [[1, 2, 3, 4], 0.99, 4],
  [[7], 0.5, 7],
  [[], 0.5, 0],
])("in the order of %j, at the share %p of it, stands %p", (values, share, expected) =>
  expect(percentile(values, share)).toBe(expected),
);
