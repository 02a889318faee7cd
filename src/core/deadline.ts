import type { Clock } from "./clock.ts";

/** A deadline that this process measures with its own clocks. */
export interface Deadline {
  /** Milliseconds left; 0 or less once it has expired. */
  leftMs(): number;
  /**
   * Renews the full term once half of it is over. An expired deadline stays expired. Absent: it cannot be
   * renewed.
   */
  prolong?(): Promise<void>;
}

/**
 * Starts now. The elapsed time is the larger of two measures: on Linux, monotonic time stops while a virtual
 * machine is suspended, and the wall clock may be set back.
 */
export function startDeadline(clock: Clock, ms: number): Deadline {
  const sinceMs = clock.monotonicMs();
  const sinceDateMs = clock.now().getTime();
  return { leftMs: () => ms - Math.max(clock.monotonicMs() - sinceMs, clock.now().getTime() - sinceDateMs) };
}
