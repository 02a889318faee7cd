import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { silentLogger } from "../../../src/core/logger.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../../src/database/embedded/embedded.ts";

const run = promisify(execFile);

/**
 * Starts a streaming replica in `folder` of the embedded server in `primaryFolder`. The embedded server has
 * no pg_basebackup, so the backup uses the low-level functions:
 * https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */
export async function startReplica(
  primary: EmbeddedPostgres,
  primaryFolder: string,
  folder: string,
): Promise<EmbeddedPostgres> {
  const client = new Client({ connectionString: primary.url });
  await client.connect();
  try {
    await client.query("select pg_backup_start('replica', fast => true)");
    mkdirSync(folder);
    // The copy keeps owners and modes, because the server checks them.
    await run("cp", ["-a", join(primaryFolder, "postgres"), join(folder, "postgres")]);
    const { rows } = await client.query("select labelfile from pg_backup_stop(wait_for_archive => false)");
    const cluster = join(folder, "postgres", "cluster");
    for (const own of ["postmaster.pid", "postmaster.opts"]) rmSync(join(cluster, own), { force: true });
    for (const claim of readdirSync(join(folder, "postgres", "launchers")))
      rmSync(join(folder, "postgres", "launchers", claim));
    // The replica receives the missing part of the write-ahead log by streaming.
    for (const segment of readdirSync(join(cluster, "pg_wal")))
      if (/^[0-9A-F]{24}$/.test(segment)) rmSync(join(cluster, "pg_wal", segment));
    writeFileSync(join(cluster, "backup_label"), rows[0].labelfile);
    writeFileSync(join(cluster, "standby.signal"), "");
    await run("chown", ["-R", `--reference=${join(cluster, "PG_VERSION")}`, cluster]);
  } finally {
    await client.end();
  }
  const { hostname, port, username, password } = new URL(primary.url);
  const settings = {
    primary_conninfo: `host=${hostname} port=${port} user=${username} password=${password}`,
    fsync: "off",
  };
  return startEmbeddedPostgres({ dataDir: folder, logger: silentLogger, settings });
}
