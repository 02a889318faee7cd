import { existsSync, readFileSync } from "node:fs";
import { loadEnvFile } from "node:process";
import { parseEnv } from "node:util";
import { CannotStart } from "../core/errors.ts";
import { nearest } from "../core/text/did-you-mean.ts";
import { SETTINGS } from "./rules.ts";

/* Only this file reads the environment. */

export type Environment = Readonly<Record<string, string | undefined>>;

const ENV_FILE = ".env";

export interface Sources {
  readonly environment: Environment;
  /** Names of all variables in the file `.env`. */
  readonly inFile: readonly string[];
  /** Names of the variables whose value is that of the file `.env`. */
  readonly fromFile: ReadonlySet<string>;
}

/**
 * The environment and the file `.env` of the working folder. If both set a variable, the value of the
 * environment counts.
 */
export function readSources(): Sources {
  const before = new Set(Object.keys(process.env));
  let inFile: readonly string[] = [];
  if (existsSync(ENV_FILE)) {
    try {
      inFile = Object.keys(parseEnv(readFileSync(ENV_FILE, "utf8")));
      loadEnvFile(ENV_FILE);
    } catch (cause) {
      throw new CannotStart(
        [`the file ${ENV_FILE} of this folder cannot be read; change its permissions or move it away`],
        { cause },
      );
    }
  }
  return { environment: process.env, inFile, fromFile: new Set(inFile.filter((name) => !before.has(name))) };
}

/** The language of the terminal, such as `zh_HK.UTF-8`, in the order of POSIX. */
export const readLocale = (): string | undefined =>
  [process.env["LC_ALL"], process.env["LC_MESSAGES"], process.env["LANG"]].find(
    (value) => value !== undefined && value !== "",
  );

/** Prefixes of names that only this program uses. A variable with such a prefix is meant for this program. */
const OURS =
  /^(DINGTALK|SCIM|SYNC|SIMULATOR|ASSERTION|MAPPING|POLICY|BOOTSTRAP|ALERT|RETAIN|ENCRYPTION|HISTORY)_/;

/**
 * Warnings about variables that the program does not read although they are probably meant for it: all
 * unknown variables in `.env`, and variables of the environment whose names look like ours.
 */
export function unknownSettings(environment: Environment, inFile: readonly string[] = []): readonly string[] {
  const known: readonly string[] = SETTINGS;
  return Object.keys(environment).flatMap((name) => {
    if (known.includes(name)) return [];
    const meant = name === name.toUpperCase() && !OF_OTHER_PROGRAMS.has(name) ? meantBy(name) : undefined;
    if (meant === undefined && !inFile.includes(name) && !OURS.test(name)) return [];
    return [
      `${name} is not a setting of this program and has no effect${meant === undefined ? "; .env.example lists all" : `; did you mean ${meant}?`}`,
    ];
  });
}

/**
 * The setting with a similar name. The limit is strict, because most variables of an environment belong to
 * other programs.
 */
function meantBy(name: string): string | undefined {
  const joined = (each: string): string => each.replace(/_/g, "");
  const meant = nearest(joined(name), SETTINGS.map(joined), ({ length }) => (length >= 8 ? 2 : 1));
  return SETTINGS.find((each) => joined(each) === meant);
}

/** Well-known variables of other programs with names similar to ours. */
const OF_OTHER_PROGRAMS: ReadonlySet<string> = new Set([
  "HOME",
  "HOSTS",
  "PORTS",
  "POST",
  "PGPORT",
  "LOGLEVEL",
]);
