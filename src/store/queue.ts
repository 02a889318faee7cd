import { type LogFunctionFactory, Logger as QueueLogger, run } from "graphile-worker";
import type pg from "pg";
import type { Logger } from "../core/logger.ts";

export interface Queue {
  stop(): Promise<void>;
}

/** How long a wake-up may lie when its NOTIFY was lost. */
const POLL_MS = 1_000;

/**
 * Takes the wake-ups that writes leave. A wake-up carries nothing: whom to look at is in `entity_states`, so it is done as soon as the worker has heard it,
 * and one that is lost costs the time until the worker's own poll.
 */
export async function startQueue(pool: pg.Pool, logger: Logger, wake: () => void): Promise<Queue> {
  const runner = await run({
    pgPool: pool,
    concurrency: 1,
    pollInterval: POLL_MS,
    noHandleSignals: true,
    logger: new QueueLogger(forward(logger)),
    taskList: { reconcile: async () => wake() },
  });
  return { stop: () => runner.stop() };
}

/** The library's own lines are for whoever debugs it; only warnings and errors concern an operator. Its texts may hold job payloads, ours carry none. */
const forward =
  (logger: Logger): LogFunctionFactory =>
  () =>
  (level, message) => {
    if (level === "error" || level === "warning")
      logger[level === "error" ? "error" : "warn"]({ check: "queue", problems: [message] }, "the queue reports a problem");
  };
