import { type Clock, sleepUnlessAborted } from "./clock.ts";
import type { Logger } from "./logger.ts";

export interface TurnOptions {
  readonly clock: Pick<Clock, "sleep">;
  readonly logger: Logger;
  /** Default milliseconds between two turns; a turn may return another value. */
  readonly everyMs: number;
  /** Log message when a turn fails. */
  readonly failed: string;
  /** Level of the log line; `warn` unless given. */
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
  const { signal } = stopping;
  const take = createTurn(turn, options);
  const first = take(signal);
  const running = goOn(signal, take, first, options);
  return {
    first: first.then(() => undefined),
    async stop() {
      stopping.abort(new Error("the server is stopping"));
      await running;
    },
  };
}

/**
 * Runs turns until `signal` is aborted, and resolves when the last one has ended. After a failure the next
 * turn runs as usual. Of consecutive failures only the first is logged, because an outage of the database
 * would log one line per turn.
 */
export async function turnsUntil(signal: AbortSignal, turn: Turn, options: TurnOptions): Promise<void> {
  if (signal.aborted) return;
  const take = createTurn(turn, options);
  await goOn(signal, take, take(signal), options);
}

/** Never rejects. Resolves with the delay that the turn asked for. */
type LoggedTurn = (signal: AbortSignal) => Promise<number | undefined>;

function createTurn(
  turn: Turn,
  { logger, failed, level = "warn", worksAgain, fields = {} }: TurnOptions,
): LoggedTurn {
  let failing = false;
  return async (signal) => {
    try {
      const waitMs = await turn(signal);
      if (failing && worksAgain !== undefined) logger.info({ ...fields }, worksAgain);
      failing = false;
      return waitMs ?? undefined;
    } catch (error) {
      if (!failing && !signal.aborted) logger[level]({ ...fields, error }, failed);
      failing = true;
      return undefined;
    }
  };
}

async function goOn(
  signal: AbortSignal,
  take: LoggedTurn,
  first: Promise<number | undefined>,
  { clock, everyMs }: Pick<TurnOptions, "clock" | "everyMs">,
): Promise<void> {
  let waitMs = await first;
  while (!signal.aborted) {
    await sleepUnlessAborted(clock, waitMs ?? everyMs, signal);
    if (!signal.aborted) waitMs = await take(signal);
  }
}
