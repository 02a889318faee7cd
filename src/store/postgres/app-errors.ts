import type pg from "pg";
import { Unavailable, unreachable } from "../../core/errors.ts";
import { UniquenessConflict, UnstorableText } from "../../directory/errors.ts";
import { codeOf, failureOf } from "./failures.ts";

const UNIQUE_VIOLATION = "23505";

const CONFLICTS: Readonly<
  Record<string, { readonly resource: "User" | "Group"; readonly attribute: string }>
> = {
  users_user_name_key: { resource: "User", attribute: "userName" },
  groups_display_name_key: { resource: "Group", attribute: "displayName" },
};

/** Retry-after for an error that an operator must fix first. */
const REFUSED_AGAIN_MS = 30_000;

/** docs/threats.md F43. */
const DISK_FULL = "53100";

/** Translates an error of the driver for the callers. A bug of ours is returned unchanged. */
export function toAppError(error: unknown): unknown {
  const failure = failureOf(error);
  switch (failure) {
    case "repeat":
    case "busy":
      return new Unavailable("the database is busy", { cause: error });
    case "away":
      return new Unavailable(
        codeOf(error) === DISK_FULL ? "the disk of the database is full" : "the database does not answer",
        {
          cause: error,
        },
      );
    case "refused":
      return new Unavailable(`the database refuses a statement (${codeOf(error)})`, {
        cause: error,
        retryAfterMs: REFUSED_AGAIN_MS,
      });
    case "other":
      return mistakeOf(error) ?? error;
    default:
      return unreachable(failure);
  }
}

/** A byte sequence that is not valid UTF-8 or contains NUL; half a surrogate pair in JSON. */
const UNSTORABLE: ReadonlySet<string> = new Set(["22021", "22P05"]);

/** An error in the data that the client must correct. */
function mistakeOf(error: unknown): Error | undefined {
  const code = codeOf(error);
  if (code !== undefined && UNSTORABLE.has(code)) return new UnstorableText({ cause: error });
  if (code !== UNIQUE_VIOLATION) return undefined;
  const conflict = CONFLICTS[(error as pg.DatabaseError).constraint ?? ""];
  return conflict && new UniquenessConflict(conflict.resource, conflict.attribute);
}

const LOCK_NOT_AVAILABLE = "55P03";

/**
 * True: a batch may have failed because of one item, which was refused or whose row is locked. False: the
 * database is unavailable.
 */
export function isItemFailure(error: unknown): boolean {
  if (!(error instanceof Unavailable)) return true;
  return codeOf(error.cause) === LOCK_NOT_AVAILABLE || failureOf(error.cause) === "repeat";
}
