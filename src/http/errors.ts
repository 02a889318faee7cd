import { AppError, type Retry } from "../core/errors.ts";

/*
 * Errors of the HTTP entry. Messages are for clients and never repeat input. The room that owns the path
 * decides the status: scim/errors.ts for SCIM, problem.ts for everything else. `errorHeaders` has the headers
 * for both.
 */

/**
 * No valid credential. The same message for every cause, so that callers cannot learn which part was wrong
 * (docs/threats.md T28).
 */
export class Unauthenticated extends AppError {
  readonly code = "UNAUTHENTICATED";
  /** `missing`: the request has no credential. Only for the challenge. */
  readonly credential: "missing" | "invalid";
  constructor(credential: "missing" | "invalid", options?: ErrorOptions) {
    super("a valid bearer token is required", options);
    this.credential = credential;
  }
}

/** The caller is known, and has no scope or role that the address needs. */
export class Forbidden extends AppError {
  readonly code = "FORBIDDEN";
  constructor(
    readonly scopes: readonly string[],
    roles: readonly string[] = [],
  ) {
    const byName =
      roles.length === 0 ? "" : `; somebody signed in by name needs the role ${roles.join(" or ")}`;
    super(`the token needs the scope ${scopes.join(" or ")}${byName}`);
  }
}

/** A write with a session cookie that another site may have sent (docs/threats.md T21). */
export class CrossSite extends AppError {
  readonly code = "FORBIDDEN";
}

/**
 * The action needs a sign-in within the last minutes. An older session is not enough (docs/threats.md T38).
 */
export class SignInAgain extends AppError {
  readonly code = "SIGN_IN_AGAIN";
  constructor() {
    super("sign in again: this needs a sign-in of the last five minutes");
  }
}

/** No mount has this path. */
export class NotFoundPath extends AppError {
  readonly code = "NOT_FOUND";
  constructor(message = "there is nothing at this address") {
    super(message);
  }
}

export class MethodNotAllowed extends AppError {
  readonly code = "METHOD_NOT_ALLOWED";
  constructor(readonly allow: readonly string[]) {
    super(`this address takes ${allow.join(", ")}`);
  }
}

/** The Host header names another server (RFC 9110 section 15.5.20, docs/threats.md T20). */
export class MisdirectedRequest extends AppError {
  readonly code = "MISDIRECTED_REQUEST";
  constructor() {
    super("this server does not answer for the host of the request; see the setting PUBLIC_URL");
  }
}

export class BodyTooLarge extends AppError {
  readonly code = "PAYLOAD_TOO_LARGE";
  constructor(readonly limitBytes: number) {
    super(`the body is larger than ${limitBytes} bytes`);
  }
}

export class UnsupportedMediaType extends AppError {
  readonly code = "UNSUPPORTED_MEDIA_TYPE";
  /** `found`: the wrong header. */
  constructor(
    readonly accepted: readonly string[],
    found: string,
    readonly isEncoded = false,
  ) {
    super(`${found}: send ${accepted.join(" or ")} in UTF-8, without Content-Encoding`);
  }
}

/** The body, or the percent-encoding of the path, is invalid. */
export class Malformed extends AppError {
  readonly code = "INVALID_SYNTAX";
}

/** The client disconnected before its body was complete. No answer can be sent. */
export class RequestAborted extends AppError {
  readonly code = "REQUEST_ABORTED";
  constructor() {
    super("the client closed the connection before the body was complete");
  }
}

export class TooManyRequests extends AppError {
  readonly code = "TOO_MANY_REQUESTS";
  override readonly retry: Retry;
  constructor(waitMs: number) {
    super("too many requests, try again later");
    this.retry = { kind: "after", ms: waitMs };
  }
}

const REALM = 'Bearer realm="dingtalk-scim"';

/** Headers of an answer with this error, in every form of the body. */
export function errorHeaders(error: unknown): Readonly<Record<string, string>> {
  if (error instanceof Unauthenticated) {
    // RFC 6750 section 3.1: no error code if the request has no credential.
    return { "WWW-Authenticate": error.credential === "missing" ? REALM : `${REALM}, error="invalid_token"` };
  }
  if (error instanceof Forbidden) {
    return { "WWW-Authenticate": `${REALM}, error="insufficient_scope", scope="${error.scopes.join(" ")}"` };
  }
  if (error instanceof MethodNotAllowed) return { Allow: error.allow.join(", ") };
  // RFC 9110 section 15.5.16.
  if (error instanceof UnsupportedMediaType)
    return error.isEncoded ? { "Accept-Encoding": "identity" } : { Accept: error.accepted.join(", ") };
  if (error instanceof AppError && error.retry.kind === "after") {
    return { "Retry-After": String(Math.max(1, Math.ceil(error.retry.ms / 1_000))) };
  }
  return {};
}
