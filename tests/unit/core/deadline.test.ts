import type { Clock } from "../../../src/core/clock.ts";
import { startDeadline } from "../../../src/core/deadline.ts";

test.each([
  ["both clocks go on", 400, 400, 600],
  ["a suspended machine: monotonic time stood still", 10, 5_000, -4_000],
  ["the wall clock was set back", 700, -90_000, 300],
  ["nothing has passed", 0, 0, 1_000],
])("%s", (_name, monotonic, wall, left) => {
  const passed = { monotonic: 0, wall: 0 };
  const clock: Clock = {
    now: () => new Date(1_000_000 + passed.wall),
    monotonicMs: () => 50 + passed.monotonic,
    sleep: async () => undefined,
  };
  const deadline = startDeadline(clock, 1_000);
  Object.assign(passed, { monotonic, wall });
  expect(deadline.leftMs()).toBe(left);
});
