import { type Clock, sleepUnlessAborted } from "../../core/clock.ts";
import { firstUuidAt, madeAtMs } from "../../core/id.ts";
import type { Logger } from "../../core/logger.ts";
import type { OlderEvents, SealStore } from "./ports.ts";
import type { Witnessing } from "./witnessing.ts";

/*
 * Puts events into the log. It looks for events without an entry. It does not remember a position in the
 * history, because a position would miss events that commit late. It looks back as far as events can be late:
 * every 5 s: the last 20 s. A writer gives up sooner, so nearly all new events are there. every 25 s: the
 * last 2 minutes. every 10 minutes: the last day, for processes whose clock is wrong. at the start and once a
 * day: the whole history.
 */

const EVERY_MS = 5_000;
const RECENT_MS = 20_000;
const BEFORE_MS = 2 * 60_000;
const BEFORE_EVERY_MS = 25_000;
const DAY_MS = 24 * 60 * 60_000;
const LATE_EVERY_MS = 10 * 60_000;
const ALL_EVERY_MS = DAY_MS;

export interface SealerDeps {
  readonly store: SealStore;
  readonly older: OlderEvents;
  /** Witnesses that also sign the checkpoints. */
  readonly witnesses?: Witnessing;
  /** The file for published checkpoints outside the database. */
  readonly anchors?: { keep(): Promise<void> };
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Sealer {
  /**
   * Seals now. Afterwards every event that was committed before has an entry, unless another process is
   * sealing.
   */
  seal(): Promise<void>;
  stop(): Promise<void>;
}

export function startSealer(
  { store, older, witnesses, anchors, clock, logger }: SealerDeps,
  { everyMs = EVERY_MS }: { readonly everyMs?: number } = {},
): Sealer {
  const stopping = new AbortController();
  let lastAllMs: number | undefined;
  /** Time of the oldest event that was encrypted late and has no entry yet. */
  let owedMs: number | undefined;
  let lastLateMs = clock.monotonicMs();
  let lastBeforeMs = clock.monotonicMs();
  let turn: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const nowMs = clock.now().getTime();
    const ms = clock.monotonicMs();
    const all = lastAllMs === undefined || ms - lastAllMs >= ALL_EVERY_MS;
    const late = ms - lastLateMs >= LATE_EVERY_MS;
    const before = ms - lastBeforeMs >= BEFORE_EVERY_MS;
    const backMs = all ? nowMs : late ? DAY_MS : before ? BEFORE_MS : RECENT_MS;
    await encryptOlder();
    const fromMs = Math.min(nowMs - backMs, owedMs ?? nowMs);
    const done = await store.sealFrom(firstUuidAt(fromMs), stopping.signal);
    if (!done) return;
    // Only the process that has sealed asks the witnesses. Readers get the previous checkpoint until enough
    // witnesses have signed.
    await witnesses?.ask();
    // A full or missing folder does not block sealing.
    await anchors
      ?.keep()
      .catch((error: unknown) =>
        logger.warn({ error }, "the checkpoint could not be added to HISTORY_ANCHORS_FILE"),
      );
    owedMs = undefined;
    if (all) lastAllMs = ms;
    if (all || late) lastLateMs = ms;
    if (all || late || before) lastBeforeMs = ms;
  }

  /** A stop may interrupt it. The next start continues. */
  async function encryptOlder(): Promise<void> {
    for (let more = true; more && !stopping.signal.aborted; ) {
      const batch = await older.encryptSome();
      if (batch) owedMs = Math.min(owedMs ?? Number.POSITIVE_INFINITY, madeAtMs(batch.first) ?? 0);
      more = batch?.more ?? false;
    }
  }

  const seal = (): Promise<void> => {
    // Calls in this process run one after another. A lock in the database separates processes.
    turn = turn.catch(() => undefined).then(look);
    return turn;
  };

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await seal();
      } catch (error) {
        if (!stopping.signal.aborted) logger.error({ error }, "the history could not be sealed");
      }
      await sleepUnlessAborted(clock, everyMs, stopping.signal);
    }
  }

  const running = run();
  return {
    seal,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
