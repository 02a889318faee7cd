import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Clock } from "../../core/clock.ts";
import { CannotStart } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import { type Connections, trackConnections } from "./connections.ts";
import { MAX_HEADER_BYTES, SERVER_LIMITS, type ServerLimits } from "./server-limits.ts";
import { NO_PROXIES, type TrustedProxies } from "./trusted-proxies.ts";
import { answerUnreadable, refuseExpectation, renderPlain, type UnreadableOptions } from "./unreadable.ts";

export interface HttpServer {
  /** Host and port of the listener. The real port if 0 was requested. */
  readonly host: string;
  readonly port: number;
  /**
   * Accepts no new requests, lets running ones finish for at most `graceMs` (25 s when unset), then closes
   * all connections. May be called twice.
   */
  stop(graceMs?: number): Promise<void>;
}

export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  readonly handler: RequestListener;
  /** Message classes for the handler. Absent: those of node. */
  readonly messages?: Pick<ServerOptions, "IncomingMessage" | "ServerResponse">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Replaces single default limits. */
  readonly limits?: Partial<ServerLimits>;
  /** Proxies whose connections many clients share. None when unset. */
  readonly trustedProxies?: TrustedProxies;
  /** Renders errors of unreadable requests, by path. Problem details when unset. */
  readonly renderFor?: UnreadableOptions["renderFor"];
}

const GRACE_MS = 25_000;
const STOP_POLL_MS = 20;

/** Starts to listen, or throws CannotStart with the reason. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const {
    handler,
    messages = {},
    clock,
    logger,
    trustedProxies = NO_PROXIES,
    renderFor = renderPlain,
  } = options;
  const limits: ServerLimits = { ...SERVER_LIMITS, ...options.limits };
  const server = createServer({
    ...messages,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    insecureHTTPParser: false,
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
  // http/body.ts answers `Expect: 100-continue`, after authentication and only if the body is read.
  server.on("checkContinue", serve);
  server.on("checkExpectation", (req, res) => {
    connections.hold(req, res);
    refuseExpectation(req.url ?? "", res, { clock, renderFor });
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) =>
    answerUnreadable(error, socket, { clock, renderFor }),
  );

  await listen(server, options);
  server.on("error", (error) => logger.error({ error }, "the HTTP server failed"));
  // A listening TCP server has an address of this type.
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
    const refused = (error: NodeJS.ErrnoException) =>
      reject(new CannotStart([listenProblem(error, host, port)], { cause: error }));
    server.once("error", refused);
    server.listen(port, host, () => {
      server.off("error", refused);
      resolve();
    });
  });
}

function listenProblem({ code }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === "EADDRINUSE")
    return `PORT ${port} on ${host} is in use by another program; stop it or choose another PORT`;
  if (code === "EACCES") return `PORT ${port} may not be opened by this user; choose one above 1023`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return `HOST ${host} is not an address of this machine`;
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
