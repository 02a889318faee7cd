import { closeSync, openSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import { t } from "../words/translate.ts";

/** Files of commands may have names of people, so only their owner can read a new file. */
const OWNER_ALONE = 0o600;

/** Checked before a long run, not after it. */
export function writableFile(path: string): string {
  try {
    closeSync(openSync(path, "a", OWNER_ALONE));
  } catch (error) {
    throw new InvalidArgumentError(t`${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? ""})`);
  }
  return path;
}
