import { sleepUnlessAborted } from "../../core/clock.ts";
import { isComparisonDue } from "./health.ts";
import type { ListeningPlace } from "./ports.ts";
import { createReceiver, type ListenDeps, type Receiver } from "./receiver.ts";

/**
 * Interval of the listener's heartbeat, and of the attempts of other processes to replace a dead listener.
 */
const PLACE_MS = 5_000;
const FORGET_MS = 3_600_000;
/** Interval of the check whether enough changes arrive as events. */
const HEALTH_MS = 60_000;

/** One of all processes listens to the target, and the others stand by. Ends when `signal` is aborted. */
export async function listenToTarget(deps: ListenDeps, signal: AbortSignal): Promise<void> {
  const { store, clock, logger, target } = deps;
  if (!target.listen) return;
  let logged = false;
  while (!signal.aborted) {
    try {
      const place = await store.takePlace();
      logged = false;
      if (place) await atPlace(deps, place, signal);
    } catch (error) {
      if (!logged)
        logger.warn({ target: target.name, error }, "events of the target cannot be received; retrying");
      logged = true;
    }
    await sleepUnlessAborted(clock, PLACE_MS, signal);
  }
}

async function atPlace(deps: ListenDeps, place: ListeningPlace, signal: AbortSignal): Promise<void> {
  const { target } = deps;
  const ending = new AbortController();
  const until = AbortSignal.any([signal, place.lost, ending.signal]);
  const receiver = createReceiver(deps, until);
  const shown = show(deps, place, receiver, until).finally(() => ending.abort());
  try {
    await Promise.all([target.listen!(receiver.listener, until), receiver.settle(), shown]);
  } finally {
    ending.abort();
    await place.leave();
  }
}

/** Stores the state of the connection, and notices when this process is no longer the listener. */
async function show(
  { store, clock, logger, target, compare }: ListenDeps,
  place: ListeningPlace,
  receiver: Receiver,
  signal: AbortSignal,
): Promise<void> {
  let forgottenMs = Number.NEGATIVE_INFINITY;
  let healthMs = Number.NEGATIVE_INFINITY;
  let logged = false;
  while (!signal.aborted) {
    try {
      await place.check();
      await store.showListening(receiver.state());
      if (clock.monotonicMs() - forgottenMs > FORGET_MS) {
        await store.forgetHints();
        forgottenMs = clock.monotonicMs();
      }
      if (clock.monotonicMs() - healthMs > HEALTH_MS) {
        healthMs = clock.monotonicMs();
        const { comparedMs, ...coverage } = await store.coverage();
        if (isComparisonDue(coverage, comparedMs)) {
          logger.warn(
            { target: target.name, ...coverage },
            "too few changes at the target arrive as events; starting a full comparison",
          );
          await compare();
        }
      }
      logged = false;
    } catch (error) {
      if (!logged)
        logger.warn({ target: target.name, error }, "the state of the event connection cannot be stored");
      logged = true;
    }
    // A change during the write is stored in the next round.
    await receiver.changed(PLACE_MS, signal);
  }
}
