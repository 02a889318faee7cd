import { systemClock } from "../../core/clock.ts";
import type { Pool } from "../../store/postgres/pool.ts";

const READY_MS = 5_000;
const READY_LOOK_MS = 20;

/** A standby answers too. */
export async function takesWrites(pool: Pool): Promise<void> {
  const { rows } = await pool.query("select current_setting('transaction_read_only') = 'on' as read_only");
  if (!rows[0].read_only) return;
  pool.renew();
  throw new Error("the database takes no writes");
}

/**
 * "Ready" is said when /readyz says it too. What is not ready by then is the probes' and the log's to tell.
 */
export async function firstReady(
  checks: Readonly<Record<string, (signal: AbortSignal) => Promise<void>>>,
): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + READY_MS;
  const signal = AbortSignal.timeout(READY_MS);
  for (const check of Object.values(checks)) {
    for (;;) {
      const passed = await check(signal).then(
        () => true,
        () => false,
      );
      if (passed || systemClock.monotonicMs() > deadlineMs) break;
      await systemClock.sleep(READY_LOOK_MS);
    }
  }
}
