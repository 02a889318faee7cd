import type { WebSocket } from "ws";
import type { OrganisationEvent } from "./outbox.ts";
import type { Connection, Frames, GatewayOptions } from "./stream-frames.ts";
import type { Grant } from "./stream-tickets.ts";

/** The open connections of clients. `receive` gets each text that a client sends. */
export function createConnections(options: GatewayOptions, frames: Frames, receive: (text: string) => void) {
  const connections: Connection[] = [];
  const stopped = new AbortController();
  let turn = 0;
  let gone = 0;
  return { connections: connections as readonly Connection[], join, send, stop };

  function stop(): void {
    stopped.abort();
    for (const { socket } of connections) socket.terminate();
  }

  function join(socket: WebSocket, grant: Grant): void {
    const connection: Connection = { id: frames.draw(), socket, again: gone > 0, ...grant };
    connections.push(connection);
    const left = new AbortController();
    connection.socket.on("message", (data) => receive(String(data)));
    connection.socket.on("ping", (data) => {
      if (options.settings().silent !== "everything") connection.socket.pong(data);
    });
    connection.socket.on("error", () => connection.socket.terminate());
    connection.socket.on("close", () => {
      left.abort();
      gone += 1;
      connections.splice(connections.indexOf(connection), 1);
    });
    frames.system(connection, "CONNECTED", {});
    frames.system(connection, "REGISTERED", {});
    const until = AbortSignal.any([left.signal, stopped.signal]);
    void keepPinging(options, () => frames.ping(connection), until);
  }

  function send(event: OrganisationEvent): string | undefined {
    const wanted = connections.filter(
      ({ socket, subscriptions }) =>
        socket.readyState === socket.OPEN &&
        subscriptions.some(({ type, topic }) => type === "EVENT" && wants(topic, event)),
    );
    const connection = wanted[turn % Math.max(1, wanted.length)];
    if (!connection) return undefined;
    turn += 1;
    return frames.tell(connection, event);
  }
}

async function keepPinging(
  { clock, settings }: GatewayOptions,
  ping: () => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const slept = await clock.sleep(settings().pingMs, signal).then(
      () => true,
      () => false,
    );
    if (slept) ping();
  }
}

const wants = (topic: string, event: OrganisationEvent): boolean =>
  topic === "*" || topic === event.eventType;
