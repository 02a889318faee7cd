import { AppError } from "../core/errors.ts";

/*
 * Errors of SCIM requests, and the only table from errors to statuses (RFC 7644 section 3.12).
 * renderScimError(error) returns status and body of the answer. Messages of the classes below are for
 * clients. They name attributes, ids and limits, and never repeat an input value (core/text/quoted-name.ts).
 */

/** The body is not JSON, not an object, or exceeds a limit. */
export class InvalidSyntax extends AppError {
  readonly code = "INVALID_SYNTAX";
}

/** The path of a PATCH operation is unreadable or names no attribute. */
export class InvalidPath extends AppError {
  readonly code = "INVALID_PATH";
}

/** A required value is missing, or a value does not fit its attribute. */
export class InvalidValue extends AppError {
  readonly code = "INVALID_VALUE";
}

/** The `count` of a request with a cursor is not a number (RFC 9865 section 2). */
export class InvalidCount extends AppError {
  readonly code = "INVALID_COUNT";
}

/** The path of a PATCH operation matches nothing. */
export class NoTarget extends AppError {
  readonly code = "NO_TARGET";
}

/** The attribute cannot be changed, or cannot be removed. */
export class Mutability extends AppError {
  readonly code = "MUTABILITY";
}

/** More elements or operations than one request may have. */
export class TooMany extends AppError {
  readonly code = "TOO_MANY";
}

/** Discovery has no filters and refuses them (RFC 7644 section 4). */
export class NotFilterable extends AppError {
  readonly code = "NOT_FILTERABLE";
  constructor() {
    super("a filter cannot be used at this address");
  }
}

/** An address of RFC 7644 that this server does not support. */
export class NotImplemented extends AppError {
  readonly code = "NOT_IMPLEMENTED";
}

/** A bulk job with more operations than announced (RFC 7644 section 3.7.4). */
export class BulkTooLarge extends AppError {
  readonly code = "BULK_TOO_LARGE";
}

/**
 * A bulk operation refers to an operation that failed, or that refers back to it (RFC 7644 section 3.7.1).
 */
export class BulkConflict extends AppError {
  readonly code = "BULK_CONFLICT";
}

interface Rendering {
  readonly status: number;
  readonly scimType?: string;
  /** Replaces the message if that is for operators. */
  readonly detail?: string;
}

/**
 * By `code`, so that errors of other rooms (directory, http) need no import. A missing code is an unknown
 * failure: 500.
 */
const TABLE: ReadonlyMap<string, Rendering> = new Map<string, Rendering>([
  ["INVALID_SYNTAX", { status: 400, scimType: "invalidSyntax" }],
  ["INVALID_FILTER", { status: 400, scimType: "invalidFilter" }],
  ["INVALID_PATH", { status: 400, scimType: "invalidPath" }],
  ["INVALID_VALUE", { status: 400, scimType: "invalidValue" }],
  // Names members only by our ids, so that a client knows which to send first (docs/threats.md F34).
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
  /** A string, as RFC 7644 section 3.12 requires. */
  readonly status: string;
  readonly scimType?: string;
  readonly detail: string;
};

export interface RenderedScimError {
  readonly status: number;
  readonly body: ScimErrorBody;
  /** True for an unexpected error: the whole cause chain is logged. */
  readonly unexpected: boolean;
}

/** Never throws. http/errors.ts has the headers of errors. */
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
