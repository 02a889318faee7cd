import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Clock } from "../core/clock.ts";
import { CannotStart } from "../core/errors.ts";
import { uuidv7 } from "../core/id.ts";
import type { Logger } from "../core/logger.ts";

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
}

export interface ServerLimits {
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
  /** How often the time-outs are looked at. */
  readonly checkIntervalMs: number;
}

/** Against slow and many connections (safety.md T9). Keep-alive outlives that of common proxies (60 s), so that they never write to a closing one. */
const SERVER_LIMITS: ServerLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  keepAliveTimeoutMs: 65_000,
  maxConnections: 2_000,
  checkIntervalMs: 2_000,
};

const GRACE_MS = 25_000;
const STOP_POLL_MS = 20;

/** Listens, or throws CannotStart that says why not. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { handler, messages = {}, clock, logger } = options;
  const limits: ServerLimits = { ...SERVER_LIMITS, ...options.limits };
  const server = createServer({
    ...messages,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    insecureHTTPParser: false,
  });
  server.maxConnections = limits.maxConnections;
  const connections = trackConnections(server);
  let stopping: Promise<void> | undefined;
  const serve = (req: IncomingMessage, res: ServerResponse) => {
    if (stopping) res.setHeader("Connection", "close");
    connections.hold(req.socket, res);
    handler(req, res);
  };
  server.on("request", serve);
  // Whoever asks first whether to send a body gets the answer from body.ts, after authentication and only if it will be read.
  server.on("checkContinue", serve);
  server.on("checkExpectation", (_req, res) => answerBare(res, clock, 417, "Expectation Failed"));
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => answerUnreadable(error, socket, clock));

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

interface Connections {
  /** A connection is busy until its answer is out. */
  hold(socket: Socket, res: ServerResponse): void;
  closeUnused(): void;
}

/** Node's own `closeIdleConnections` leaves one alone that has not sent its first request, so that a stop would wait for it to the end. */
function trackConnections(server: Server): Connections {
  const open = new Set<Socket>();
  const busy = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  return {
    hold(socket, res) {
      busy.add(socket);
      res.once("close", () => busy.delete(socket));
    },
    closeUnused() {
      for (const socket of open) if (!busy.has(socket)) socket.destroy();
    },
  };
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

const UNREADABLE: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, "Request Header Fields Too Large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Request Timeout"],
};

/** What is no HTTP never becomes a request, so it is answered on the bare connection. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket, clock: Clock): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, title] = UNREADABLE[error.code ?? ""] ?? [400, "Bad Request"];
  const { body, headers } = bareAnswer(clock, status, title);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${title}`, ...lines, "", body].join("\r\n"));
}

function answerBare(res: ServerResponse, clock: Clock, status: number, title: string): void {
  const { body, headers } = bareAnswer(clock, status, title);
  res.writeHead(status, headers).end(body);
}

function bareAnswer(clock: Clock, status: number, title: string): { readonly body: string; readonly headers: Record<string, string> } {
  const requestId = uuidv7(clock.now().getTime());
  const body = JSON.stringify({ type: "about:blank", title, status, requestId });
  const headers = {
    "X-Request-Id": requestId,
    "Content-Type": "application/problem+json; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Length": String(Buffer.byteLength(body)),
    Connection: "close",
  };
  return { body, headers };
}
