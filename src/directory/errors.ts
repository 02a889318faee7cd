import { AppError } from "../core/errors.ts";
import { isUuid } from "../core/id.ts";

/*
 * What the directory refuses. A client is shown the text, or the one that scim/errors.ts has for the code.
 */

export type ResourceType = "User" | "Group";

/** Of ours; another text may be anything. */
const named = (id: string): string => (isUuid(id) ? ` ${id}` : "");

/** A row was looked for, in the asking source, and is not there. Never thrown for anything else. */
export class NotFound extends AppError {
  readonly code = "NOT_FOUND";
  constructor(
    readonly resource: ResourceType,
    readonly id: string,
    options?: ErrorOptions,
  ) {
    super(`${resource}${named(id)} not found`, options);
  }
}

/** Another row of the same source holds the value of this attribute already. */
export class UniquenessConflict extends AppError {
  readonly code = "UNIQUENESS_CONFLICT";
  constructor(
    readonly resource: ResourceType,
    readonly attribute: string,
    options?: ErrorOptions,
  ) {
    super(`another ${resource} has this ${attribute}`, options);
  }
}

/** The row is at another version than the caller requires (If-Match). */
export class VersionConflict extends AppError {
  readonly code = "VERSION_CONFLICT";
  constructor(
    readonly resource: ResourceType,
    readonly id: string,
    options?: ErrorOptions,
  ) {
    super(`the ${resource}${named(id)} has changed: read it again and repeat the request`, options);
  }
}

/** Members that cannot be: nobody of this source has the id, or a group would come to contain itself. */
export class InvalidMembers extends AppError {
  readonly code = "INVALID_MEMBERS";
}

/** A position of a list that was not given out, or belongs to another list (RFC 9865 section 2). */
export class InvalidCursor extends AppError {
  readonly code = "INVALID_CURSOR";
}

/** Text that PostgreSQL cannot hold (core/storable-text.ts) has come as far as the database. The doors refuse it before; this is for what they overlook. */
export class UnstorableText extends AppError {
  readonly code = "INVALID_VALUE";
  constructor(options?: ErrorOptions) {
    super("a text holds a character that is not allowed (NUL or half a surrogate pair)", options);
  }
}
