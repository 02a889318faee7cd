import { EventEmitter } from "node:events";
import { type LogFunctionFactory, Logger as QueueLogger, type Runner, run as runJobs, type WorkerEvents } from "graphile-worker";
import type pg from "pg";
import { backoffMs } from "../../core/backoff.ts";
import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { releasedOnce } from "../postgres/release-once.ts";
import { run, type Statement } from "../postgres/statement.ts";

/*
 * Jobs that wake the loop or compare everything. The library fetches and ends them, and stops for good when it could not end one; so it is run again until we
 * stop. Of its two ways to end jobs only the one in batches hears of its failures: the other leaves rejections to nobody, which ends the process (ADR 0036).
 */

export interface Queue {
  /** Throws while jobs are not fetched. */
  check(): void;
  /** Waits for running jobs for up to `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

export interface QueueTasks {
  /** A write left a wake-up. It carries nothing: whom to look at is in `entity_states`, and one that is lost costs the time until the worker's own poll. */
  readonly wake: () => void;
  /** Everything is to be compared with the target: asked for by `actor`, or nightly. Runs in one process at a time; a rejection is tried again later. */
  readonly sweep: (actor: string) => Promise<void>;
  /** Both sides are to be assessed; the same otherwise. */
  readonly assess: (actor: string) => Promise<void>;
}

/** How long a wake-up may lie when its NOTIFY was lost. */
const POLL_MS = 1_000;

/**
 * A wake-up is kept in hand this long after it was heard, so that under load the next one lies there, seen by every write, and none of them adds its own:
 * each would cost a NOTIFY, which serialises commits, and a job's fetching and completing. Ten wake-ups a second instead of one for each write.
 */
const LINGER_MS = 100;

/** 02:10 in Hong Kong, in UTC: not on the hour, when everybody calls DingTalk (docs/dingtalk.md 9.1). */
const NIGHTLY = "10 18 * * * sweep ?jobKey=sweep&jobKeyMode=preserve_run_at";

export interface QueueDeps {
  /** What the queue writes may be forgotten in a crash of the database: a job taken or done then is done once more. */
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly logger: Logger;
  /** FALL_MS unless given. */
  readonly fallMs?: number;
}

/** Delay between two runs of the library: the database may be unavailable for long, and must be found again soon. */
const AGAIN_MS = 500;
const AGAIN_MAX_MS = 5_000;

/** A stopping run is abandoned after this time: after two failed job completions the library waits indefinitely for a third. */
const FALL_MS = 5_000;

/** Jobs that a run of the library could not end, for the next one. What was done is done once more. */
const GIVE_BACK: Statement = { name: "queue-give-back", text: "select graphile_worker.force_unlock_workers($1::text[])" };

/** Does not wait for the database. */
export function startQueue({ pool, clock, logger, fallMs = FALL_MS }: QueueDeps, tasks: QueueTasks): Queue {
  const stopping = new AbortController();
  let runner: Runner | undefined;
  /** Names under which earlier runs hold what they could not end. */
  let held: string[] = [];
  const sweep = oneAtATime(tasks.sweep);
  const assess = oneAtATime(tasks.assess);

  async function runOnce(): Promise<void> {
    if (held.length > 0) await run(pool, GIVE_BACK, [held]);
    held = [];
    const events = new EventEmitter() as WorkerEvents;
    events.on("pool:create", ({ workerPool }) => held.push(workerPool.id));
    const fallen = new Promise<void>((resolve) => events.once("pool:gracefulShutdown", () => void clock.sleep(fallMs).then(resolve)));
    try {
      runner = await runJobs({
        pgPool: releasedOnce(pool),
        // Comparisons and assessments may take minutes; wake-ups must not wait for them.
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
        if (!stopping.signal.aborted) logger.warn({ check: "queue", error }, "jobs are not fetched; retrying");
      });
      if (clock.monotonicMs() - beganMs > AGAIN_MAX_MS) failures = 0;
      await clock.sleep(backoffMs(failures, Math.random(), AGAIN_MS, AGAIN_MAX_MS), stopping.signal).catch(() => undefined);
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
      // A runner that is just stopping reports that it has stopped.
      const ended = Promise.all([running, runner?.stop().catch(() => undefined)]);
      await Promise.race([ended, clock.sleep(graceMs, late.signal).catch(() => undefined)]);
      late.abort();
    },
  };
}

/** A run that was left behind may still be at it when the next one gets the same job. */
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
  const job = (typeof payload === "string" ? JSON.parse(payload) : payload) as { actor?: unknown } | undefined;
  return typeof job?.actor === "string" ? job.actor : "system";
}

/** Other lines of the library are for debugging; only warnings and errors concern an operator. Its texts may contain job payloads; ours are empty. */
const forward =
  (logger: Logger): LogFunctionFactory =>
  () =>
  (level, message) => {
    if (level === "error" || level === "warning")
      logger[level === "error" ? "error" : "warn"]({ check: "queue", problems: [message] }, "the queue reports a problem");
  };
