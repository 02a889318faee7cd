import { existsSync, readFileSync } from "node:fs";
import { loadEnvFile } from "node:process";
import { parseEnv } from "node:util";
import { nearest } from "../core/did-you-mean.ts";
import { CannotStart } from "../core/errors.ts";
import { SETTINGS } from "./rules.ts";

/* The one place that reads the environment. */

export type Environment = Readonly<Record<string, string | undefined>>;

const ENV_FILE = ".env";

export interface Sources {
  readonly environment: Environment;
  /** Names in the file `.env`, and those of them that the environment does not decide. */
  readonly inFile: readonly string[];
  readonly fromFile: ReadonlySet<string>;
}

/** The environment, completed by the file `.env` of the working folder; what both set, the environment decides. */
export function readSources(): Sources {
  const before = new Set(Object.keys(process.env));
  let inFile: readonly string[] = [];
  if (existsSync(ENV_FILE)) {
    try {
      inFile = Object.keys(parseEnv(readFileSync(ENV_FILE, "utf8")));
      loadEnvFile(ENV_FILE);
    } catch (cause) {
      throw new CannotStart([`the file ${ENV_FILE} of this folder cannot be read; change its permissions or move it away`], { cause });
    }
  }
  return { environment: process.env, inFile, fromFile: new Set(inFile.filter((name) => !before.has(name))) };
}

/** The language of the terminal, such as `zh_HK.UTF-8`, in the order of POSIX. */
export const readLocale = (): string | undefined =>
  [process.env["LC_ALL"], process.env["LC_MESSAGES"], process.env["LANG"]].find((value) => value !== undefined && value !== "");

/** First words of settings that are ours alone: whoever sets such a variable means this program. */
const OURS = /^(DINGTALK|SCIM|SYNC|SIMULATOR|ASSERTION|MAPPING|POLICY|BOOTSTRAP|ALERT|RETAIN|ENCRYPTION|HISTORY)_/;

/** Variables that no part of the program reads and that were most likely meant for it: all of `.env`, and of the environment those that look like ours. */
export function unknownSettings(environment: Environment, inFile: readonly string[] = []): readonly string[] {
  const known: readonly string[] = SETTINGS;
  return Object.keys(environment).flatMap((name) => {
    if (known.includes(name)) return [];
    const meant = name === name.toUpperCase() && !ELSEWHERE.has(name) ? meantBy(name) : undefined;
    if (meant === undefined && !inFile.includes(name) && !OURS.test(name)) return [];
    return [
      `${name} is no setting of this program and has no effect${meant === undefined ? "; .env.example lists all" : `; did you mean ${meant}?`}`,
    ];
  });
}

/** Strict, as most of an environment belongs to other programs. */
function meantBy(name: string): string | undefined {
  const joined = (each: string): string => each.replace(/_/g, "");
  const meant = nearest(joined(name), SETTINGS.map(joined), ({ length }) => (length >= 8 ? 2 : 1));
  return SETTINGS.find((each) => joined(each) === meant);
}

/** Well-known variables of other programs whose names are near to ours. */
const ELSEWHERE: ReadonlySet<string> = new Set(["HOME", "HOSTS", "PORTS", "POST", "PGPORT", "LOGLEVEL"]);
