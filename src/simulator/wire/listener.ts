import { setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Handling, HttpCall, Late, Reply } from "./wire.ts";

/** Larger bodies are refused with 413. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Clients must close idle connections before the simulator does. If the simulator closed a connection while a
 * request is sent on it, the client would see a lost answer.
 */
const KEEP_ALIVE_MS = 75_000;

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly logger: Logger;
  answer(call: HttpCall): Handling | Late;
  /** Resolves to true when a late call arrives, and to false if it never arrives. */
  arrives(late: Late, signal: AbortSignal): Promise<boolean>;
  /** Simulated network time in ms, spent once before the call and once before its answer. */
  latencyMs(call: HttpCall): number;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface Listener {
  readonly port: number;
  readonly url: string;
  /** Closes every connection, including those that wait for an answer. */
  close(): Promise<void>;
}

/** Serves HTTP on one port. Rejects if the port is in use. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { host, clock, logger } = options;
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // every waiting answer adds a listener
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      logger.error(
        { path: request.url, error: error instanceof Error ? error.stack : String(error) },
        "the simulator failed to answer",
      );
      response.destroy();
    });
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    options.upgrade(request, socket, head),
  );
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + 5_000;
  await bind(server, options.port, host);
  const { port } = server.address() as AddressInfo; // an object, because the server listens on a port and not on a pipe
  return {
    port,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    close() {
      closing.abort();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    if (body === undefined) {
      response.writeHead(413, { connection: "close" }).end();
      return;
    }
    const call = httpCall(request, body);
    const latencyMs = options.latencyMs(call);
    if (latencyMs > 0 && !(await sleeps(latencyMs))) return void request.socket.destroy();
    const received = options.answer(call);
    if (received.kind === "late" && received.isLost) request.socket.destroy();
    if (received.kind === "late" && !(await options.arrives(received, closing.signal)))
      return void request.socket.destroy();
    const handling = received.kind === "late" ? received.arrive() : received;
    const afterMs = handling.afterMs + latencyMs;
    const inTime = afterMs === 0 || (await sleeps(afterMs));
    if (inTime && handling.kind === "answer") send(response, handling.reply);
    else request.socket.destroy();
  }

  /** False if the simulator stops before `ms` have passed. */
  function sleeps(ms: number): Promise<boolean> {
    return clock.sleep(ms, closing.signal).then(
      () => true,
      () => false,
    );
  }
}

function bind(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Undefined if the body is too large. */
function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST_BYTES) resolve(undefined);
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    request.on("error", reject);
  });
}

function httpCall(request: IncomingMessage, body: string): HttpCall {
  const target = request.url ?? "/";
  const cut = target.indexOf("?");
  return {
    method: request.method ?? "GET",
    path: cut < 0 ? target : target.slice(0, cut),
    query: cut < 0 ? {} : Object.fromEntries(new URLSearchParams(target.slice(cut + 1))),
    headers: request.headers,
    body,
    address: (request.socket.remoteAddress ?? "").replace(/^::ffff:/, ""),
  };
}

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, {
    "content-type": reply.contentType,
    "content-length": Buffer.byteLength(reply.body),
  });
  if (reply.cutAfter === undefined) response.end(reply.body);
  else response.write(Buffer.from(reply.body).subarray(0, reply.cutAfter), () => response.destroy());
}
