import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { ScheduleStore } from "./ports.ts";

export interface ScheduleDeps {
  readonly store: ScheduleStore;
  /** Of the rules that say what dates mean. */
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lookMs?: number;
}

export interface RunningSchedule {
  stop(): Promise<void>;
}

/** A leaver is out within seconds of midnight; a look finds nothing by an index of what is to come. */
const LOOK_MS = 5_000;

/** Lets days take effect as they come, in every process that runs the loop, until it is stopped. What fails is logged, and the next look comes. */
export function startSchedule({ store, version, clock, logger, lookMs = LOOK_MS }: ScheduleDeps): RunningSchedule {
  const stopping = new AbortController();
  const { signal } = stopping;
  let followed = false;

  async function look(): Promise<void> {
    if (!followed) {
      const count = await store.followRules(version, () => clock.now(), signal);
      if (count !== undefined && count > 0) logger.info({ count }, "dates of people were read by the new rules");
      followed = count !== undefined;
    }
    while (!signal.aborted) {
      const count = await store.applyDue(clock.now());
      if (count === 0) return;
      logger.info({ count }, "a day has come for people");
    }
  }

  async function turns(): Promise<void> {
    let failing = false;
    while (!signal.aborted) {
      try {
        await look();
        failing = false;
      } catch (error) {
        // An outage of the database is one line, not one for each look.
        if (!failing && !signal.aborted) logger.warn({ error }, "what is due by its date could not be carried out; it is tried again");
        failing = true;
      }
      await clock.sleep(lookMs, signal).catch(() => undefined);
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
