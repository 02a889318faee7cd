/** What a caller may do about a failure: nothing, try again later, or try again after a stated time. */
export type Retry = { readonly kind: "never" } | { readonly kind: "backoff" } | { readonly kind: "after"; readonly ms: number };

/**
 * Base of every error that some code acts upon. Programs read `code`, `retry` and fields; people read the message
 * (lower case, no full stop, names the thing and the number).
 */
export abstract class AppError extends Error {
  abstract readonly code: string;
  readonly retry: Retry = { kind: "never" };

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The database, or another required dependency, does not answer. Inbound this is 503 with Retry-After. */
export class Unavailable extends AppError {
  readonly code = "UNAVAILABLE";
  override readonly retry: Retry;
  constructor(message: string, options?: ErrorOptions & { readonly retryAfterMs?: number }) {
    super(message, options);
    this.retry = { kind: "after", ms: options?.retryAfterMs ?? 5_000 };
  }
}

/** The start-up conditions are not met; the process prints the problems and leaves with exit code 3. */
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
