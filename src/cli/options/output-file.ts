import { accessSync, constants, existsSync, statSync, unlinkSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { InvalidArgumentError } from "commander";
import { CannotStart } from "../../core/errors.ts";
import { t } from "../words/translate.ts";

/** Files of commands may have names of people, so only their owner can read a new file. */
const OWNER_ALONE = 0o600;

/**
 * Reads an option with the name of a file. Checked before a long run, not after it. Makes no file: the
 * command may still be refused.
 */
export function writableFile(path: string): string {
  try {
    if (existsSync(path) && statSync(path).isDirectory())
      throw Object.assign(new Error("a folder"), { code: "EISDIR" });
    accessSync(existsSync(path) ? path : dirname(path), constants.W_OK);
  } catch (error) {
    throw new InvalidArgumentError(t`${path} cannot be written (${codeOf(error)})`);
  }
  return path;
}

/**
 * Writes the file of an option. Of a new file that cannot be completed nothing stays. Rejects with
 * CannotStart if the file cannot be written.
 */
export async function writeFileOf(
  path: string,
  content: string | AsyncIterable<Uint8Array | string>,
  signal?: AbortSignal,
): Promise<void> {
  const isNew = !existsSync(path);
  try {
    const file = await opened(path);
    const source = Readable.from(typeof content === "string" ? [content] : content);
    await pipeline(source, file.createWriteStream(), signal ? { signal } : {});
  } catch (error) {
    if (isNew && existsSync(path)) unlinkSync(path);
    signal?.throwIfAborted();
    throw isOfTheFile(error) ? couldNotBeWritten(path, error) : error;
  }
}

const opened = (path: string) =>
  open(path, "w", OWNER_ALONE).catch((error: unknown) => {
    throw couldNotBeWritten(path, error);
  });

const couldNotBeWritten = (path: string, cause: unknown): CannotStart =>
  new CannotStart([t`${path} cannot be written (${codeOf(cause)})`], { cause });

/** An error of the system in a write, not one of the content's source. */
const isOfTheFile = (error: unknown): boolean =>
  typeof error === "object" &&
  error !== null &&
  "syscall" in error &&
  ["write", "writev", "close"].includes(String(error.syscall));

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? "";
