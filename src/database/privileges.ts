import { execFile } from "node:child_process";
import { lchownSync, readdirSync, readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CannotStart } from "../core/errors.ts";
import { isErrno } from "./processes.ts";

/** How PostgreSQL is run. It refuses to run as root, so root has to become somebody else first. */
export interface Privileges {
  readonly name: "own user" | "user namespace" | "nobody";
  /** Who must own the data directory, as seen from this process; undefined where files have no numeric owner. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  command(program: string, args: readonly string[]): Command;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly credentials: { readonly uid?: number; readonly gid?: number };
}

/** Nothing of our environment may change how PostgreSQL behaves (PGPORT, LANG, TZ, …); the system's default search path finds `unshare` and `sh`. */
export const cleanEnvironment: Readonly<Record<string, string>> = { LC_ALL: "C", TZ: "UTC" };

const NOBODY_UID = 65_534;

/**
 * Finds a way to run `program` that can also write to `directory`, and gives it the directory.
 * As root: a user namespace, where the same user has another number (so it reaches below directories only root may enter); where the kernel or the
 * container forbids that, the user `nobody`. As a user without a name, such as a container's number: a user namespace as well, as initdb wants a name. Throws `CannotStart` with what each attempt said.
 */
export async function choosePrivileges(directory: string, program: string, unshare = "unshare"): Promise<Privileges> {
  const uid = process.getuid?.();
  const gid = process.getgid?.();
  if (uid === undefined || gid === undefined) return ownUser(undefined);
  const mine = { uid, gid };
  const candidates =
    uid === 0 ? [userNamespace(unshare, mine), nobody()] : isKnownUser() ? [ownUser(mine)] : [userNamespace(unshare, mine), ownUser(mine)];
  const problems: string[] = [];
  for (const candidate of candidates) {
    giveTo(directory, candidate);
    const problem = await trial(candidate, directory, program);
    if (problem === undefined) return candidate;
    problems.push(`PostgreSQL cannot run in ${directory} as ${candidate.name}: ${problem}`);
  }
  throw new CannotStart(problems);
}

function isKnownUser(): boolean {
  try {
    userInfo();
    return true;
  } catch {
    return false;
  }
}

/** Makes the owner of a file, or of a directory and everything below it, the one PostgreSQL runs as. The top goes last: a half-done change is done again. */
export function giveTo(path: string, privileges: Privileges): void {
  const { owner } = privileges;
  if (!owner || statSync(path).uid === owner.uid) return;
  if (process.getuid?.() !== 0) {
    throw new CannotStart([`${path} belongs to uid ${statSync(path).uid}, but this process runs as uid ${owner.uid}`]);
  }
  const below = statSync(path).isDirectory() ? readdirSync(path, { withFileTypes: true, recursive: true }) : [];
  for (const entry of below) lchownSync(join(entry.parentPath, entry.name), owner.uid, owner.gid);
  lchownSync(path, owner.uid, owner.gid);
}

function ownUser(owner: Privileges["owner"]): Privileges {
  return { name: "own user", owner, command: (program, args) => ({ file: program, args, credentials: {} }) };
}

function userNamespace(unshare: string, owner: Privileges["owner"]): Privileges {
  return {
    name: "user namespace",
    owner,
    // Without --fork the program takes the place of unshare, so its pid is the pid we started.
    command: (program, args) => ({ file: unshare, args: ["--user", `--map-user=${NOBODY_UID}`, "--", program, ...args], credentials: {} }),
  };
}

function nobody(): Privileges {
  const fields = /^nobody:.*$/m.exec(readFileSync("/etc/passwd", "utf8"))?.[0].split(":");
  const owner = { uid: Number(fields?.[2] ?? NOBODY_UID), gid: Number(fields?.[3] ?? NOBODY_UID) };
  return { name: "nobody", owner, command: (program, args) => ({ file: program, args, credentials: owner }) };
}

async function trial(privileges: Privileges, directory: string, program: string): Promise<string | undefined> {
  const script = 'test -w "$1" || { echo "the directory, or one above it, is closed to that user" >&2; exit 1; }; exec "$2" --version';
  const { file, args, credentials } = privileges.command("/bin/sh", ["-c", script, "sh", directory, program]);
  try {
    await promisify(execFile)(file, [...args], { ...credentials, cwd: directory, env: cleanEnvironment });
    return undefined;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return `${file} is not there`;
    return saidBy(error);
  }
}

/** What a program that failed wrote to its standard error, else the failure itself. */
export function saidBy(error: unknown): string {
  const stderr = typeof error === "object" && error !== null && "stderr" in error ? String(error.stderr).trim() : "";
  return stderr || String(error);
}
