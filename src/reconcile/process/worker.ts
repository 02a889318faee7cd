import { setMaxListeners } from "node:events";
import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Claim, ReconcileStore } from "../ports.ts";
import type { Reconciler } from "../run/deps.ts";
import { createBell } from "./bell.ts";

/** What shows other processes that this one lives, and mends what dead ones left behind. */
export interface WorkerLife {
  /** `leases`: those of the work that is going on here. */
  keepAlive(leases: readonly string[]): Promise<{ readonly freed: number; readonly suspects: number }>;
  /** Puts entities back to work that should be due and are not; how many. */
  repair(): Promise<number>;
  /** Ends holds and approvals whose time is over. */
  expireHolds(): Promise<void>;
  close(): Promise<void>;
}

export interface WorkerOptions {
  readonly store: Pick<ReconcileStore, "claim" | "nextDueMs"> & WorkerLife;
  readonly reconcile: Reconciler;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Entities worked on side by side. More than the target's rate can carry only makes facts older. */
  readonly concurrency: number;
  /** Whether this process has requests to answer right now: then the loop leaves them the processor. */
  readonly shouldYield?: () => boolean;
  /** Whether this process rests: then it leaves what is due to others. */
  readonly isResting?: () => boolean;
}

export interface Worker {
  start(): void;
  /** Something may be due: look now. */
  wake(): void;
  /** Stops claiming, lets running work end for up to `graceMs`, then aborts it. Everything unfinished stays due. */
  stop(graceMs: number): Promise<void>;
  /** When the loop last looked for work, by the monotonic clock; undefined before the first look. */
  lastLookMs(): number | undefined;
}

/** A wake-up that was missed costs this much at most. */
const POLL_MS = 1_000;
/** What is due but cannot be had (another process is taking it) must not make the loop spin. */
const MIN_REST_MS = 10;
/** How often the worker shows that it lives and frees what dead ones held. */
const HEARTBEAT_MS = 2_000;
/** Between two looks at a worker that seems to be gone: one that lives notices in far less. */
const CERTAIN_MS = 1_000;
/** How often it looks for entities that lost their place among the five states (docs/threats.md I4). */
const REPAIR_MS = 60_000;

/**
 * Between two looks while there are requests to answer. At most `concurrency` runs begin in each, which is more than DingTalk lets through; what needs no call
 * would else take as much of the processor as the answers do.
 */
const YIELD_MS = 300;

/** Claims what is due, a few at a time, and hands each to the reconciler. */
export function createWorker({
  store,
  reconcile,
  clock,
  logger,
  concurrency,
  shouldYield = () => false,
  isResting = () => false,
}: WorkerOptions): Worker {
  const abort = new AbortController();
  // Every run listens to it, and some of its calls as well.
  setMaxListeners(0, abort.signal);
  const running = new Map<string, Promise<void>>();
  /** The last claim got all it asked for. */
  let saturated = false;
  let stopping = false;
  const { ring: wake, rest } = createBell(clock);
  let loop: Promise<void> | undefined;
  let aliveAt = Number.NEGATIVE_INFINITY;
  let repairedAt = Number.NEGATIVE_INFINITY;
  let lookedAt: number | undefined;

  async function look(): Promise<void> {
    await live();
    const free = isResting() ? 0 : concurrency - running.size;
    // While there is plenty, many are taken at a time: what is taken together is loaded and recorded together.
    const claims = free > 0 && (!saturated || free * 4 >= concurrency) ? await store.claim(free) : [];
    if (claims.length > 0 || free * 4 >= concurrency) saturated = claims.length > 0 && claims.length === free;
    lookedAt = clock.monotonicMs();
    for (const claim of claims) start(claim);
  }

  async function live(): Promise<void> {
    const now = clock.monotonicMs();
    if (now - aliveAt > HEARTBEAT_MS) {
      const { freed, suspects } = await store.keepAlive([...running.keys()]);
      if (freed > 0) logger.warn({ freed }, "took over the leases of a stopped worker");
      // Who seems to be gone is looked at once more before long: what they had in hand should not wait.
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
        const dueMs = running.size === 0 ? await store.nextDueMs() : undefined;
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
      await Promise.race([ended, clock.sleep(graceMs, grace.signal).catch(() => undefined)]);
      grace.abort();
      abort.abort(new Error("the worker is stopping"));
      await ended;
      await store.close();
    },
    lastLookMs: () => lookedAt,
  };
}
