import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { MINUTE_MS } from "./periods.ts";
import type { KpiStore, RollUp } from "./ports.ts";

export interface KpisDeps extends Omit<RollUp, "now"> {
  readonly store: Pick<KpiStore, "rollUp">;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface RunningKpis {
  stop(): Promise<void>;
}

/** A turn that takes long comes more seldom: it takes at most a twentieth of the time of one connection. */
const EVERY_MS = MINUTE_MS;
const REST = 19;
/** Between two turns of catching up: others use the database as well. */
const SOON_MS = 1_000;

/** Keeps the table of figures up to date until it is stopped. What fails is logged, and the next turn comes. */
export function startKpis({ store, clock, logger, leaverMinutes, attributes }: KpisDeps): RunningKpis {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function turns(): Promise<void> {
    let failing = false;
    while (!signal.aborted) {
      let waitMs = EVERY_MS;
      const beganMs = clock.monotonicMs();
      try {
        const { more } = await store.rollUp({ now: clock.now(), leaverMinutes, attributes });
        waitMs = more ? SOON_MS : Math.max(EVERY_MS, REST * (clock.monotonicMs() - beganMs));
        failing = false;
      } catch (error) {
        // An outage of the database is one line, not one for each turn.
        if (!failing && !signal.aborted) logger.warn({ error }, "the figures could not be brought up to date; it is tried again");
        failing = true;
      }
      await clock.sleep(waitMs, signal).catch(() => undefined);
    }
  }

  const running = turns();
  return {
    async stop() {
      stopping.abort(new Error("the server is stopping"));
      await running;
    },
  };
}
