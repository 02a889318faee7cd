import { AppError, type Retry } from "../core/errors.ts";

/*
 * What the HTTP entry refuses. Messages are written for clients and never repeat what came in. The statuses are in the table of the room that
 * owns the path: scim/errors.ts for SCIM, problem.ts for everything else. `errorHeaders` gives the headers that go with an error in either.
 */

/** No valid credential. The same message for every cause, so that callers cannot learn which part was wrong (docs/threats.md T28). */
export class Unauthenticated extends AppError {
  readonly code = "UNAUTHENTICATED";
  /** `missing` when the request carried none at all. For the challenge only. */
  readonly credential: "missing" | "invalid";
  constructor(credential: "missing" | "invalid", options?: ErrorOptions) {
    super("a valid bearer token is required", options);
    this.credential = credential;
  }
}

/** Whoever asks is known, and has neither a scope nor a role that the address asks for. */
export class Forbidden extends AppError {
  readonly code = "FORBIDDEN";
  constructor(
    readonly scopes: readonly string[],
    roles: readonly string[] = [],
  ) {
    const byName = roles.length === 0 ? "" : `; somebody signed in by name needs the role ${roles.join(" or ")}`;
    super(`the token needs the scope ${scopes.join(" or ")}${byName}`);
  }
}

/** A write with the cookie of a session that another site may have caused (docs/threats.md T21). */
export class CrossSite extends AppError {
  readonly code = "FORBIDDEN";
}

/** What is asked for needs a sign-in of the last minutes, not a session that was left open (docs/threats.md T38). */
export class SignInAgain extends AppError {
  readonly code = "SIGN_IN_AGAIN";
  constructor() {
    super("sign in again: this needs a sign-in of the last five minutes");
  }
}

/** A path that no room answers. */
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

/** The Host header names a server we are not (RFC 9110 section 15.5.20, docs/threats.md T20). */
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
  /** `found`: what is wrong about the headers. */
  constructor(
    readonly accepted: readonly string[],
    found: string,
  ) {
    super(`${found}: send ${accepted.join(" or ")} in UTF-8, without Content-Encoding`);
  }
}

/** The body, or the path's percent-encoding, cannot be read. */
export class Malformed extends AppError {
  readonly code = "INVALID_SYNTAX";
}

/** The client disconnected before its body was complete: there is nobody to answer. */
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

/** Headers that belong to an answer with this error, whatever its body looks like. */
export function errorHeaders(error: unknown): Readonly<Record<string, string>> {
  if (error instanceof Unauthenticated) {
    // RFC 6750 section 3.1: no error code when the request carried no credential.
    return { "WWW-Authenticate": error.credential === "missing" ? REALM : `${REALM}, error="invalid_token"` };
  }
  if (error instanceof Forbidden) {
    return { "WWW-Authenticate": `${REALM}, error="insufficient_scope", scope="${error.scopes.join(" ")}"` };
  }
  if (error instanceof MethodNotAllowed) return { Allow: error.allow.join(", ") };
  if (error instanceof AppError && error.retry.kind === "after") {
    return { "Retry-After": String(Math.max(1, Math.ceil(error.retry.ms / 1_000))) };
  }
  return {};
}
