import type { RequestHandler } from "express";
import type { Scope } from "./auth/scopes.ts";
import type { RenderError } from "./problem.ts";

/** Who may pass: anybody, or tokens that carry at least one of these scopes. */
export type Access = "public" | readonly Scope[];

/** A room at its place in the address space. Mounts are tried in order; a path below one that its handler leaves alone is 404. */
export interface Mount {
  /** Without parameters: it is logged, and parameters may be personal. */
  readonly path: string;
  /** Usually an express Router. Throws AppErrors (or passes them to `next`); what it throws is answered by `renderError`. */
  readonly handler: RequestHandler;
  readonly access: Access;
  /** Whether RATE_LIMIT_PER_CLIENT counts these requests; false when unset. */
  readonly rateLimited?: boolean;
  /** Answers whatever the Host header says; false when unset. For probes. */
  readonly anyHost?: boolean;
  /** Asks no token of a caller on this machine; false when unset. */
  readonly openOnLoopback?: boolean;
  /** Problem details (RFC 9457) when unset. */
  readonly renderError?: RenderError;
}
