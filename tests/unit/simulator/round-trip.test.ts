import { createRoundTrip } from "../../../src/simulator/gateway/round-trip.ts";

const ways = (seed: number, calls: number): number[] => {
  const trip = createRoundTrip(seed);
  trip.set({ minMs: 50, maxMs: 500 });
  return Array.from({ length: calls }, trip.nextWayMs);
};

test("each way takes half of a round trip, spread over the whole range, and the same for a seed", () => {
  const drawn = ways(1, 1_000);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(25);
  expect(Math.max(...drawn)).toBeLessThan(250);
  expect(drawn.reduce((sum, way) => sum + way, 0) / drawn.length).toBeCloseTo(137.5, -1);
  expect(ways(1, 10)).toEqual(drawn.slice(0, 10));
  expect(ways(2, 10)).not.toEqual(drawn.slice(0, 10));
});

test("0 until it is set, and constant if both ends are the same", () => {
  const trip = createRoundTrip(1);
  expect(trip.nextWayMs()).toBe(0);
  trip.set({ minMs: 200, maxMs: 200 });
  expect([trip.nextWayMs(), trip.nextWayMs()]).toEqual([100, 100]);
});
