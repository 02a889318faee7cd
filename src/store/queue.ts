import { type LogFunctionFactory, Logger as QueueLogger, run } from "graphile-worker";
import type pg from "pg";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";

export interface Queue {
  stop(): Promise<void>;
}

export interface QueueTasks {
  /** A write left a wake-up. It carries nothing: whom to look at is in `entity_states`, and one that is lost costs the time until the worker's own poll. */
  readonly wake: () => void;
  /** Everything is to be compared with the target: asked for by `actor`, or nightly. Runs in one process at a time; a rejection is tried again later. */
  readonly sweep: (actor: string) => Promise<void>;
}

/** How long a wake-up may lie when its NOTIFY was lost. */
const POLL_MS = 1_000;

/**
 * A wake-up is kept in hand this long after it was heard, so that under load the next one lies there, seen by every write, and none of them adds its own:
 * each would cost a NOTIFY, which serialises commits, and a job's fetching and completing. Ten wake-ups a second instead of one for each write.
 */
const LINGER_MS = 100;

/** 02:10 in Hong Kong, in UTC: not on the hour, when everybody calls DingTalk (dingtalk-api.md section 9.1). */
const NIGHTLY = "10 18 * * * sweep ?jobKey=sweep&jobKeyMode=preserve_run_at";

export interface QueueDeps {
  /** What the queue writes may be forgotten in a crash of the database: a job taken or done then is done once more. */
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly logger: Logger;
}

export async function startQueue({ pool, clock, logger }: QueueDeps, tasks: QueueTasks): Promise<Queue> {
  const runner = await run({
    pgPool: pool,
    // A sweep may take minutes; wake-ups must not wait for it.
    concurrency: 2,
    pollInterval: POLL_MS,
    noHandleSignals: true,
    logger: new QueueLogger(forward(logger)),
    crontab: NIGHTLY,
    taskList: {
      reconcile: async () => {
        tasks.wake();
        await clock.sleep(LINGER_MS);
      },
      sweep: (payload) => tasks.sweep(actorOf(payload)),
    },
  });
  return { stop: () => runner.stop() };
}

/** JSON columns of this pool arrive as text (postgres.ts). */
function actorOf(payload: unknown): string {
  const job = (typeof payload === "string" ? JSON.parse(payload) : payload) as { actor?: unknown } | undefined;
  return typeof job?.actor === "string" ? job.actor : "system";
}

/** The library's own lines are for whoever debugs it; only warnings and errors concern an operator. Its texts may hold job payloads, ours carry none. */
const forward =
  (logger: Logger): LogFunctionFactory =>
  () =>
  (level, message) => {
    if (level === "error" || level === "warning")
      logger[level === "error" ? "error" : "warn"]({ check: "queue", problems: [message] }, "the queue reports a problem");
  };
