import { MessageChannel } from "node:worker_threads";
import type { Clock } from "../core/clock.ts";

/** Resolves with the first value `probe` gives that is not undefined, or with undefined once `timeoutMs` have passed. */
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

/** Sleeps and keeps the process alive meanwhile: nothing else may be left to do than to wait for another process, and `Clock.sleep` would let ours end. */
export async function pause(clock: Clock, ms: number): Promise<void> {
  const anchor = new MessageChannel();
  anchor.port1.ref();
  try {
    await clock.sleep(ms);
  } finally {
    anchor.port1.close();
  }
}
