import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { canonicalAddress, networkOf } from "./address.ts";

export interface ConnectionBounds {
  readonly total: number;
  /** Of one network (address.ts), unless it is a trusted proxy, behind which are many clients. */
  readonly perAddress: number;
  readonly isProxy: (address: string) => boolean;
}

/** A quarter of all. A proxy that is not named in TRUST_PROXY counts as one client. */
export const CONNECTIONS_OF_AN_ADDRESS = 500;

export interface Connections {
  /** A connection is busy until its answers are out. */
  hold(req: IncomingMessage, res: ServerResponse): void;
  closeUnused(): void;
}

interface Connection {
  readonly socket: Socket;
  /** Undefined: not counted. */
  readonly network: string | undefined;
  running: number;
  request?: IncomingMessage;
}

/**
 * The connections of a server. One too many is not turned away while others only wait: in its place goes, in this order, the oldest that has not yet sent a
 * whole request, the one that has been idle longest, and the oldest that is sending a later request. So whoever opens connections and sends nothing, or
 * little by little, replaces connections of its own kind, and a client that sends its request at once is served (docs/threats.md T9). Those whose requests are
 * being answered stay; when all are, the new one is closed.
 */
export function trackConnections(server: Server, { total, perAddress, isProxy }: ConnectionBounds): Connections {
  const open = new Map<Socket, Connection>();
  const byNetwork = new Map<string, number>();
  /** That have not had a whole request answered, in the order in which they came. */
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
    if (network !== undefined && byNetwork.get(network)! > perAddress) replace(connection, (other) => other.network === network);
    if (open.size > total && !socket.destroyed) replace(connection, () => true);
    if (!socket.destroyed) unproven.add(connection);
  }

  function replace(newcomer: Connection, mayGo: (connection: Connection) => boolean): void {
    const isWaitedFor = (one: Connection) => mayGo(one) && (one.running === 0 || one.request?.complete === false);
    close(firstOf(unproven, isWaitedFor) ?? firstOf(idle, isWaitedFor) ?? firstOf(busy, isWaitedFor) ?? newcomer);
  }

  /** Counted out at once: its socket tells of its end later. */
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
        // Else it was answered before its body was there, which may never come.
        (isDone ? idle : unproven).add(connection);
      });
    },
    closeUnused() {
      for (const connection of open.values()) if (connection.running === 0) close(connection);
    },
  };
}

function firstOf(connections: ReadonlySet<Connection>, mayGo: (connection: Connection) => boolean): Connection | undefined {
  for (const connection of connections) if (mayGo(connection)) return connection;
  return undefined;
}
