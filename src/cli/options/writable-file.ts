import { closeSync, openSync } from "node:fs";
import { InvalidArgumentError } from "commander";

/** What commands write names people, or whom somebody looked for: a new file is for its owner alone. */
const OWNER_ALONE = 0o600;

/** Asked before minutes of reading, not after. */
export function writableFile(path: string): string {
  try {
    closeSync(openSync(path, "a", OWNER_ALONE));
  } catch (error) {
    throw new InvalidArgumentError(`${path} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
  return path;
}
