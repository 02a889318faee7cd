import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, realpathSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Clock } from "../core/clock.ts";
import { CannotStart } from "../core/errors.ts";
import { makeFolder } from "../core/make-folder.ts";
import type { Binaries } from "./binaries.ts";
import { cleanEnvironment, giveTo, type Privileges, saidBy } from "./privileges.ts";
import { isErrno, processesIn, signal } from "./processes.ts";
import { until } from "./until.ts";

/** Everything of the embedded server, below DATA_DIR/postgres. */
export interface Layout {
  readonly home: string;
  /** The cluster itself, PGDATA. */
  readonly cluster: string;
  readonly password: string;
  readonly log: string;
}

/** Makes the folder, with real paths: /proc shows no others. DATA_DIR may be entered, but not listed, by the user PostgreSQL runs as. */
export function layOut(dataDir: string): Layout {
  makeFolder(dataDir, 0o711);
  makeFolder(join(dataDir, "postgres"), 0o700);
  const home = realpathSync(join(dataDir, "postgres"));
  return { home, cluster: join(home, "cluster"), password: join(home, "password"), log: join(home, "server.log") };
}

/**
 * Makes the cluster if there is none, and returns the password of its superuser.
 * A cluster is made aside and renamed when finished, so one that bears the name is whole, and a half one (killed during initdb) is made anew.
 */
export async function ensureCluster(layout: Layout, binaries: Binaries, privileges: Privileges, clock: Clock): Promise<string> {
  if (isFinished(layout, binaries)) {
    giveTo(layout.cluster, privileges);
    return readPassword(layout);
  }
  const unfinished = `${layout.cluster}.unfinished`;
  await endInitialisation([layout.home, unfinished], clock);
  rmSync(unfinished, { recursive: true, force: true });
  const password = randomBytes(24).toString("hex");
  writeFileSync(layout.password, password, { mode: 0o600 });
  giveTo(layout.password, privileges);
  await initialise(unfinished, layout, binaries, privileges);
  renameSync(unfinished, layout.cluster);
  return password;
}

/** An initdb outlives the process that started it for a while, and would write into the directory its successor makes. */
async function endInitialisation(directories: readonly string[], clock: Clock): Promise<void> {
  const ended = await until(clock, 10_000, () => {
    const pids = directories.flatMap(processesIn);
    for (const pid of pids) signal(pid, "SIGKILL");
    return pids.length === 0 ? true : undefined;
  });
  if (!ended) throw new CannotStart([`an earlier initdb still works in ${directories.join(" and ")}; end it and start again`]);
}

/** Built-in C.UTF-8: sorting and lower-casing are the same on every machine and after every system update, so indexes never go bad. */
async function initialise(target: string, layout: Layout, { initdb }: Binaries, privileges: Privileges): Promise<void> {
  const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const access = ["--username=postgres", `--pwfile=${layout.password}`, "--auth=scram-sha-256"];
  const { file, args, credentials } = privileges.command(initdb, [`--pgdata=${target}`, ...locale, ...access, "--data-checksums"]);
  try {
    await promisify(execFile)(file, [...args], { ...credentials, cwd: layout.home, env: cleanEnvironment });
  } catch (cause) {
    throw new CannotStart([`PostgreSQL could not make its data directory ${target}: ${saidBy(cause)}`], { cause });
  }
}

function isFinished(layout: Layout, binaries: Binaries): boolean {
  if (!existsSync(layout.cluster)) return false;
  if (readdirSync(layout.cluster).length === 0) {
    rmdirSync(layout.cluster);
    return false;
  }
  const file = join(layout.cluster, "PG_VERSION");
  if (!existsSync(file))
    throw new CannotStart([`${layout.cluster} is not a PostgreSQL data directory; move it away, or choose another DATA_DIR`]);
  const made = Number(readFileSync(file, "utf8"));
  if (made !== binaries.majorVersion) {
    const remedy = "move the data with that version's pg_dump, or choose another DATA_DIR";
    throw new CannotStart([`${layout.cluster} was made by PostgreSQL ${made}, this is ${binaries.majorVersion}; ${remedy}`]);
  }
  return true;
}

/** The password of the superuser `postgres`. */
export function readPassword(layout: Layout): string {
  try {
    return readFileSync(layout.password, "utf8").trim();
  } catch (cause) {
    if (!isErrno(cause, "ENOENT")) throw cause;
    throw new CannotStart([`${layout.password} is missing, and without it nobody can open the database in ${layout.cluster}`], { cause });
  }
}
