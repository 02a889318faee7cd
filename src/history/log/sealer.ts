import type { Clock } from "../../core/clock.ts";
import { firstUuidAt, madeAtMs } from "../../core/id.ts";
import type { Logger } from "../../core/logger.ts";
import type { OlderEvents, SealStore } from "./ports.ts";
import type { Witnessing } from "./witnessing.ts";

/*
 * Puts events into the log. It looks for those without an entry, as a position in the history would pass over what commits late: every few seconds among
 * those of the last 20, which is where they are, as whoever writes gives up sooner; four times a minute among those of the last minutes; now and then among those
 * of the last day, for processes whose clock is wrong; and at the start and once a day among all.
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
  /** Those who sign checkpoints as well. */
  readonly witnesses?: Witnessing;
  /** Where published checkpoints are kept beside the database. */
  readonly anchors?: { keep(): Promise<void> };
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Sealer {
  /** One look, now; after it every event that was committed before has an entry, unless another process is at it. */
  seal(): Promise<void>;
  stop(): Promise<void>;
}

export function startSealer(
  { store, older, witnesses, anchors, clock, logger }: SealerDeps,
  { everyMs = EVERY_MS }: { readonly everyMs?: number } = {},
): Sealer {
  const stopping = new AbortController();
  let lastAllMs: number | undefined;
  /** From where on events were encrypted that have no entry yet. */
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
    // Whoever has sealed asks; while not enough have signed, everybody reads the checkpoint before.
    await witnesses?.ask();
    // A full or missing folder does not block sealing.
    await anchors?.keep().catch((error: unknown) => logger.warn({ error }, "the checkpoint could not be added to HISTORY_ANCHORS_FILE"));
    owedMs = undefined;
    if (all) lastAllMs = ms;
    if (all || late) lastLateMs = ms;
    if (all || late || before) lastBeforeMs = ms;
  }

  /** What a stop leaves over is found by the next start. */
  async function encryptOlder(): Promise<void> {
    for (let more = true; more && !stopping.signal.aborted; ) {
      const some = await older.encryptSome();
      if (some) owedMs = Math.min(owedMs ?? Number.POSITIVE_INFINITY, madeAtMs(some.first) ?? 0);
      more = some?.more ?? false;
    }
  }

  const seal = (): Promise<void> => {
    // One after the other in this process; processes take turns by a lock.
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
      await clock.sleep(everyMs, stopping.signal).catch(() => undefined);
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
