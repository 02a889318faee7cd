import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Clock } from "../../core/clock.ts";
import { CannotStart } from "../../core/errors.ts";
import { makeFolder } from "../../core/make-folder.ts";
import type { Binaries } from "./binaries.ts";
import { cleanEnvironment, giveTo, outputOf, type Privileges } from "./privileges.ts";
import { isErrno, processesIn, signal } from "./processes.ts";
import { until } from "./until.ts";

/** Paths of the embedded server, all below DATA_DIR/postgres. */
export interface Layout {
  readonly home: string;
  /** The data directory of PostgreSQL (PGDATA). */
  readonly cluster: string;
  readonly password: string;
  readonly log: string;
}

/**
 * Makes the folder. Answers real paths, because /proc shows only those. The user who runs PostgreSQL may
 * enter DATA_DIR but not list it.
 */
export function layOut(dataDir: string): Layout {
  makeFolder(dataDir, 0o711);
  makeFolder(join(dataDir, "postgres"), 0o700);
  const home = realpathSync(join(dataDir, "postgres"));
  return {
    home,
    cluster: join(home, "cluster"),
    password: join(home, "password"),
    log: join(home, "server.log"),
  };
}

/**
 * Makes the cluster if there is none, and returns the password of its superuser. A new cluster has another
 * name until it is complete. So a cluster with the right name is always complete, and an incomplete one (the
 * process was killed during initdb) is made again. Throws CannotStart.
 */
export async function ensureCluster(
  layout: Layout,
  binaries: Binaries,
  privileges: Privileges,
  clock: Clock,
): Promise<string> {
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

/**
 * Ends an initdb that outlived the process that started it. Otherwise it would write into the new directory.
 */
async function endInitialisation(directories: readonly string[], clock: Clock): Promise<void> {
  const ended = await until(clock, 10_000, () => {
    const pids = directories.flatMap(processesIn);
    for (const pid of pids) signal(pid, "SIGKILL");
    return pids.length === 0 ? true : undefined;
  });
  if (!ended)
    throw new CannotStart([
      `an earlier initdb still runs in ${directories.join(" and ")}; end it and start again`,
    ]);
}

/**
 * Uses the built-in locale C.UTF-8. Its order and its lower case do not depend on the machine or on system
 * updates, so indexes stay valid.
 */
async function initialise(
  target: string,
  layout: Layout,
  { initdb }: Binaries,
  privileges: Privileges,
): Promise<void> {
  const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const access = ["--username=postgres", `--pwfile=${layout.password}`, "--auth=scram-sha-256"];
  const { file, args, credentials } = privileges.command(initdb, [
    `--pgdata=${target}`,
    ...locale,
    ...access,
    "--data-checksums",
  ]);
  try {
    await promisify(execFile)(file, [...args], { ...credentials, cwd: layout.home, env: cleanEnvironment });
  } catch (cause) {
    throw new CannotStart([`PostgreSQL could not make its data directory ${target}: ${outputOf(cause)}`], {
      cause,
    });
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
    throw new CannotStart([
      `${layout.cluster} is not a PostgreSQL data directory; move it away, or choose another DATA_DIR`,
    ]);
  const made = Number(readFileSync(file, "utf8"));
  if (made !== binaries.majorVersion) {
    const remedy = "move the data with that version's pg_dump, or choose another DATA_DIR";
    throw new CannotStart([
      `${layout.cluster} was made by PostgreSQL ${made}, but this installation has PostgreSQL ${binaries.majorVersion}; ${remedy}`,
    ]);
  }
  return true;
}

/** The password of the superuser `postgres`. */
export function readPassword(layout: Layout): string {
  try {
    return readFileSync(layout.password, "utf8").trim();
  } catch (cause) {
    if (!isErrno(cause, "ENOENT")) throw cause;
    throw new CannotStart(
      [
        `${layout.password} is missing, and the database in ${layout.cluster} cannot be opened without it; restore the file from a backup`,
      ],
      { cause },
    );
  }
}
