import { type Clock, sleepUnlessAborted } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";

export interface LoopStartOptions {
  /**
   * The check before the first poll. Rejects if it is not possible, for example while the database is
   * unavailable.
   */
  readonly check: (signal: AbortSignal) => Promise<void>;
  /** Called after the first successful check. */
  readonly start: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface LoopStart {
  /**
   * Throws while the last check was not possible. A running check, or one that pauses the target, is no
   * failure: the status shows it.
   */
  assertPossible(): void;
  /** Aborts the check. Nothing is started after it. */
  stop(): Promise<void>;
}

const AGAIN_MS = 1_000;

/**
 * Starts the loop after the first possible check and retries until then: a loop that never started would look
 * like an idle one.
 */
export function startWhenChecked({ check, start, clock, logger }: LoopStartOptions): LoopStart {
  const stopping = new AbortController();
  let failure: unknown;

  async function attempt(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await check(stopping.signal);
        failure = undefined;
        if (!stopping.signal.aborted) start();
        return;
      } catch (error) {
        if (stopping.signal.aborted) return;
        failure = error;
        logger.warn({ error }, "the loop cannot start yet; retrying");
        await sleepUnlessAborted(clock, AGAIN_MS, stopping.signal);
      }
    }
  }

  const ended = attempt();
  return {
    assertPossible() {
      if (failure !== undefined) throw new Error("the loop has not started", { cause: failure });
    },
    async stop() {
      stopping.abort(new Error("the server is stopping"));
      await ended;
    },
  };
}
