import { once } from "node:events";
import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";

/**
 * A TCP proxy that simulates network faults: lost packets on open connections, and broken and refused
 * connections.
 */
export interface TcpProxy {
  readonly port: number;
  /** The URL with the address of the proxy. */
  through(url: string): string;
  /**
   * Drops all data in both directions, and keeps the connections open. New connections are accepted, and get
   * no data.
   */
  freeze(): void;
  /** Drops all data from clients to the server. Data from the server passes. */
  mute(): void;
  /** Breaks all connections, and refuses new ones. */
  cut(): void;
  /**
   * New connections work again. Connections that were frozen or muted stay so, because their dropped data is
   * lost.
   */
  mend(): void;
  /** Connects new connections to another server. */
  leadTo(url: string): void;
  close(): Promise<void>;
}

type State = "open" | "frozen" | "muted" | "cut";

export async function openProxy(url: string): Promise<TcpProxy> {
  let state: State = "open";
  let to = new URL(url);
  const sockets = new Set<Socket>();
  /** Connections that pass data. A freeze stops them permanently. */
  let passing = new Set<Socket>();
  /** Sockets of clients. */
  const callers = new Set<Socket>();
  const muted = new Set<Socket>();

  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  };

  const server = createServer((near) => {
    keep(near);
    if (state === "cut") return void near.destroy();
    if (state === "frozen") return void near.resume();
    const far = createConnection({ host: to.hostname, port: Number(to.port) });
    keep(far);
    passing.add(near).add(far);
    callers.add(near);
    if (state === "muted") muted.add(near);
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("data", (chunk) => {
        if (passing.has(from) && !muted.has(from)) into.write(chunk);
      });
      from.on("close", () => {
        callers.delete(from);
        muted.delete(from);
        if (passing.has(from)) into.destroy();
      });
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;

  return {
    port,
    through(url) {
      const way = new URL(url);
      way.hostname = "127.0.0.1";
      way.port = String(port);
      return way.href;
    },
    freeze() {
      state = "frozen";
      passing = new Set();
    },
    mute() {
      state = "muted";
      for (const caller of callers) muted.add(caller);
    },
    cut() {
      state = "cut";
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      state = "open";
    },
    leadTo(url) {
      to = new URL(url);
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
