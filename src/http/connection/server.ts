import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Clock } from "../../core/clock.ts";
import { CannotStart } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import { CONNECTIONS_OF_AN_ADDRESS, type Connections, trackConnections } from "./connections.ts";
import { NO_PROXIES, type TrustedProxies } from "./trusted-proxies.ts";
import { answerUnreadable, refuseExpectation, renderPlain, type UnreadableOptions } from "./unreadable.ts";

export interface HttpServer {
  /** Where it listens; the real port when 0 was asked for. */
  readonly host: string;
  readonly port: number;
  /** Accepts no more, lets running requests finish for at most `graceMs` (25 s when unset), then closes every connection. May be called twice. */
  stop(graceMs?: number): Promise<void>;
}

export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  readonly handler: RequestListener;
  /** Classes of the messages it is called with, where node's own do not fit. */
  readonly messages?: Pick<ServerOptions, "IncomingMessage" | "ServerResponse">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Bounds, where the usual ones do not fit. */
  readonly limits?: Partial<ServerLimits>;
  /** Many clients share a connection's address there; none when unset. */
  readonly trustedProxies?: TrustedProxies;
  /** How what is no request is answered, by its path; with problem details when unset. */
  readonly renderFor?: UnreadableOptions["renderFor"];
}

export interface ServerLimits {
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
  readonly connectionsPerAddress: number;
  /** Without a byte in either direction, while a request is answered: for clients that do not read. */
  readonly inactivityTimeoutMs: number;
  /** Interval of the check of time-outs. */
  readonly checkIntervalMs: number;
}

/** Against slow and many connections (docs/threats.md T9). Keep-alive outlives that of common proxies (60 s), so that they never write to a closing one. */
const SERVER_LIMITS: ServerLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  keepAliveTimeoutMs: 65_000,
  maxConnections: 2_000,
  connectionsPerAddress: CONNECTIONS_OF_AN_ADDRESS,
  inactivityTimeoutMs: 120_000,
  checkIntervalMs: 2_000,
};

const GRACE_MS = 25_000;
const STOP_POLL_MS = 20;

const MAX_HEADER_BYTES = 32_768;

/** Listens, or throws CannotStart that says why not. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { handler, messages = {}, clock, logger, trustedProxies = NO_PROXIES, renderFor = renderPlain } = options;
  const limits: ServerLimits = { ...SERVER_LIMITS, ...options.limits };
  const server = createServer({
    ...messages,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    insecureHTTPParser: false,
    // A filter of the longest kind (filter/lexer.ts) in the query, percent-encoded.
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  server.timeout = limits.inactivityTimeoutMs;
  const connections = trackConnections(server, {
    total: limits.maxConnections,
    perAddress: limits.connectionsPerAddress,
    isProxy: (address) => trustedProxies.trusts(address, 0),
  });
  let stopping: Promise<void> | undefined;
  const serve = (req: IncomingMessage, res: ServerResponse) => {
    if (stopping) res.setHeader("Connection", "close");
    connections.hold(req, res);
    handler(req, res);
  };
  server.on("request", serve);
  // Whoever asks first whether to send a body gets the answer from http/body.ts, after authentication and only if it will be read.
  server.on("checkContinue", serve);
  server.on("checkExpectation", (req, res) => {
    connections.hold(req, res);
    refuseExpectation(req.url ?? "", res, { clock, renderFor });
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => answerUnreadable(error, socket, { clock, renderFor }));

  await listen(server, options);
  server.on("error", (error) => logger.error({ error }, "the HTTP server failed"));
  // A listening TCP server has an address of this kind.
  const { address, port } = server.address() as AddressInfo;
  return {
    host: address,
    port,
    stop: (graceMs = GRACE_MS) => {
      stopping ??= stop(server, connections, clock, graceMs);
      return stopping;
    },
  };
}

function listen(server: Server, { host, port }: HttpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException) => reject(new CannotStart([listenProblem(error, host, port)], { cause: error }));
    server.once("error", refused);
    server.listen(port, host, () => {
      server.off("error", refused);
      resolve();
    });
  });
}

function listenProblem({ code }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === "EADDRINUSE") return `PORT ${port} on ${host} is in use by another program; stop it or choose another PORT`;
  if (code === "EACCES") return `PORT ${port} may not be opened by this user; choose one above 1023`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return `HOST ${host} is not an address of this machine`;
  return `cannot listen on HOST ${host}, PORT ${port} (${code ?? "unknown error"})`;
}

async function stop(server: Server, connections: Connections, clock: Clock, graceMs: number): Promise<void> {
  let isClosed = false;
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      isClosed = true;
      resolve();
    });
  });
  const deadlineMs = clock.monotonicMs() + graceMs;
  while (!isClosed && clock.monotonicMs() < deadlineMs) {
    connections.closeUnused();
    await Promise.race([closed, clock.sleep(STOP_POLL_MS)]);
  }
  server.closeAllConnections();
  await closed;
}
