/** What a caller can do after a failure: nothing, retry later, or retry after a given time. */
export type Retry =
  | { readonly kind: "never" }
  | { readonly kind: "backoff" }
  | { readonly kind: "after"; readonly ms: number };

/**
 * Base of all errors that code acts upon. Programs read `code`, `retry` and fields. People read the message
 * (lower case, no full stop, with the thing and the number).
 */
export abstract class AppError extends Error {
  abstract readonly code: string;
  readonly retry: Retry = { kind: "never" };

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/**
 * The database, or another required dependency, does not answer. For HTTP clients this is 503 with
 * Retry-After.
 */
export class Unavailable extends AppError {
  readonly code = "UNAVAILABLE";
  override readonly retry: Retry;
  constructor(message: string, options?: ErrorOptions & { readonly retryAfterMs?: number }) {
    super(message, options);
    this.retry = { kind: "after", ms: options?.retryAfterMs ?? 5_000 };
  }
}

/** The conditions of a start are not met. The process prints the problems and exits with code 3. */
export class CannotStart extends AppError {
  readonly code = "CANNOT_START";
  readonly problems: readonly string[];
  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join("\n"), options);
    this.problems = problems;
  }
}

/** Closes a switch over a union, so that a new member breaks the build. */
export function unreachable(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`);
}
