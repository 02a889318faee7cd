import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { canonicalAddress, networkOf } from "./address.ts";

export interface ConnectionBounds {
  readonly total: number;
  /** Maximum of one network (address.ts). A trusted proxy has no such limit, because many clients use it. */
  readonly perAddress: number;
  readonly isProxy: (address: string) => boolean;
}

/** A quarter of all connections. A proxy that TRUST_PROXY does not name counts as one client. */
export const CONNECTIONS_OF_AN_ADDRESS = 500;

export interface Connections {
  /** A connection is busy until its answers are sent. */
  hold(req: IncomingMessage, res: ServerResponse): void;
  closeUnused(): void;
}

interface Connection {
  readonly socket: Socket;
  /** Undefined: not counted by network. */
  readonly network: string | undefined;
  running: number;
  request?: IncomingMessage;
}

/**
 * The connections of a server. If there is no room for a new one, an unused one is closed, in this order: the
 * oldest that has not sent a whole request yet, the one that has been idle longest, the oldest that is
 * sending a later request. So a client that opens connections and sends nothing, or sends slowly, only
 * replaces its own kind, and a client that sends its request immediately is served (docs/threats.md T9). Busy
 * connections stay. If all are busy, the new one is closed.
 */
export function trackConnections(
  server: Server,
  { total, perAddress, isProxy }: ConnectionBounds,
): Connections {
  const open = new Map<Socket, Connection>();
  const byNetwork = new Map<string, number>();
  /** Connections without an answered request, oldest first. */
  const unproven = new Set<Connection>();
  const idle = new Set<Connection>();
  const busy = new Set<Connection>();

  function add(socket: Socket): void {
    const address = canonicalAddress(socket.remoteAddress ?? "") ?? "unknown";
    const network = isProxy(address) ? undefined : networkOf(address);
    const connection: Connection = { socket, network, running: 0 };
    if (network !== undefined) byNetwork.set(network, (byNetwork.get(network) ?? 0) + 1);
    open.set(socket, connection);
    socket.once("close", () => remove(connection));
    if (network !== undefined && byNetwork.get(network)! > perAddress)
      replace(connection, (other) => other.network === network);
    if (open.size > total && !socket.destroyed) replace(connection, () => true);
    if (!socket.destroyed) unproven.add(connection);
  }

  function replace(newcomer: Connection, mayGo: (connection: Connection) => boolean): void {
    const isWaitedFor = (one: Connection) =>
      mayGo(one) && (one.running === 0 || one.request?.complete === false);
    close(
      firstOf(unproven, isWaitedFor) ?? firstOf(idle, isWaitedFor) ?? firstOf(busy, isWaitedFor) ?? newcomer,
    );
  }

  /** Removed before the socket is closed, because its close event comes later. */
  function close(connection: Connection): void {
    remove(connection);
    connection.socket.destroy();
  }

  function remove(connection: Connection): void {
    if (!open.delete(connection.socket)) return;
    unproven.delete(connection);
    idle.delete(connection);
    busy.delete(connection);
    const { network } = connection;
    if (network === undefined) return;
    const left = byNetwork.get(network)! - 1;
    if (left > 0) byNetwork.set(network, left);
    else byNetwork.delete(network);
  }

  server.on("connection", add);
  return {
    hold(req, res) {
      const connection = open.get(req.socket);
      if (!connection) return;
      connection.request = req;
      connection.running += 1;
      if (idle.delete(connection)) busy.add(connection);
      res.once("close", () => {
        connection.running -= 1;
        if (connection.running > 0 || !open.has(connection.socket)) return;
        const isDone = req.complete;
        if (isDone) unproven.delete(connection);
        busy.delete(connection);
        // Otherwise the answer came before the whole body, and the body may never come.
        (isDone ? idle : unproven).add(connection);
      });
    },
    closeUnused() {
      for (const connection of open.values()) if (connection.running === 0) close(connection);
    },
  };
}

function firstOf(
  connections: ReadonlySet<Connection>,
  mayGo: (connection: Connection) => boolean,
): Connection | undefined {
  for (const connection of connections) if (mayGo(connection)) return connection;
  return undefined;
}
