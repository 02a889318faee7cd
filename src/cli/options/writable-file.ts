import { closeSync, openSync } from "node:fs";
import { InvalidArgumentError } from "commander";

/** Asked before minutes of reading, not after. */
export function writableFile(path: string): string {
  try {
    closeSync(openSync(path, "a"));
  } catch (error) {
    throw new InvalidArgumentError(`${path} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
  return path;
}
