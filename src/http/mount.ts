import type { RequestHandler } from "express";
import type { Scope } from "./auth/scopes.ts";
import type { RenderError } from "./problem.ts";

/** Who may call: everybody, or tokens with at least one of these scopes. */
export type Access = "public" | readonly Scope[];

/**
 * A room at its path. Mounts are tried in order. A path below a mount that its handler does not answer is
 * 404.
 */
export interface Mount {
  /** Without parameters, because the path is logged and parameters may be personal data. */
  readonly path: string;
  /** Usually an express Router. `renderError` renders the errors that it throws or passes to `next`. */
  readonly handler: RequestHandler;
  readonly access: Access;
  /** Whether RATE_LIMIT_PER_CLIENT counts these requests; false when unset. */
  readonly rateLimited?: boolean;
  /** Answers for every Host header; false when unset. For probes. */
  readonly anyHost?: boolean;
  /** Callers on this machine need no token; false when unset. */
  readonly openOnLoopback?: boolean;
  /** Problem details (RFC 9457) when unset. */
  readonly renderError?: RenderError;
}
