import { execFile } from "node:child_process";
import { lchownSync, readdirSync, readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CannotStart } from "../../core/errors.ts";
import { isErrno } from "./processes.ts";

/** A way to run PostgreSQL. It refuses to run as root, so root needs another user for it. */
export interface Privileges {
  readonly name: "own user" | "user namespace" | "nobody";
  /**
   * The required owner of the data directory, as this process sees it. Undefined: files have no numeric owner
   * on this platform.
   */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  command(program: string, args: readonly string[]): Command;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly credentials: { readonly uid?: number; readonly gid?: number };
}

/**
 * The environment of PostgreSQL. Our variables (PGPORT, LANG, TZ, …) must not change its behaviour. The
 * default search path finds `unshare` and `sh`.
 */
export const cleanEnvironment: Readonly<Record<string, string>> = { LC_ALL: "C", TZ: "UTC" };

const NOBODY_UID = 65_534;

/**
 * Finds a way to run `program` that can write to `directory`, and makes its user the owner of the directory.
 * As root: a user namespace. It gives root another number, so it can enter directories of root. If the kernel
 * or the container forbids it: the user `nobody`. As a user without a name, as in a container: a user
 * namespace, because initdb needs a name, or else the user itself. As any other user: the user itself.
 * Rejects with `CannotStart` with the error of each attempt.
 */
export async function choosePrivileges(
  directory: string,
  program: string,
  unshare = "unshare",
): Promise<Privileges> {
  const uid = process.getuid?.();
  const gid = process.getgid?.();
  if (uid === undefined || gid === undefined) return ownUser(undefined);
  const mine = { uid, gid };
  const candidates =
    uid === 0
      ? [userNamespace(unshare, mine), nobody()]
      : isKnownUser()
        ? [ownUser(mine)]
        : [userNamespace(unshare, mine), ownUser(mine)];
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

/**
 * Makes the user of PostgreSQL the owner of a file, or of a directory with its content. The directory itself
 * is last, so an interrupted change is repeated.
 */
export function giveTo(path: string, privileges: Privileges): void {
  const { owner } = privileges;
  if (!owner || statSync(path).uid === owner.uid) return;
  if (process.getuid?.() !== 0) {
    throw new CannotStart([
      `${path} belongs to uid ${statSync(path).uid}, but this process runs as uid ${owner.uid}`,
    ]);
  }
  const below = statSync(path).isDirectory()
    ? readdirSync(path, { withFileTypes: true, recursive: true })
    : [];
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
    // Without --fork the program replaces the process of unshare, so it has the pid that we started.
    command: (program, args) => ({
      file: unshare,
      args: ["--user", `--map-user=${NOBODY_UID}`, "--", program, ...args],
      credentials: {},
    }),
  };
}

function nobody(): Privileges {
  const fields = /^nobody:.*$/m.exec(readFileSync("/etc/passwd", "utf8"))?.[0].split(":");
  const owner = { uid: Number(fields?.[2] ?? NOBODY_UID), gid: Number(fields?.[3] ?? NOBODY_UID) };
  return { name: "nobody", owner, command: (program, args) => ({ file: program, args, credentials: owner }) };
}

async function trial(
  privileges: Privileges,
  directory: string,
  program: string,
): Promise<string | undefined> {
  const script =
    'test -w "$1" || { echo "this user cannot enter or write the directory, or one above it" >&2; exit 1; }; exec "$2" --version';
  const { file, args, credentials } = privileges.command("/bin/sh", ["-c", script, "sh", directory, program]);
  try {
    await promisify(execFile)(file, [...args], { ...credentials, cwd: directory, env: cleanEnvironment });
    return undefined;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return `${file} does not exist`;
    return outputOf(error);
  }
}

/** The standard error of a failed program. If it is empty, the error itself. */
export function outputOf(error: unknown): string {
  const stderr =
    typeof error === "object" && error !== null && "stderr" in error ? String(error.stderr).trim() : "";
  return stderr || String(error);
}
