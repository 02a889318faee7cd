import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../../src/core/clock.ts";

/**
 * A load balancer for API processes. It sends each request to a process whose `/readyz` is 200, and to the
 * next one if the connection is refused. It never sends a request twice. If it cannot reach any process, it
 * answers 502.
 */
export interface Balancer {
  readonly url: string;
  /** Number of requests to each process, by its address. */
  readonly given: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

const LOOK_MS = 200;

export async function openBalancer(backends: readonly string[]): Promise<Balancer> {
  const ready = new Set<string>();
  const given = new Map<string, number>(backends.map((backend) => [backend, 0]));
  let turn = 0;
  let closing = false;

  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    turn += 1;
    const order = backends.map((_, at) => backends[(at + turn) % backends.length]!);
    // Processes that are not ready come last, so that a request is tried even if none is ready.
    forward(
      [...order.filter((each) => ready.has(each)), ...order.filter((each) => !ready.has(each))],
      Buffer.concat(chunks),
    );

    function forward([backend, ...others]: readonly string[], body: Buffer): void {
      if (backend === undefined) return void res.writeHead(502).end();
      let connected = false;
      const { host: _host, connection: _connection, ...headers } = req.headers;
      const { hostname, port } = new URL(backend);
      const asked = request(
        { host: hostname, port, method: req.method, path: req.url, headers, agent: false },
        (answer) => {
          res.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(res);
          answer.on("error", () => res.destroy());
        },
      );
      asked.on("socket", (socket) =>
        socket.once("connect", () => {
          connected = true;
          given.set(backend, given.get(backend)! + 1);
        }),
      );
      asked.on("error", () => {
        if (!connected) return forward(others, body);
        if (res.headersSent) res.destroy();
        else res.writeHead(502).end();
      });
      asked.end(body);
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");

  async function watch(): Promise<void> {
    while (!closing) {
      await Promise.all(
        backends.map(async (backend) => {
          const isReady = await fetch(`${backend}/readyz`, {
            signal: AbortSignal.timeout(2_000),
            headers: { connection: "close" },
          }).then(
            async (answer) => {
              await answer.arrayBuffer();
              return answer.status === 200;
            },
            () => false,
          );
          if (isReady) ready.add(backend);
          else ready.delete(backend);
        }),
      );
      await systemClock.sleep(LOOK_MS);
    }
  }
  const watching = watch();

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    given,
    async close() {
      closing = true;
      await watching;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
