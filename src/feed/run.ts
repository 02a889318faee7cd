import { type DeliverDeps, deliver } from "./deliver.ts";
import type { Sink } from "./sinks/sink.ts";

export interface FeedDeps extends DeliverDeps {
  readonly sinks: readonly Sink[];
  /** Names of all consumers, those who fetch included. */
  readonly consumers: readonly string[];
  /** Between two looks. */
  readonly everyMs?: number;
}

export interface RunningFeed {
  stop(): Promise<void>;
}

const EVERY_MS = 500;
/** An order that takes long is sought less often: the database has other work. */
const REST_FACTOR = 10;

/** Numbers what happened and sends it to each sink, beside everything else, until it is stopped. What fails is logged, and the next turn comes. */
export function startFeed(deps: FeedDeps): RunningFeed {
  const { store, sinks, consumers, clock, logger, everyMs = EVERY_MS } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;

  async function every(task: string, work: () => Promise<number>): Promise<void> {
    // An outage of the database is one line, not one for each turn.
    let failing = false;
    while (!signal.aborted) {
      let waitMs = everyMs;
      try {
        waitMs = await work();
        if (failing) logger.info({ task }, "a part of the feed works again");
        failing = false;
      } catch (error) {
        if (!failing && !signal.aborted) logger.warn({ task, error }, "a part of the feed failed; it is tried again");
        failing = true;
      }
      await clock.sleep(waitMs, signal).catch(() => undefined);
    }
  }

  let isRegistered = false;
  const loops = [
    every("order", async () => {
      if (!isRegistered) await store.register(consumers);
      isRegistered = true;
      const beganMs = clock.monotonicMs();
      await store.order();
      return Math.max(everyMs, (clock.monotonicMs() - beganMs) * REST_FACTOR);
    }),
    ...sinks.map((sink) =>
      every(sink.name, async () => {
        await deliver(sink, deps, signal);
        return everyMs;
      }),
    ),
  ];
  return {
    async stop() {
      stopping.abort(new Error("the server is stopping"));
      await Promise.all(loops);
      for (const sink of sinks)
        await sink
          .close()
          .catch((error: unknown) => logger.warn({ task: sink.name, error }, "a sink of the feed could not be closed in order"));
    },
  };
}
