import { AppError } from "../core/errors.ts";

/*
 * What a SCIM request can be refused for, and the only table that turns errors into statuses (RFC 7644 section 3.12).
 *   renderScimError(error)  → status and body of the answer
 * Messages of the classes below are written for clients: they name attributes, ids and limits, never a value that came in
 * (core/quoted-name.ts).
 */

/** The body is no JSON, is no object, or is beyond the limits of its form. */
export class InvalidSyntax extends AppError {
  readonly code = "INVALID_SYNTAX";
}

/** The path of a PATCH operation cannot be read or names no attribute. */
export class InvalidPath extends AppError {
  readonly code = "INVALID_PATH";
}

/** A required value is missing, or a value does not fit its attribute. */
export class InvalidValue extends AppError {
  readonly code = "INVALID_VALUE";
}

/** The size of a page that is asked for by cursor is no number (RFC 9865 section 2). */
export class InvalidCount extends AppError {
  readonly code = "INVALID_COUNT";
}

/** The path of a PATCH operation leads to nothing that could be changed. */
export class NoTarget extends AppError {
  readonly code = "NO_TARGET";
}

/** The attribute cannot be changed, or cannot be removed. */
export class Mutability extends AppError {
  readonly code = "MUTABILITY";
}

/** More elements or operations than one request may hold. */
export class TooMany extends AppError {
  readonly code = "TOO_MANY";
}

/** Discovery does not filter, and says so rather than answering everything (RFC 7644 section 4). */
export class NotFilterable extends AppError {
  readonly code = "NOT_FILTERABLE";
  constructor() {
    super("a filter cannot be used at this address");
  }
}

/** RFC 7644 asks for an address that this server has no use for. */
export class NotImplemented extends AppError {
  readonly code = "NOT_IMPLEMENTED";
}

/** A bulk job with more operations than announced (RFC 7644 section 3.7.4). */
export class BulkTooLarge extends AppError {
  readonly code = "BULK_TOO_LARGE";
}

/** An operation of a bulk job refers to another one that failed, or that in turn refers to it (RFC 7644 section 3.7.1). */
export class BulkConflict extends AppError {
  readonly code = "BULK_CONFLICT";
}

interface Rendering {
  readonly status: number;
  readonly scimType?: string;
  /** Shown in place of the message where that is meant for operators. */
  readonly detail?: string;
}

/**
 * By `code`, so that errors of other rooms (directory, http) need no import here. A code that is not listed is an unknown failure: 500.
 */
const TABLE: ReadonlyMap<string, Rendering> = new Map<string, Rendering>([
  ["INVALID_SYNTAX", { status: 400, scimType: "invalidSyntax" }],
  ["INVALID_FILTER", { status: 400, scimType: "invalidFilter" }],
  ["INVALID_PATH", { status: 400, scimType: "invalidPath" }],
  ["INVALID_VALUE", { status: 400, scimType: "invalidValue" }],
  // Names members by ids of ours only, so that a client can tell which to send first (docs/threats.md F34).
  ["INVALID_MEMBERS", { status: 400, scimType: "invalidValue" }],
  ["NO_TARGET", { status: 400, scimType: "noTarget" }],
  ["MUTABILITY", { status: 400, scimType: "mutability" }],
  ["TOO_MANY", { status: 400, scimType: "tooMany" }],
  ["INVALID_COUNT", { status: 400, scimType: "invalidCount" }],
  ["INVALID_CURSOR", { status: 400, scimType: "invalidCursor" }],
  ["BAD_REQUEST", { status: 400, scimType: "invalidSyntax" }],
  ["REQUEST_ABORTED", { status: 400 }],
  ["UNAUTHENTICATED", { status: 401 }],
  ["FORBIDDEN", { status: 403 }],
  ["NOT_FILTERABLE", { status: 403 }],
  ["NOT_FOUND", { status: 404 }],
  ["METHOD_NOT_ALLOWED", { status: 405 }],
  ["REQUEST_TIMEOUT", { status: 408 }],
  ["UNIQUENESS_CONFLICT", { status: 409, scimType: "uniqueness" }],
  ["BULK_CONFLICT", { status: 409 }],
  ["VERSION_CONFLICT", { status: 412 }],
  ["BULK_TOO_LARGE", { status: 413, scimType: "tooMany" }],
  ["PAYLOAD_TOO_LARGE", { status: 413 }],
  ["URI_TOO_LONG", { status: 414 }],
  ["UNSUPPORTED_MEDIA_TYPE", { status: 415 }],
  ["EXPECTATION_FAILED", { status: 417 }],
  ["MISDIRECTED_REQUEST", { status: 421 }],
  ["TOO_MANY_REQUESTS", { status: 429 }],
  ["HEADERS_TOO_LARGE", { status: 431 }],
  ["NOT_IMPLEMENTED", { status: 501 }],
  ["UNAVAILABLE", { status: 503, detail: "temporarily unavailable, try again later" }],
]);

const UNKNOWN: Rendering = { status: 500, detail: "internal error" };
const MAX_DETAIL = 200;

export type ScimErrorBody = {
  readonly schemas: readonly ["urn:ietf:params:scim:api:messages:2.0:Error"];
  /** A string, as RFC 7644 section 3.12 wants it. */
  readonly status: string;
  readonly scimType?: string;
  readonly detail: string;
};

export interface RenderedScimError {
  readonly status: number;
  readonly body: ScimErrorBody;
  /** True for an unexpected error: log the whole cause chain. */
  readonly unexpected: boolean;
}

/** Never throws, whatever was thrown. Headers that go with an error are the door's (http/errors.ts). */
export function renderScimError(error: unknown): RenderedScimError {
  const known = error instanceof AppError ? TABLE.get(error.code) : undefined;
  const { status, scimType, detail } = known ?? UNKNOWN;
  const body: ScimErrorBody = {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail: (detail ?? (error instanceof AppError ? error.message : "")).slice(0, MAX_DETAIL),
  };
  return { status, body, unexpected: known === undefined };
}
