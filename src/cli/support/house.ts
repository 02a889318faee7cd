import type { House, LoopParts } from "../../compose.ts";
import { systemClock } from "../../core/clock.ts";
import { createMeter } from "../../core/meter.ts";
import { createTraffic } from "../../http/traffic.ts";
import { withPool } from "./joined-pool.ts";

export interface OpenHouse extends House, LoopParts {}

/** Runs `work` with what the loop works with, beside a running server or alone. The loop itself does not run here. */
export const withHouse = <T>(work: (house: OpenHouse) => Promise<T>): Promise<T> =>
  withPool(async (joined) => {
    const [{ loopParts, startMeter }, { organisationSettings }] = await Promise.all([
      import("../../compose.ts"),
      import("../../sandbox.ts"),
    ]);
    const house = { ...joined, clock: systemClock, traffic: createTraffic(), meter: createMeter() };
    const parts = loopParts(house, organisationSettings(house.config));
    const meter = startMeter(house);
    try {
      return await work({ ...house, ...parts });
    } finally {
      await meter.stop();
      parts.target.close();
    }
  });
