import type { Clock } from "./clock.ts";

/** A term that this process counts by its own clocks. */
export interface Deadline {
  /** Milliseconds that are left; 0 or less once it is over. */
  leftMs(): number;
  /** Asks for a whole term from now on, once half of this one is over. What is over stays over. Absent: nobody can give more. */
  prolong?(): Promise<void>;
}

/**
 * Begins to count now. What has passed is the larger of two counts: on Linux monotonic time stands still while a virtual machine is suspended, and the wall
 * clock may be set back.
 */
export function startDeadline(clock: Clock, ms: number): Deadline {
  const sinceMs = clock.monotonicMs();
  const sinceDateMs = clock.now().getTime();
  return { leftMs: () => ms - Math.max(clock.monotonicMs() - sinceMs, clock.now().getTime() - sinceDateMs) };
}
