import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { silentLogger } from "../../src/core/logger.ts";
import { startEmbeddedPostgres } from "../../src/database/embedded/embedded.ts";
import { migrate, migrateQueue } from "../../src/database/migrate.ts";
import { createPool, type Pool } from "../../src/store/postgres/pool.ts";
import { temporaryRoot } from "../support/temporary-root.ts";
import { cpuMsWithChildren } from "./processes.ts";

/** A database of its own, with the product's tables, in this process. */
export interface Embedded {
  readonly pool: Pool;
  /** By a client without the bounds of the product's own. */
  fill(work: (client: pg.Client) => Promise<void>): Promise<void>;
  /** Processor time of PostgreSQL since it started. */
  cpuMs(): number;
}

export async function withEmbedded(work: (embedded: Embedded) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-bench-"));
  const postgres = await startEmbeddedPostgres({ dataDir: folder, logger: silentLogger });
  const pool = createPool({ url: postgres.url, max: 4, logger: silentLogger });
  try {
    const postmaster = Number.parseInt(
      readFileSync(join(folder, "postgres", "cluster", "postmaster.pid"), "utf8"),
      10,
    );
    const connection = { connectionString: postgres.url, logger: silentLogger };
    await migrateQueue(connection);
    await migrate({ ...connection, directory: join(__dirname, "..", "..", "prisma", "migrations") });
    await work({
      pool,
      fill: (some) => filled(postgres.url, some),
      cpuMs: () => cpuMsWithChildren(postmaster),
    });
  } finally {
    await pool.end();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function filled(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      "insert into sources (id, name) values (gen_random_uuid(), 'bench') on conflict do nothing",
    );
    await work(client);
    await client.query("analyze");
  } finally {
    await client.end();
  }
}
