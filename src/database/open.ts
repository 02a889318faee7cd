import { existsSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { CannotStart } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { layOut, readPassword } from "./embedded/data-directory.ts";
import { startEmbeddedPostgres, urlOf } from "./embedded/embedded.ts";
import { postmasterOf } from "./embedded/postmaster.ts";
import { orStartProblem } from "./embedded/start-problem.ts";
import { isMigrated, migrate, migrateQueue } from "./migrate.ts";
import { grantAgain } from "./roles.ts";

export interface DatabaseSettings {
  /** Unset: the embedded server in `dataDir`. */
  readonly url: string | undefined;
  readonly dataDir: string;
  readonly migrations: string;
  readonly logger: Logger;
}

export interface OpenDatabase {
  /** The present address. It may change if the embedded server is restarted. */
  readonly url: string;
  /** `graceMs`: limit of the stop. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Opens the database for a server: starts the embedded server if there is no `url`, and applies the
 * migrations. Rejects with CannotStart.
 */
export const openDatabase = (settings: DatabaseSettings): Promise<OpenDatabase> =>
  orStartProblem(settings, async () => {
    const { url, dataDir, logger } = settings;
    const database =
      url === undefined
        ? await startEmbeddedPostgres({ dataDir, logger })
        : { url, stop: async () => undefined };
    try {
      await bringUpToDate(database.url, settings);
      return database;
    } catch (error) {
      await database.stop();
      throw error;
    }
  });

/**
 * Opens the database for a command: the embedded database of a running server, or else as `openDatabase`
 * does. Rejects with CannotStart if no server was ever started, because a command must not make a new
 * installation by mistake.
 */
export async function joinDatabase(settings: DatabaseSettings): Promise<OpenDatabase> {
  await requireInstallation(settings);
  const running =
    settings.url === undefined
      ? await orStartProblem(settings, async () => runningEmbedded(settings.dataDir))
      : undefined;
  return running === undefined ? openDatabase(settings) : { url: running, stop: async () => undefined };
}

/**
 * Opens the database without applying migrations, for a command that only reads. Starts the embedded server
 * if it is not running. Rejects with CannotStart.
 */
export const reachDatabase = (settings: Omit<DatabaseSettings, "migrations">): Promise<OpenDatabase> =>
  orStartProblem(settings, async () => {
    const { url, dataDir, logger } = settings;
    if (url === undefined) await requireInstallation(settings);
    const found = url ?? runningEmbedded(dataDir);
    return found === undefined
      ? startEmbeddedPostgres({ dataDir, logger })
      : { url: found, stop: async () => undefined };
  });

async function requireInstallation(settings: Pick<DatabaseSettings, "url" | "dataDir">): Promise<void> {
  const { url, dataDir } = settings;
  if (url !== undefined) {
    if (await orStartProblem(settings, () => isMigrated(url))) return;
    throw new CannotStart([
      "the database in DATABASE_URL has no installation yet; start the server once, or run `dingtalk-scim migrate`",
    ]);
  }
  if (existsSync(join(dataDir, "postgres"))) return;
  throw new CannotStart([
    `DATA_DIR ${resolve(dataDir)} has no installation; run the command in the folder of the server, or set DATA_DIR or DATABASE_URL to the values of the server`,
  ]);
}

async function bringUpToDate(
  connectionString: string,
  { migrations, logger }: DatabaseSettings,
): Promise<void> {
  // The queue comes first, because our statements use its functions.
  const hasNewQueue = await migrateQueue({ connectionString, logger });
  const applied = await migrate({ connectionString, directory: migrations, logger });
  if (!hasNewQueue && applied.length === 0) return;
  const roles = await grantAgain(connectionString);
  if (roles.length > 0)
    logger.info({ roles: roles.map(({ name }) => name) }, "granted new privileges to the database roles");
}

function runningEmbedded(dataDir: string): string | undefined {
  if (!existsSync(join(dataDir, "postgres"))) return undefined;
  const layout = layOut(realpathSync(dataDir));
  const postmaster = postmasterOf(layout.cluster);
  return postmaster.state === "running" && postmaster.ready
    ? urlOf(readPassword(layout), postmaster.port)
    : undefined;
}
