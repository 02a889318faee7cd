import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "../core/logger.ts";
import { layOut, readPassword } from "./data-directory.ts";
import { startEmbeddedPostgres, urlOf } from "./embedded.ts";
import { migrate, migrateQueue } from "./migrate.ts";
import { postmasterOf } from "./postmaster.ts";

export interface DatabaseSettings {
  /** Unset: the embedded server below `dataDir`. */
  readonly url: string | undefined;
  readonly dataDir: string;
  readonly migrations: string;
  readonly logger: Logger;
}

export interface OpenDatabase {
  readonly url: string;
  stop(): Promise<void>;
}

/** The server's own database: started if it is ours, and brought up to this version. Throws CannotStart. */
export async function openDatabase(settings: DatabaseSettings): Promise<OpenDatabase> {
  const { url, dataDir, logger } = settings;
  const database = url === undefined ? await startEmbeddedPostgres({ dataDir, logger }) : { url, stop: async () => undefined };
  try {
    await bringUpToDate(database.url, settings);
    return database;
  } catch (error) {
    await database.stop();
    throw error;
  }
}

/** For a command beside a running server: the embedded database that server started, else the same as `openDatabase`. */
export async function joinDatabase(settings: DatabaseSettings): Promise<OpenDatabase> {
  const running = settings.url === undefined ? runningEmbedded(settings.dataDir) : undefined;
  return running === undefined ? openDatabase(settings) : { url: running, stop: async () => undefined };
}

/** The database as it is: started if it is ours and nobody runs it, and not brought up to date. For looking at it. */
export async function reachDatabase({ url, dataDir, logger }: Omit<DatabaseSettings, "migrations">): Promise<OpenDatabase> {
  const found = url ?? runningEmbedded(dataDir);
  return found === undefined ? startEmbeddedPostgres({ dataDir, logger }) : { url: found, stop: async () => undefined };
}

async function bringUpToDate(connectionString: string, { migrations, logger }: DatabaseSettings): Promise<void> {
  // The queue first: the product's statements name its functions.
  await migrateQueue({ connectionString, logger });
  await migrate({ connectionString, directory: migrations, logger });
}

function runningEmbedded(dataDir: string): string | undefined {
  if (!existsSync(join(dataDir, "postgres"))) return undefined;
  const layout = layOut(realpathSync(dataDir));
  const postmaster = postmasterOf(layout.cluster);
  return postmaster.state === "running" && postmaster.ready ? urlOf(readPassword(layout), postmaster.port) : undefined;
}
