import { type Config, loadConfig } from "../config.ts";
import { systemClock } from "../core/clock.ts";
import { joinDatabase } from "../database/open.ts";
import { createLogger } from "../log.ts";
import { migrationsDirectory } from "../paths.ts";
import { createPool } from "../store/postgres.ts";
import { createPrisma } from "../store/prisma.ts";
import { createSources, type Sources } from "../store/sources.ts";
import { createTokens, type Tokens } from "../store/tokens.ts";

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
