import { AppError } from "../core/errors.ts";
import { isUuid } from "../core/id.ts";

/*
 * Errors of the directory. A client gets the text, or the text of the code in scim/errors.ts.
 */

export type ResourceType = "User" | "Group";

/** Of ours; another text may be anything. */
const named = (id: string): string => (isUuid(id) ? ` ${id}` : "");

/** The row does not exist in the requesting source. Never thrown for anything else. */
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

/** Another row of the same source already has the value of this attribute. */
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

/** Invalid members: the id does not exist in this source, or a group would contain itself. */
export class InvalidMembers extends AppError {
  readonly code = "INVALID_MEMBERS";
}

/** A cursor that this server did not issue, or that belongs to another list (RFC 9865 section 2). */
export class InvalidCursor extends AppError {
  readonly code = "INVALID_CURSOR";
}

/**
 * Text that PostgreSQL cannot hold (core/text/storable-text.ts) has reached the database. Requests are
 * checked earlier; this handles what those checks miss.
 */
export class UnstorableText extends AppError {
  readonly code = "INVALID_VALUE";
  constructor(options?: ErrorOptions) {
    super("a text holds a character that is not allowed (NUL or half a surrogate pair)", options);
  }
}
