import { existsSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { CannotStart } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { layOut, readPassword } from "./data-directory.ts";
import { startEmbeddedPostgres, urlOf } from "./embedded.ts";
import { isMigrated, migrate, migrateQueue } from "./migrate.ts";
import { postmasterOf } from "./postmaster.ts";
import { grantAgain } from "./roles.ts";
import { orStartProblem } from "./start-problem.ts";

export interface DatabaseSettings {
  /** Unset: the embedded server below `dataDir`. */
  readonly url: string | undefined;
  readonly dataDir: string;
  readonly migrations: string;
  readonly logger: Logger;
}

export interface OpenDatabase {
  /** Of this moment: a server that had to be started again may have another one. */
  readonly url: string;
  /** `graceMs`: after which nothing more is waited for. */
  stop(graceMs?: number): Promise<void>;
}

/** The server's own database: started if it is ours, and brought up to this version. Throws CannotStart. */
export const openDatabase = (settings: DatabaseSettings): Promise<OpenDatabase> =>
  orStartProblem(settings, async () => {
    const { url, dataDir, logger } = settings;
    const database = url === undefined ? await startEmbeddedPostgres({ dataDir, logger }) : { url, stop: async () => undefined };
    try {
      await bringUpToDate(database.url, settings);
      return database;
    } catch (error) {
      await database.stop();
      throw error;
    }
  });

/**
 * For a command that acts on an installation: the embedded database that a running server started, else the same as `openDatabase`.
 * Throws CannotStart where no server was ever started: a command must not make an installation of its own by mistake.
 */
export async function joinDatabase(settings: DatabaseSettings): Promise<OpenDatabase> {
  await demandInstallation(settings);
  const running = settings.url === undefined ? await orStartProblem(settings, async () => runningEmbedded(settings.dataDir)) : undefined;
  return running === undefined ? openDatabase(settings) : { url: running, stop: async () => undefined };
}

/** The database as it is: started if it is ours and nobody runs it, and not brought up to date. For looking at it. */
export const reachDatabase = (settings: Omit<DatabaseSettings, "migrations">): Promise<OpenDatabase> =>
  orStartProblem(settings, async () => {
    const { url, dataDir, logger } = settings;
    if (url === undefined) await demandInstallation(settings);
    const found = url ?? runningEmbedded(dataDir);
    return found === undefined ? startEmbeddedPostgres({ dataDir, logger }) : { url: found, stop: async () => undefined };
  });

async function demandInstallation(settings: Pick<DatabaseSettings, "url" | "dataDir">): Promise<void> {
  const { url, dataDir } = settings;
  if (url !== undefined) {
    if (await orStartProblem(settings, () => isMigrated(url))) return;
    throw new CannotStart([
      "the database that DATABASE_URL names holds no installation yet; start the server once, or run `dingtalk-scim migrate`",
    ]);
  }
  if (existsSync(join(dataDir, "postgres"))) return;
  throw new CannotStart([
    `no installation in DATA_DIR ${resolve(dataDir)}; run the command in the server's folder, or set DATA_DIR or DATABASE_URL as the server has it`,
  ]);
}

async function bringUpToDate(connectionString: string, { migrations, logger }: DatabaseSettings): Promise<void> {
  // The queue first: the product's statements name its functions.
  const hasNewQueue = await migrateQueue({ connectionString, logger });
  const applied = await migrate({ connectionString, directory: migrations, logger });
  if (!hasNewQueue && applied.length === 0) return;
  const roles = await grantAgain(connectionString);
  if (roles.length > 0) logger.info({ roles: roles.map(({ name }) => name) }, "granted new privileges to the database roles");
}

function runningEmbedded(dataDir: string): string | undefined {
  if (!existsSync(join(dataDir, "postgres"))) return undefined;
  const layout = layOut(realpathSync(dataDir));
  const postmaster = postmasterOf(layout.cluster);
  return postmaster.state === "running" && postmaster.ready ? urlOf(readPassword(layout), postmaster.port) : undefined;
}
