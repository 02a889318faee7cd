import { type Clock, sleepUnlessAborted } from "./clock.ts";
import type { Logger } from "./logger.ts";

export interface TurnOptions {
  readonly clock: Pick<Clock, "sleep">;
  readonly logger: Logger;
  /** Default milliseconds between two turns; a turn may return another value. */
  readonly everyMs: number;
  /** Log message when a turn fails. */
  readonly failed: string;
  /** Its level; `warn` unless given. */
  readonly level?: "warn" | "error";
  /** Log message when a turn succeeds again. Absent: no message. */
  readonly worksAgain?: string;
  /** Fields of every line. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Resolves with the delay of the next turn in milliseconds, or nothing for the default. */
export type Turn = (signal: AbortSignal) => Promise<number | undefined> | Promise<void>;

export interface Turns {
  /** Starts no further turn. Resolves when the running one has ended. */
  stop(): Promise<void>;
}

export interface TurnsTaken extends Turns {
  /** Resolves when the first turn has ended, whether or not it failed. */
  readonly first: Promise<void>;
}

/** Runs turns in the background until it is stopped: see `turnsUntil`. */
export function takeTurns(turn: Turn, options: TurnOptions): TurnsTaken {
  const stopping = new AbortController();
  let firstEnded = (): void => undefined;
  const first = new Promise<void>((resolve) => {
    firstEnded = resolve;
  });
  const running = turnsUntil(
    stopping.signal,
    async (signal) => {
      try {
        return (await turn(signal)) ?? undefined;
      } finally {
        firstEnded();
      }
    },
    options,
  );
  return {
    first,
    async stop() {
      stopping.abort(new Error("the server is stopping"));
      await running;
    },
  };
}

/**
 * Runs turns until `signal` is aborted, and resolves when the last one has ended. After a failure the next turn runs as usual. Of consecutive failures only the
 * first is logged, because an outage of the database would log one line per turn.
 */
export async function turnsUntil(
  signal: AbortSignal,
  turn: Turn,
  { clock, logger, everyMs, failed, level = "warn", worksAgain, fields = {} }: TurnOptions,
): Promise<void> {
  let failing = false;
  while (!signal.aborted) {
    let waitMs: number | undefined;
    try {
      waitMs = (await turn(signal)) ?? undefined;
      if (failing && worksAgain !== undefined) logger.info({ ...fields }, worksAgain);
      failing = false;
    } catch (error) {
      if (!failing && !signal.aborted) logger[level]({ ...fields, error }, failed);
      failing = true;
    }
    await sleepUnlessAborted(clock, waitMs ?? everyMs, signal);
  }
}
