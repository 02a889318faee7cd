import { STATUS_CODES } from "node:http";
import { AppError } from "../core/errors.ts";

/** An error in the form of a room. Pure data: the HTTP entry adds headers, logs and sends. */
export interface RenderedError {
  readonly status: number;
  readonly contentType: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** True for an unexpected error: it is logged with its whole cause chain. */
  readonly unexpected: boolean;
}

export type RenderError = (error: unknown, requestId: string) => RenderedError;

/**
 * By code, so that errors of any room need no import of the room. A missing code is an unknown failure: 500.
 */
const STATUS: ReadonlyMap<string, number> = new Map([
  ["BAD_REQUEST", 400],
  ["INVALID_SYNTAX", 400],
  ["INVALID_FILTER", 400],
  ["INVALID_VALUE", 400],
  ["REQUEST_ABORTED", 400],
  ["UNAUTHENTICATED", 401],
  ["FORBIDDEN", 403],
  ["SIGN_IN_AGAIN", 403],
  ["NOT_FOUND", 404],
  ["METHOD_NOT_ALLOWED", 405],
  ["REQUEST_TIMEOUT", 408],
  ["CONFLICT", 409],
  ["UNIQUENESS_CONFLICT", 409],
  ["VERSION_CONFLICT", 412],
  ["PAYLOAD_TOO_LARGE", 413],
  ["URI_TOO_LONG", 414],
  ["UNSUPPORTED_MEDIA_TYPE", 415],
  ["EXPECTATION_FAILED", 417],
  ["MISDIRECTED_REQUEST", 421],
  ["TOO_MANY_REQUESTS", 429],
  ["HEADERS_TOO_LARGE", 431],
  ["UNAVAILABLE", 503],
]);

/** Replacements for messages that are only for operators, because they may name parts of the system. */
const OPERATOR_ONLY: ReadonlyMap<string, string> = new Map([
  ["UNAVAILABLE", "temporarily unavailable, try again later"],
]);

const MAX_DETAIL = 200;

/** Problem details (RFC 9457) for everything except SCIM. Never throws, and has no internal data. */
export const renderProblem: RenderError = (error, requestId) => {
  const code = error instanceof AppError && STATUS.has(error.code) ? error.code : "INTERNAL";
  const status = STATUS.get(code) ?? 500;
  const message =
    error instanceof AppError && code !== "INTERNAL"
      ? (OPERATOR_ONLY.get(code) ?? error.message)
      : "internal error";
  return {
    status,
    contentType: "application/problem+json",
    body: {
      type: "about:blank",
      title: STATUS_CODES[status],
      status,
      detail: message.slice(0, MAX_DETAIL),
      code,
      requestId,
    },
    unexpected: code === "INTERNAL",
  };
};
