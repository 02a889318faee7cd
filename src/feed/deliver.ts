import { backoffMs } from "../core/backoff.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { FeedStore, Turn } from "./ports.ts";
import { type Sink, SinkFailed } from "./sinks/sink.ts";

export interface DeliverDeps {
  readonly store: FeedStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Size of one read: enough for the connection to a broker, and at most about a megabyte. */
const BATCH = 500;
/** Longer than a batch takes on a slow connection. After this time another process replaces a dead one. */
const LEASE_MS = 120_000;
const SEND_MS = 90_000;
/** Maximum time until a recovered broker is used again. */
const MOST_WAIT_MS = 5 * 60_000;

/**
 * Sends the undelivered events of one sink until none are left or the sink fails. Resolves with whether it
 * got any.
 */
export async function deliver(sink: Sink, deps: DeliverDeps, signal: AbortSignal): Promise<boolean> {
  const { store, logger } = deps;
  const turn = await store.take(sink.name, LEASE_MS);
  if (!turn) return false;
  if (turn.attempts > 0) logger.info({ task: sink.name, attempts: turn.attempts }, "the feed retries a sink");
  let position = turn.position;
  while (!signal.aborted) {
    const events = await store.read(position, BATCH);
    if (events.length === 0) break;
    const wanted = events.filter(({ event }) => sink.wants(event));
    try {
      if (wanted.length > 0) await sink.send(wanted, AbortSignal.any([signal, AbortSignal.timeout(SEND_MS)]));
    } catch (error) {
      if (signal.aborted) break;
      // Events before the failed one that the sink does not want need no delivery.
      const first = wanted[error instanceof SinkFailed ? error.delivered : 0];
      await give(sink, turn, first === undefined ? position : first.position - 1, error, deps);
      return true;
    }
    position = events.at(-1)!.position;
    if (!(await store.advance(sink.name, turn, position, LEASE_MS))) return true;
  }
  await store.end(sink.name, turn);
  return true;
}

async function give(
  sink: Sink,
  turn: Turn,
  position: number,
  error: unknown,
  { store, logger, random }: DeliverDeps,
): Promise<void> {
  const moved = position > turn.position;
  const attempts = moved ? 0 : turn.attempts;
  const { answer, afterMs } = error instanceof SinkFailed ? error : { answer: "failed", afterMs: 0 };
  const waitMs = Math.max(afterMs, backoffMs(attempts, random(), 1_000, MOST_WAIT_MS));
  // Only the first of consecutive failures is logged. Metrics show the others.
  if (attempts === 0)
    logger.warn(
      { task: sink.name, answer, waitMs, error },
      "a sink of the feed failed; its events are sent later",
    );
  await store.fail(sink.name, turn, { position, error: answer, waitMs });
}
