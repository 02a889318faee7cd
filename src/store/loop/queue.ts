import { EventEmitter } from "node:events";
import {
  type LogFunctionFactory,
  Logger as QueueLogger,
  type Runner,
  run as runJobs,
  type WorkerEvents,
} from "graphile-worker";
import type pg from "pg";
import { backoffMs } from "../../core/backoff.ts";
import { type Clock, sleepUnlessAborted } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { releasedOnce } from "../postgres/release-once.ts";
import { run, type Statement } from "../postgres/statement.ts";

/*
 * Jobs that wake the loop, compare or assess. The library graphile-worker fetches and ends them. After a
 * failed end of a job it stops and does not start again, so it is run again until `stop`. Jobs are ended in
 * batches: only then does the library report its failures. Otherwise it leaves a rejection without a handler,
 * which ends the process (ADR 0036).
 */

export interface Queue {
  /** Throws while jobs are not fetched. */
  check(): void;
  /** Waits for running jobs for up to `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

export interface QueueTasks {
  /**
   * A write has left a wake-up. A wake-up has no content: `entity_states` has the due entities. A lost
   * wake-up costs the time until the next poll of the worker.
   */
  readonly wake: () => void;
  /**
   * Compares everything with the target: on request of `actor`, or each night. Runs in one process at a time.
   * A rejected job is tried again later.
   */
  readonly sweep: (actor: string) => Promise<void>;
  /** Assesses both sides, on request of `actor`. Runs like `sweep`. */
  readonly assess: (actor: string) => Promise<void>;
}

/** Longest time until a wake-up is fetched when its NOTIFY was lost. */
const POLL_MS = 1_000;

/**
 * A job `reconcile` runs for this time after the wake-up. Under load the next wake-up is then waiting
 * already, and writes that see it add none. Each further wake-up would cost a NOTIFY, which serialises
 * commits, and the fetch and the end of a job. So there are about ten wake-ups a second instead of one for
 * each write.
 */
const LINGER_MS = 100;

/**
 * In UTC; 02:10 in Hong Kong. It avoids the full hour, at which many programs call DingTalk
 * (docs/dingtalk.md 9.1).
 */
const NIGHTLY = "10 18 * * * sweep ?jobKey=sweep&jobKeyMode=preserve_run_at";

export interface QueueDeps {
  /** A crash of the database may lose writes of the queue. A job that was taken or done then runs again. */
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default: FALL_MS. */
  readonly fallMs?: number;
}

/**
 * Delay between two runs of the library. The database may be unavailable for long, and work has to continue
 * soon after it is back.
 */
const AGAIN_MS = 500;
const AGAIN_MAX_MS = 5_000;

/**
 * A run of the library that is stopping is left after this time: after two failed ends of a job it waits for
 * a third without a limit.
 */
const FALL_MS = 5_000;

/** Frees jobs that an earlier run of the library could not end. A job that was done runs again. */
const GIVE_BACK: Statement = {
  name: "queue-give-back",
  text: "select graphile_worker.force_unlock_workers($1::text[])",
};

/** Returns immediately, also while the database is unavailable. */
export function startQueue({ pool, clock, logger, fallMs = FALL_MS }: QueueDeps, tasks: QueueTasks): Queue {
  const stopping = new AbortController();
  let runner: Runner | undefined;
  /** Names under which earlier runs of the library hold jobs. */
  let held: string[] = [];
  const sweep = oneAtATime(tasks.sweep);
  const assess = oneAtATime(tasks.assess);

  async function runOnce(): Promise<void> {
    if (held.length > 0) await run(pool, GIVE_BACK, [held]);
    held = [];
    const events = new EventEmitter() as WorkerEvents;
    events.on("pool:create", ({ workerPool }) => held.push(workerPool.id));
    const fallen = new Promise<void>((resolve) =>
      events.once("pool:gracefulShutdown", () => void clock.sleep(fallMs).then(resolve)),
    );
    try {
      runner = await runJobs({
        pgPool: releasedOnce(pool),
        // A comparison or an assessment may take minutes. A wake-up must not wait for it.
        concurrency: 3,
        pollInterval: POLL_MS,
        noHandleSignals: true,
        logger: new QueueLogger(forward(logger)),
        events,
        crontab: NIGHTLY,
        preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
        taskList: {
          reconcile: async () => {
            tasks.wake();
            await clock.sleep(LINGER_MS);
          },
          sweep,
          assess,
        },
      });
      if (stopping.signal.aborted) await runner.stop();
      await Promise.race([runner.promise, fallen]);
    } finally {
      runner = undefined;
    }
  }

  async function keepRunning(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; failures++) {
      const beganMs = clock.monotonicMs();
      await runOnce().catch((error: unknown) => {
        if (!stopping.signal.aborted)
          logger.warn({ check: "queue", error }, "jobs are not fetched; retrying");
      });
      if (clock.monotonicMs() - beganMs > AGAIN_MAX_MS) failures = 0;
      await sleepUnlessAborted(
        clock,
        backoffMs(failures, Math.random(), AGAIN_MS, AGAIN_MAX_MS),
        stopping.signal,
      );
    }
  }

  const running = keepRunning();
  return {
    check() {
      if (runner === undefined) throw new Error("jobs are not fetched");
    },
    async stop(graceMs) {
      stopping.abort();
      const late = new AbortController();
      // `runner.stop()` rejects when the runner is already stopping.
      const ended = Promise.all([running, runner?.stop().catch(() => undefined)]);
      await Promise.race([ended, sleepUnlessAborted(clock, graceMs, late.signal)]);
      late.abort();
    },
  };
}

/** A run of the library that was left may still do a job that the next run gets. Both share one execution. */
function oneAtATime(task: (actor: string) => Promise<void>): (payload: unknown) => Promise<void> {
  let running: Promise<void> | undefined;
  return (payload) => {
    running ??= task(actorOf(payload)).finally(() => {
      running = undefined;
    });
    return running;
  };
}

/** JSON columns of this pool arrive as text (store/postgres/pool.ts). */
function actorOf(payload: unknown): string {
  const job = (typeof payload === "string" ? JSON.parse(payload) : payload) as
    | { actor?: unknown }
    | undefined;
  return typeof job?.actor === "string" ? job.actor : "system";
}

/**
 * Forwards only warnings and errors, because other lines of the library are for debugging. Its lines may have
 * payloads of jobs; ours name only an actor.
 */
const forward =
  (logger: Logger): LogFunctionFactory =>
  () =>
  (level, message) => {
    if (level === "error" || level === "warning")
      logger[level === "error" ? "error" : "warn"](
        { check: "queue", problems: [message] },
        "the queue reports a problem",
      );
  };
