import { MessageChannel } from "node:worker_threads";
import type { Clock } from "../../core/clock.ts";

/**
 * Resolves with the first value of `probe` that is not undefined. Resolves with undefined after `timeoutMs`.
 */
export async function until<T>(
  clock: Clock,
  timeoutMs: number,
  probe: () => T | undefined | Promise<T | undefined>,
  intervalMs = 10,
): Promise<T | undefined> {
  const deadline = clock.monotonicMs() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined || clock.monotonicMs() >= deadline) return value;
    await pause(clock, intervalMs);
  }
}

/**
 * Sleeps and keeps this process alive. `Clock.sleep` does not, and this process may have nothing else to do
 * than to wait for another one.
 */
export async function pause(clock: Clock, ms: number): Promise<void> {
  const anchor = new MessageChannel();
  anchor.port1.ref();
  try {
    await clock.sleep(ms);
  } finally {
    anchor.port1.close();
  }
}
