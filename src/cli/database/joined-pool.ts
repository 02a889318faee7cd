import type { Logger } from "../../core/logger.ts";
import type { Config } from "../../settings/config.ts";
import { loadConfig } from "../../settings/load-config.ts";
import type { Pool } from "../../store/postgres/pool.ts";
import { warn } from "../terminal/output.ts";

/** More connections than a command uses at the same time. */
const CONNECTIONS = 4;

export interface DatabaseAccess {
  readonly config: Config;
  readonly pool: Pool;
  readonly logger: Logger;
}

/**
 * Runs `work` on the product's database, with or without a running server, and leaves the server's state
 * unchanged. Throws CannotStart if the database cannot be reached, and the errors of `check` before the
 * database is opened.
 */
export async function withPool<T>(
  work: (joined: DatabaseAccess) => Promise<T>,
  check: (config: Config) => Promise<unknown> = async () => undefined,
): Promise<T> {
  const config = loadConfig(warn);
  await check(config);
  // Loaded here, so that help and usage errors do not load the database's client.
  const [{ joinDatabase }, { createLogger }, { migrationsDirectory }, { createPool }] = await Promise.all([
    import("../../database/open.ts"),
    import("../../process/log.ts"),
    import("../../process/paths.ts"),
    import("../../store/postgres/pool.ts"),
  ]);
  const logger = createLogger({ level: "silent" });
  const { databaseUrl, dataDir } = config;
  const database = await joinDatabase({
    url: databaseUrl?.reveal(),
    dataDir,
    migrations: migrationsDirectory,
    logger,
  });
  try {
    const pool = createPool({ url: database.url, max: CONNECTIONS, logger });
    try {
      return await work({ config, pool, logger });
    } finally {
      await pool.end();
    }
  } finally {
    await database.stop();
  }
}
