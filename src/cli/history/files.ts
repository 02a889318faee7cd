import { readFileSync } from "node:fs";
import { CannotStart } from "../../core/errors.ts";
import { unreadable } from "../../core/unreadable.ts";
import { FormatError } from "../../tlog/format-error.ts";

/** Throws CannotStart if the file is unreadable. */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new CannotStart([unreadable(path, cause)], { cause });
  }
}

/** Reports invalid input with its origin. Throws CannotStart. */
export function formatted<T>(where: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new CannotStart([`${where}: ${cause.message}`], { cause });
  }
}
