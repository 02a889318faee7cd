import { type Turn, type Turns, takeTurns } from "../core/turns.ts";
import { type DeliverDeps, deliver } from "./deliver.ts";
import type { Sink } from "./sinks/sink.ts";

export interface FeedDeps extends DeliverDeps {
  readonly sinks: readonly Sink[];
  /** Names of all consumers, including those that poll. */
  readonly consumers: readonly string[];
  /** Interval of the rounds. */
  readonly everyMs?: number;
}

const EVERY_MS = 500;
/** After a slow order the pause is longer, to spare the database. */
const REST_FACTOR = 10;

/** Numbers events and sends them to each sink, until it is stopped. */
export function startFeed(deps: FeedDeps): Turns {
  const { store, sinks, consumers, clock, logger, everyMs = EVERY_MS } = deps;
  const [failed, worksAgain] = ["a part of the feed failed; retrying", "a part of the feed works again"];
  const every = (task: string, turn: Turn): Turns =>
    takeTurns(turn, { clock, logger, everyMs, failed, worksAgain, fields: { task } });

  let isRegistered = false;
  const parts = [
    every("order", async () => {
      if (!isRegistered) await store.register(consumers);
      isRegistered = true;
      const beganMs = clock.monotonicMs();
      await store.order();
      return Math.max(everyMs, (clock.monotonicMs() - beganMs) * REST_FACTOR);
    }),
    ...sinks.map((sink) =>
      every(sink.name, async (signal) => {
        await deliver(sink, deps, signal);
      }),
    ),
  ];
  return {
    async stop() {
      await Promise.all(parts.map((part) => part.stop()));
      for (const sink of sinks)
        await sink
          .close()
          .catch((error: unknown) =>
            logger.warn({ task: sink.name, error }, "a sink of the feed could not be closed cleanly"),
          );
    },
  };
}
