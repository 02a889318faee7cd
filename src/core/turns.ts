import type { Clock } from "./clock.ts";
import type { Logger } from "./logger.ts";

export interface TurnOptions {
  readonly clock: Pick<Clock, "sleep">;
  readonly logger: Logger;
  /** Milliseconds between two turns, where a turn does not say them itself. */
  readonly everyMs: number;
  /** What the log says when a turn fails. */
  readonly failed: string;
  /** What it says when a turn works again; nothing when unset. */
  readonly worksAgain?: string;
  /** Of every line. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Answers how many milliseconds the next one waits, or nothing. */
export type Turn = (signal: AbortSignal) => Promise<number | undefined>;

export interface Turns {
  /** No turn begins any more. Resolves when the last one has ended. */
  stop(): Promise<void>;
}

/** Takes turns beside everything else until it is stopped: see `turnsUntil`. */
export function takeTurns(turn: Turn, options: TurnOptions): Turns {
  const stopping = new AbortController();
  const running = turnsUntil(stopping.signal, turn, options);
  return {
    async stop() {
      stopping.abort(new Error("the server is stopping"));
      await running;
    },
  };
}

/**
 * Takes turns until `signal` is aborted, and resolves when the last one has ended. What fails is logged, and the next turn comes; of failures in a row only the
 * first is a line, as an outage of the database would be one for each turn.
 */
export async function turnsUntil(
  signal: AbortSignal,
  turn: Turn,
  { clock, logger, everyMs, failed, worksAgain, fields = {} }: TurnOptions,
): Promise<void> {
  let failing = false;
  while (!signal.aborted) {
    let waitMs: number | undefined;
    try {
      waitMs = await turn(signal);
      if (failing && worksAgain !== undefined) logger.info({ ...fields }, worksAgain);
      failing = false;
    } catch (error) {
      if (!failing && !signal.aborted) logger.warn({ ...fields, error }, failed);
      failing = true;
    }
    await clock.sleep(waitMs ?? everyMs, signal).catch(() => undefined);
  }
}
