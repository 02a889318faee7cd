import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { type Turns, takeTurns } from "../core/turns.ts";
import { MINUTE_MS } from "./periods.ts";
import type { KpiStore, RollUp } from "./ports.ts";

export interface KpisDeps extends Omit<RollUp, "now"> {
  readonly store: Pick<KpiStore, "rollUp">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A turn that takes long comes more seldom: it takes at most a twentieth of the time of one connection. */
const EVERY_MS = MINUTE_MS;
const REST = 19;
/** Between two turns of catching up: others use the database as well. */
const SOON_MS = 1_000;

/** Keeps the table of figures up to date until it is stopped. */
export function startKpis({ store, clock, logger, leaverMinutes, attributes }: KpisDeps): Turns {
  async function rollUp(): Promise<number> {
    const beganMs = clock.monotonicMs();
    const { more } = await store.rollUp({ now: clock.now(), leaverMinutes, attributes });
    return more ? SOON_MS : Math.max(EVERY_MS, REST * (clock.monotonicMs() - beganMs));
  }

  return takeTurns(rollUp, {
    clock,
    logger,
    everyMs: EVERY_MS,
    failed: "the figures could not be updated; retrying",
  });
}
