import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, systemClock } from "../core/clock.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import { createControl, isControl } from "./control.ts";
import { createFaults } from "./faults.ts";
import { createGateway } from "./gateway.ts";
import { noJournal, openJournal } from "./journal.ts";
import { createLimits, limitsFor } from "./limits.ts";
import { tokenCall } from "./open-calls.ts";
import { createOrganisation } from "./organisation.ts";
import { routes } from "./routes.ts";
import { switchesSchema } from "./switches.ts";
import { createTally } from "./tally.ts";
import { createTokens } from "./tokens.ts";
import type { Handling, HttpCall, Reply } from "./wire.ts";
import type { World } from "./world.ts";

export interface SimulatorOptions {
  /** 0 = any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly appKey?: string;
  readonly appSecret?: string;
  readonly corpId?: string;
  /** The same seed and the same calls give the same ids. */
  readonly seed?: string;
  readonly clock?: Clock;
  /** File that keeps the organisation over a restart or a crash; without it the organisation is gone when the process is. */
  readonly journalPath?: string;
  /** Calls per second per app and API; 0 = no limit. */
  readonly qps?: number;
  readonly logger?: Logger;
}

export interface Simulator {
  /** Reads the journal, if any, and listens. Rejects when the port is taken or the journal is damaged. */
  start(): Promise<{ readonly port: number; readonly url: string }>;
  /** Closes every connection and the journal. Safe to call twice. */
  stop(): Promise<void>;
}

/** Bodies larger than this are refused with 413. */
const MOST_BYTES = 4 * 1024 * 1024;

/** A DingTalk organisation behind DingTalk's HTTP: old API, new API and Stream gateway on one port (dingtalk-api.md section 16). */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const { host = "127.0.0.1", port = 0, qps = 20, logger = silentLogger } = options;
  let running: { readonly server: Server; stop(): Promise<void> } | undefined;
  return {
    async start() {
      const { world, stop: closeWorld } = createWorld(options);
      const directions = { route: (path: string) => routes.get(path), open: tokenCall };
      const gateway = createGateway(world, directions);
      const control = createControl(world, { qps, route: directions.route });
      const stopping = new AbortController();
      const server = createServer((request, response) => {
        void answer(request, response).catch((error: unknown) => {
          logger.error({ path: request.url, error: String(error) }, "the simulator failed to answer");
          response.destroy();
        });
      });
      await listen(server, port, host);
      const address = server.address() as AddressInfo; // listening on a port, not on a pipe
      running = {
        server,
        async stop() {
          stopping.abort();
          await new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          });
          closeWorld();
        },
      };
      const url = `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`;
      logger.info({ url }, "DingTalk simulator is listening");
      return { port: address.port, url };

      async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const body = await readBody(request);
        if (body === undefined) {
          response.writeHead(413, { connection: "close" }).end();
          return;
        }
        const call = httpCall(request, body);
        const handling: Handling = isControl(call.path) ? { kind: "answer", reply: control(call), afterMs: 0 } : gateway(call);
        if (handling.afterMs > 0) await world.clock.sleep(handling.afterMs, stopping.signal).catch(() => undefined);
        if (handling.kind === "drop" || stopping.signal.aborted) request.socket.destroy();
        else send(response, handling.reply);
      }
    },
    async stop() {
      const stopped = running?.stop();
      running = undefined;
      await stopped;
    },
  };
}

function createWorld(options: SimulatorOptions): { readonly world: World; stop(): void } {
  const { appKey = "sandbox", appSecret = "sandbox", corpId = "dingsandbox", seed = "sandbox", clock = systemClock, qps = 20 } = options;
  const fresh = () => createOrganisation({ corpId, seed, switches: switchesSchema.parse({}) });
  const { journal, organisation } = options.journalPath
    ? openJournal(options.journalPath, fresh)
    : { journal: noJournal, organisation: fresh() };
  const world: World = {
    organisation,
    corpId,
    seed,
    apps: new Map([[appKey, appSecret]]),
    clock,
    tokens: createTokens(seed),
    limits: createLimits(limitsFor(qps)),
    faults: createFaults((path) => routes.has(path) || tokenCall(path) !== undefined),
    tally: createTally(),
    journal,
    publish() {},
    forgetEvents() {},
  };
  return { world, stop: () => journal.close() };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

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
  response.writeHead(reply.status, { "content-type": reply.contentType, "content-length": Buffer.byteLength(reply.body) });
  response.end(reply.body);
}
