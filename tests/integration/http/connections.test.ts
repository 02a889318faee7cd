import type { RequestListener } from "node:http";
import { connect, type Socket } from "node:net";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import {
  type HttpServer,
  type HttpServerOptions,
  startHttpServer,
} from "../../../src/http/connection/server.ts";
import { readTrustedProxies } from "../../../src/http/connection/trusted-proxies.ts";
import { exchange, head, isWhole, statusOf, until } from "./raw.ts";

const servers: HttpServer[] = [];
const sockets: Client[] = [];

async function start(handler: RequestListener, more: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
  const server = await startHttpServer({
    host: "127.0.0.1",
    port: 0,
    handler,
    clock: systemClock,
    logger: silentLogger,
    ...more,
  });
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const { socket } of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.stop(0)));
});

interface Client {
  readonly socket: Socket;
  said: string;
  isClosed: boolean;
}

/** A connection that stays open on its side, whatever the server does. */
async function open(port: number, bytes = "", localAddress = "127.0.0.1"): Promise<Client> {
  const socket = connect({ port, host: "127.0.0.1", localAddress, allowHalfOpen: true });
  const client: Client = { socket, said: "", isClosed: false };
  sockets.push(client);
  socket.setEncoding("latin1");
  socket.on("data", (text: string) => {
    client.said += text;
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    client.isClosed = true;
  });
  await new Promise<void>((resolve) => socket.once("connect", resolve).once("close", () => resolve()));
  if (bytes !== "") socket.write(bytes);
  return client;
}

const isOver = ({ isClosed, socket }: Client): boolean => isClosed || socket.readableEnded;
const hello: RequestListener = (_req, res) => void res.end("hello");
const GET = head(["GET / HTTP/1.1", "Host: localhost"]);
const SLOW_BODY = head(["POST / HTTP/1.1", "Host: localhost", "Content-Length: 1000"]);
const statusFrom = (port: number): Promise<number> => exchange(port, [GET], isWhole).then(statusOf);

test.each<[string, string]>([
  ["nothing", ""],
  ["a line", "GET / HT"],
  ["half of its headers", "GET / HTTP/1.1\r\nHost: localhost\r\nX-A:"],
  ["no HTTP", "hello\r\n\r\n"],
  ["an endless head", `GET / HTTP/1.1\r\nX-A: ${"x".repeat(40_000)}`],
])(
  "a connection that sends %s is ended by the server, though the client never closes its side",
  async (_name, bytes) => {
    const server = await start(hello, {
      limits: { headersTimeoutMs: 100, requestTimeoutMs: 200, checkIntervalMs: 20 },
    });
    const client = await open(server.port, bytes);
    await until(() => isOver(client));
    expect(statusOf(client.said)).toBeGreaterThanOrEqual(400);
    // Nothing is left on the server's side either: what is sent now is refused by its system.
    const again = () => client.socket.write("x");
    await until(() => {
      if (!client.isClosed) again();
      return client.isClosed;
    });
  },
);

test("a body that never comes is ended, though its request is answered already", async () => {
  const refuse: RequestListener = (req, res) => {
    req.resume();
    res.statusCode = 401;
    res.end("no");
  };
  const server = await start(refuse, {
    limits: { headersTimeoutMs: 100, requestTimeoutMs: 200, checkIntervalMs: 20 },
  });
  const client = await open(server.port, SLOW_BODY);
  await until(() => isOver(client));
  expect(statusOf(client.said)).toBe(401);
});

test("an answer that nobody reads ends the connection", async () => {
  const endless: RequestListener = (_req, res) => void res.end(Buffer.alloc(64 * 1_048_576));
  const server = await start(endless, { limits: { inactivityTimeoutMs: 200 } });
  const client = await open(server.port);
  client.socket.pause();
  client.socket.write(GET);
  await until(() => client.socket.readableLength > 0);
  let isGone = false;
  const stopped = server.stop(20_000).then(() => {
    isGone = true;
  });
  await until(() => isGone);
  await stopped;
});

describe("more connections than allowed", () => {
  test.each<[string, string]>([
    ["that send nothing", ""],
    ["whose head never ends", "GET / HTTP/1.1\r\nX-A:"],
    ["whose body never comes", SLOW_BODY],
  ])("%s do not keep others out, from the same address either", async (_name, bytes) => {
    const server = await start(
      (req, res) => {
        req.on("error", () => undefined);
        req.on("end", () => res.end("hello"));
        req.resume();
      },
      { limits: { maxConnections: 20 } },
    );
    const slow: Client[] = [];
    for (let at = 0; at < 60; at++) slow.push(await open(server.port, bytes));
    expect(await statusFrom(server.port)).toBe(200);
    await until(() => slow.filter(isOver).length >= 40);
    expect(slow.slice(-10).filter(isOver)).toHaveLength(0);
  });

  test("kept-alive clients are dropped only after those that never sent a request", async () => {
    const server = await start(hello, { limits: { maxConnections: 4 } });
    const kept = await open(server.port, GET);
    await until(() => kept.said.includes("hello"));
    for (let at = 0; at < 10; at++) await open(server.port);
    kept.socket.write(GET);
    await until(() => kept.said.split("hello").length === 3);
  });

  test("requests that are being answered stay; the one too many is closed", async () => {
    const answers: (() => void)[] = [];
    const server = await start((_req, res) => void answers.push(() => void res.end("hello")), {
      limits: { maxConnections: 2 },
    });
    const running = [await open(server.port, GET), await open(server.port, GET)];
    await until(() => answers.length === 2);
    const third = await open(server.port, GET);
    await until(() => isOver(third));
    for (const answer of answers) answer();
    await until(() => running.every(({ said }) => said.includes("hello")));
  });

  test("of one address leave those of others alone", async () => {
    const server = await start(hello, { limits: { maxConnections: 100, connectionsPerAddress: 5 } });
    const other = await open(server.port, "", "127.0.0.2");
    const many: Client[] = [];
    for (let at = 0; at < 20; at++) many.push(await open(server.port, "GET"));
    await until(() => many.filter(isOver).length === 15);
    other.socket.write(GET);
    await until(() => other.said.includes("hello"));
    expect(await statusFrom(server.port)).toBe(200);
  });

  test("of a trusted proxy count for all of its clients only together", async () => {
    const server = await start(hello, {
      limits: { maxConnections: 100, connectionsPerAddress: 5 },
      trustedProxies: readTrustedProxies("127.0.0.1")!,
    });
    const many: Client[] = [];
    for (let at = 0; at < 20; at++) many.push(await open(server.port));
    for (const { socket } of many) socket.write(GET);
    await until(() => many.every(({ said }) => said.includes("hello")));
  });
});
