import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";

export interface LoopStartOptions {
  /** The check before the first look. Rejects when it could not be made, as while the database is away. */
  readonly check: (signal: AbortSignal) => Promise<void>;
  /** What may begin once the check is through. */
  readonly start: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface LoopStart {
  /** Throws while the last check could not be made. One that goes on, or that keeps the target at rest, is no failure: the status tells of it. */
  assertPossible(): void;
  /** Breaks the check off; nothing begins any more. */
  stop(): Promise<void>;
}

const AGAIN_MS = 1_000;

/** Begins the loop as soon as the check before it could be made, however often that fails: a loop that never began would look like one with nothing to do. */
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
        await clock.sleep(AGAIN_MS, stopping.signal).catch(() => undefined);
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
