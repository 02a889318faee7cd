import type { House, LoopParts } from "../compose.ts";
import { loadConfig } from "../config.ts";
import { systemClock } from "../core/clock.ts";

export interface OpenHouse extends House, LoopParts {}

/** Runs `work` with what the loop works with, beside a running server or alone. The loop itself does not run here. */
export async function withHouse<T>(work: (house: OpenHouse) => Promise<T>): Promise<T> {
  const config = loadConfig();
  const [{ loopParts }, { joinDatabase }, { createLogger }, { migrationsDirectory }, { organisationSettings }, { createPool }] =
    await Promise.all([
      import("../compose.ts"),
      import("../database/open.ts"),
      import("../log.ts"),
      import("../paths.ts"),
      import("../sandbox.ts"),
      import("../store/postgres.ts"),
    ]);
  const logger = createLogger({ level: "silent" });
  const database = await joinDatabase({
    url: config.databaseUrl?.reveal(),
    dataDir: config.dataDir,
    migrations: migrationsDirectory,
    logger,
  });
  try {
    const pool = createPool({ url: database.url, max: 4, logger });
    try {
      const house = { config, pool, clock: systemClock, logger };
      const parts = loopParts(house, organisationSettings(config));
      try {
        return await work({ ...house, ...parts });
      } finally {
        parts.target.close();
      }
    } finally {
      await pool.end();
    }
  } finally {
    await database.stop();
  }
}
