import { randomUUID } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { CannotStart } from "../core/errors.ts";
import { makeFolder } from "../core/make-folder.ts";
import { unreadable } from "../core/unreadable.ts";

/* Files that hold a secret key each: read, or made for their owner alone. */

const OWNER_ALONE = 0o600;

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code;

/** Undefined when there is none. Throws CannotStart when there is one that cannot be read. */
export function readKeyFile(path: string, setting: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return undefined;
    throw new CannotStart([unreadable(`${setting} ${path}`, cause)], { cause });
  }
}

/**
 * On the disk when it returns. What is there already stays, and is answered: another process may be faster.
 */
export function makeKeyFile(path: string, text: string, setting: string): string {
  try {
    makeFolder(dirname(path));
    // Whole before it has its name: another process must not read half a key.
    const draft = `${path}.${randomUUID()}`;
    const file = openSync(draft, "wx", OWNER_ALONE);
    try {
      writeSync(file, text);
      fsyncSync(file);
      linkSync(draft, path);
    } finally {
      closeSync(file);
      unlinkSync(draft);
    }
    return text;
  } catch (cause) {
    if (codeOf(cause) !== "EEXIST")
      throw new CannotStart([`${setting}: ${path} is not there and cannot be made`], { cause });
    return readFileSync(path, "utf8");
  }
}

/**
 * Puts another text in the place of a key file's, whole at every moment. Answers the text. Throws
 * CannotStart.
 */
export function replaceKeyFile(path: string, change: (text: string) => string, setting: string): string {
  const text = change(readFileSync(path, "utf8"));
  const draft = `${path}.${randomUUID()}`;
  try {
    const file = openSync(draft, "wx", OWNER_ALONE);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw new CannotStart(
      [`${setting}: ${path} cannot be written; add the line of the new key by hand, and call this again`],
      { cause },
    );
  }
  return text;
}
