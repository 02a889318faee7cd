import { MessageChannel } from "node:worker_threads";
import type { Clock } from "../core/clock.ts";

/**
 * Resolves with the first value `probe` gives that is not undefined, or with undefined once `timeoutMs` have passed.
 * `Clock.sleep` lets the process end while it sleeps; waiting for another process must not, hence the referenced port.
 */
export async function until<T>(
  clock: Clock,
  timeoutMs: number,
  probe: () => T | undefined | Promise<T | undefined>,
  intervalMs = 10,
): Promise<T | undefined> {
  const anchor = new MessageChannel();
  anchor.port1.ref();
  const deadline = clock.monotonicMs() + timeoutMs;
  try {
    for (;;) {
      const value = await probe();
      if (value !== undefined || clock.monotonicMs() >= deadline) return value;
      await clock.sleep(intervalMs);
    }
  } finally {
    anchor.port1.close();
  }
}
