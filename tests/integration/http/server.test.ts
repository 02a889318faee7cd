import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import request from "supertest";
import { systemClock } from "../../../src/core/clock.ts";
import { CannotStart } from "../../../src/core/errors.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { renderFor } from "../../../src/http/app.ts";
import {
  type HttpServer,
  type HttpServerOptions,
  startHttpServer,
} from "../../../src/http/connection/server.ts";
import { exchange, head, statusOf, until } from "./raw.ts";

const started: HttpServer[] = [];

async function start(handler: RequestListener, more: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
  const server = await startHttpServer({
    host: "127.0.0.1",
    port: 0,
    handler,
    clock: systemClock,
    logger: silentLogger,
    ...more,
  });
  started.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop(0)));
});

const hello: RequestListener = (_req, res) => void res.end("hello");
const GET = head(["GET / HTTP/1.1", "Host: localhost"]);

describe("a port that cannot be had", () => {
  test("because it is in use", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const failure = await start(hello, { port }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CannotStart);
    expect((failure as CannotStart).problems).toEqual([
      `PORT ${port} on 127.0.0.1 is in use by another program; stop it or choose another PORT`,
    ]);
    await new Promise((resolve) => other.close(resolve));
  });

  test("because the address is another machine's", async () => {
    await expect(start(hello, { host: "192.0.2.1" })).rejects.toThrow(
      "HOST 192.0.2.1 is not an address of this machine",
    );
  });
});

describe("stopping", () => {
  test("lets a running request finish, takes no new one, and closes what is kept alive", async () => {
    let finish: (() => void) | undefined;
    const server = await start((_req, res) => {
      finish = () => void res.end("finished");
    });
    const idle = exchange(server.port, []);
    const running = exchange(server.port, [GET]);
    await until(() => finish !== undefined);

    let isStopped = false;
    const stopped = server.stop().then(() => {
      isStopped = true;
    });
    await expect(exchange(server.port, [GET])).rejects.toThrow("ECONNREFUSED");
    expect(isStopped).toBe(false);
    finish!();
    expect(await running).toContain("finished");
    expect(await idle).toBe("");
    await stopped;
  });

  test("waits no longer than it is allowed to", async () => {
    const server = await start(() => undefined);
    const running = exchange(server.port, [GET]).catch((error: Error) => error);
    await server.stop(50);
    expect(String(await running)).not.toContain("200");
  });

  test("may be asked for twice", async () => {
    const server = await start(hello);
    await Promise.all([server.stop(), server.stop()]);
  });
});

describe("bounds", () => {
  test("a client that never finishes its headers is dropped with 408", async () => {
    const server = await start(hello, {
      limits: { headersTimeoutMs: 100, requestTimeoutMs: 200, checkIntervalMs: 20 },
    });
    expect(statusOf(await exchange(server.port, ["GET / HTTP/1.1\r\nHost:"]))).toBe(408);
  });

  test("a client that never finishes its body is dropped", async () => {
    const server = await start((req) => void req.resume(), {
      limits: { headersTimeoutMs: 100, requestTimeoutMs: 200, checkIntervalMs: 20 },
    });
    const said = await exchange(server.port, [
      head(["POST / HTTP/1.1", "Host: localhost", "Content-Length: 10"]),
      "x",
    ]);
    expect(statusOf(said)).toBe(408);
  });
});

describe("what is no request", () => {
  test.each<[string, string, number]>([
    ["no HTTP", "hello\r\n\r\n", 400],
    ["an unknown method", head(["BREW / HTTP/1.1", "Host: localhost"]), 400],
    [
      "two lengths",
      head(["POST / HTTP/1.1", "Host: localhost", "Content-Length: 1", "Content-Length: 2"]),
      400,
    ],
    [
      "a length and chunks",
      head(["POST / HTTP/1.1", "Host: localhost", "Content-Length: 1", "Transfer-Encoding: chunked"]),
      400,
    ],
    ["headers of 32 kB", head(["GET / HTTP/1.1", "Host: localhost", `X-A: ${"x".repeat(32_768)}`]), 431],
    ["an address of 32 kB", head([`GET /?${"x".repeat(32_768)} HTTP/1.1`, "Host: localhost"]), 414],
    ["another expectation", head(["GET / HTTP/1.1", "Host: localhost", "Expect: coffee"]), 417],
  ])("%s is answered with an id and closed", async (_name, bytes, status) => {
    const server = await start(hello);
    const said = await exchange(server.port, [bytes]);
    expect(statusOf(said)).toBe(status);
    expect(said).toMatch(/^X-Request-Id: [0-9a-f-]{36}\r$/m);
    expect(JSON.parse(said.slice(said.indexOf("\r\n\r\n") + 4))).toMatchObject({ status });
  });

  test.each<[string, string, number]>([
    ["/room/things", "x: ", 431],
    ["/ROOM", "x: ", 431],
    ["/room?filter=", "", 414],
    ["/roomier", "x: ", 431],
    ["/other", "x: ", 431],
  ])("%s is answered in the form of its room", async (path, name, status) => {
    const render = (error: unknown) => ({
      status: (error as { code: string }).code === "URI_TOO_LONG" ? 414 : 431,
      contentType: "application/scim+json",
      body: { room: true },
      unexpected: false,
    });
    const mounts = [
      { path: "/room", access: "public" as const, handler: () => undefined, renderError: render },
    ];
    const server = await start(hello, { renderFor: renderFor(mounts) });
    const long = "x".repeat(32_768);
    const lines =
      name === ""
        ? [`GET ${path}${long} HTTP/1.1`, "Host: localhost"]
        : [`GET ${path} HTTP/1.1`, `${name}${long}`];
    const said = await exchange(server.port, [head(lines)]);
    const isRoom = /^\/room([/?]|$)/i.test(path);
    expect([statusOf(said), /^Content-Type: (\S+);/m.exec(said)?.[1]]).toEqual([
      status,
      isRoom ? "application/scim+json" : "application/problem+json",
    ]);
  });

  test("the server goes on", async () => {
    const server = await start(hello);
    await exchange(server.port, ["\0\0\0\r\n\r\n"]);
    expect((await request(`http://127.0.0.1:${server.port}`).get("/")).text).toBe("hello");
  });
});
