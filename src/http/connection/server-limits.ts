import { CONNECTIONS_OF_AN_ADDRESS } from "./connections.ts";

export interface ServerLimits {
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
  readonly connectionsPerAddress: number;
  /**
   * Maximum time without a byte in either direction while a request is answered: for clients that do not
   * read.
   */
  readonly inactivityTimeoutMs: number;
  /** Interval of the check of time-outs. */
  readonly checkIntervalMs: number;
}

/**
 * Limits against slow and too many connections (docs/threats.md T9). Keep-alive is longer than that of common
 * proxies (60 s), so that they never write to a closing connection.
 */
export const SERVER_LIMITS: ServerLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  keepAliveTimeoutMs: 65_000,
  maxConnections: 2_000,
  connectionsPerAddress: CONNECTIONS_OF_AN_ADDRESS,
  inactivityTimeoutMs: 120_000,
  checkIntervalMs: 2_000,
};

/** Enough for the longest filter (filter/lexer.ts) in the query, percent-encoded. */
export const MAX_HEADER_BYTES = 32_768;
