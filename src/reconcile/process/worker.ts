import { setMaxListeners } from "node:events";
import { type Clock, sleepUnlessAborted } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Claim, ReconcileStore } from "../ports.ts";
import type { Reconciler } from "../run/deps.ts";
import { createBell } from "./bell.ts";

/** Heartbeat of this process, and repair after processes that died. */
export interface WorkerLife {
  /** `leases`: those of the runs in this process. */
  keepAlive(leases: readonly string[]): Promise<{ readonly freed: number; readonly suspects: number }>;
  /** Requeues entities that should be due and are not. Resolves with their number. */
  repair(): Promise<number>;
  /** Ends expired holds and approvals. */
  expireHolds(): Promise<void>;
  close(): Promise<void>;
}

export interface WorkerOptions {
  readonly store: Pick<ReconcileStore, "claim" | "nextDueMs"> & WorkerLife;
  readonly reconcile: Reconciler;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Number of concurrent runs. More runs than the target's rate allows only make the loaded facts older. */
  readonly concurrency: number;
  /** Whether this process has requests in flight: then the loop yields the processor. */
  readonly shouldYield?: () => boolean;
  /** Whether this process is paused: then it claims nothing. */
  readonly isPaused?: () => boolean;
  /** Whether this process claims only leavers, because its rules are held. */
  readonly isForLeavers?: () => boolean;
}

export interface Worker {
  start(): void;
  /** Something may be due: poll now. */
  wake(): void;
  /**
   * Stops claiming, lets running work end for up to `graceMs`, then aborts it. Everything unfinished stays
   * due.
   */
  stop(graceMs: number): Promise<void>;
  /** Time of the last poll, by the monotonic clock; undefined before the first one. */
  lastLookMs(): number | undefined;
}

/** Polling interval: the maximum delay after a missed notification. */
const POLL_MS = 1_000;
/** Minimum wait, so that due entities locked by another process do not make the loop spin. */
const MIN_REST_MS = 10;
/** Interval of the heartbeat, which also frees leases of dead workers. */
const HEARTBEAT_MS = 2_000;
/** Time between two checks of a suspected dead worker: a live one reacts much sooner. */
const CERTAIN_MS = 1_000;
/** Interval of the check for entities outside the five states (docs/threats.md I4). */
const REPAIR_MS = 60_000;

/**
 * Time between two polls while requests are in flight. Each poll starts at most `concurrency` runs, more than
 * DingTalk allows. Without this pause, runs without calls would use as much of the processor as the requests.
 */
const YIELD_MS = 300;

/** Claims due entities in small batches and runs the reconciler for each. */
export function createWorker({
  store,
  reconcile,
  clock,
  logger,
  concurrency,
  shouldYield = () => false,
  isPaused = () => false,
  isForLeavers = () => false,
}: WorkerOptions): Worker {
  const abort = new AbortController();
  // Every run adds a listener, and so do some of its calls.
  setMaxListeners(0, abort.signal);
  const running = new Map<string, Promise<void>>();
  /** The last claim returned as many as it asked for. */
  let saturated = false;
  let stopping = false;
  const { ring: wake, rest } = createBell(clock);
  let loop: Promise<void> | undefined;
  let aliveAt = Number.NEGATIVE_INFINITY;
  let repairedAt = Number.NEGATIVE_INFINITY;
  let lookedAt: number | undefined;

  async function look(): Promise<void> {
    await live();
    const free = isPaused() ? 0 : concurrency - running.size;
    // With a backlog, entities are claimed in larger batches, which are loaded and recorded together.
    const claims =
      free > 0 && (!saturated || free * 4 >= concurrency)
        ? await store.claim(free, isForLeavers() ? "leavers" : undefined)
        : [];
    if (claims.length > 0 || free * 4 >= concurrency) saturated = claims.length > 0 && claims.length === free;
    lookedAt = clock.monotonicMs();
    for (const claim of claims) start(claim);
  }

  async function live(): Promise<void> {
    const now = clock.monotonicMs();
    if (now - aliveAt > HEARTBEAT_MS) {
      const { freed, suspects } = await store.keepAlive([...running.keys()]);
      if (freed > 0) logger.warn({ freed }, "took over the leases of a stopped worker");
      // A suspected dead worker is checked again soon, so that its entities do not wait.
      aliveAt = suspects > 0 ? now - HEARTBEAT_MS + CERTAIN_MS : now;
    }
    if (now - repairedAt > REPAIR_MS) {
      const repaired = await store.repair();
      if (repaired > 0) logger.error({ repaired }, "entities without a valid state were requeued");
      await store.expireHolds();
      repairedAt = now;
    }
  }

  function start(claim: Claim): void {
    const work = reconcile(claim, abort.signal)
      .catch((error: unknown) =>
        logger.error(
          { kind: claim.ref.kind, entityId: claim.ref.id, error },
          "the result of a run could not be stored; its lease is released",
        ),
      )
      .finally(() => {
        running.delete(claim.lease);
        wake();
      });
    running.set(claim.lease, work);
  }

  async function run(): Promise<void> {
    while (!stopping) {
      try {
        await look();
        if (shouldYield()) {
          await clock.sleep(YIELD_MS);
          continue;
        }
        // Others are due all the time while only leavers go on.
        const dueMs = running.size === 0 && !isForLeavers() ? await store.nextDueMs() : undefined;
        await rest(Math.min(POLL_MS, Math.max(dueMs ?? POLL_MS, MIN_REST_MS)));
      } catch (error) {
        logger.warn({ error }, "the worker cannot reach the database; retrying");
        await rest(POLL_MS);
      }
    }
  }

  return {
    start() {
      loop ??= run();
    },
    wake,
    async stop(graceMs) {
      stopping = true;
      wake();
      await loop;
      const ended = Promise.all(running.values());
      const grace = new AbortController();
      await Promise.race([ended, sleepUnlessAborted(clock, graceMs, grace.signal)]);
      grace.abort();
      abort.abort(new Error("the worker is stopping"));
      await ended;
      await store.close();
    },
    lastLookMs: () => lookedAt,
  };
}
