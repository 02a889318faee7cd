import { type Config, loadConfig } from "../config.ts";
import { systemClock } from "../core/clock.ts";
import type { Sources } from "../store/sources.ts";
import type { Tokens } from "../store/tokens.ts";

/** How history names changes that were made at the command line. */
export const ACTOR = "cli";

export interface Records {
  readonly config: Config;
  readonly sources: Sources;
  readonly tokens: Tokens;
}

/** Runs `work` on the product's database, beside a running server or alone. Throws CannotStart when there is no way in. */
export async function withRecords<T>(work: (records: Records) => Promise<T>): Promise<T> {
  const config = loadConfig();
  // Loaded here, so that help and mistakes do not wait for the database's client.
  const [
    { joinDatabase },
    { createLogger },
    { migrationsDirectory },
    { createPool },
    { createPrisma },
    { createSources },
    { createTokens },
  ] = await Promise.all([
    import("../database/open.ts"),
    import("../log.ts"),
    import("../paths.ts"),
    import("../store/postgres.ts"),
    import("../store/prisma.ts"),
    import("../store/sources.ts"),
    import("../store/tokens.ts"),
  ]);
  const logger = createLogger({ level: "silent" });
  const database = await joinDatabase({
    url: config.databaseUrl?.reveal(),
    dataDir: config.dataDir,
    migrations: migrationsDirectory,
    logger,
  });
  try {
    const pool = createPool({ url: database.url, max: 2, logger });
    try {
      const prisma = createPrisma(pool);
      const environment = config.dingtalk.kind === "sandbox" ? "test" : "live";
      return await work({
        config,
        sources: createSources(prisma, systemClock),
        tokens: createTokens({ database: prisma, clock: systemClock, environment }),
      });
    } finally {
      await pool.end();
    }
  } finally {
    await database.stop();
  }
}
