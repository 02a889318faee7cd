import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { OrganisationEvent, Subscriber } from "./outbox.ts";
import { createRedelivery } from "./redelivery.ts";
import { createConnections } from "./stream-connections.ts";
import { createFrames, type GatewayOptions, parseAnswer, type Subscription } from "./stream-frames.ts";
import { createTickets } from "./stream-tickets.ts";

/** Number of sent events that `replay` can send again. */
const MOST_REPLAYED = 10_000;

export interface StreamGateway extends Subscriber {
  /** Issues a ticket for one connection. */
  ticket(appKey: string, subscriptions: readonly Subscription[]): string;
  /** Answers an HTTP upgrade: 101 for a valid ticket, else 401. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  connections(): readonly {
    readonly connectionId: string;
    readonly appKey: string;
    readonly subscriptions: readonly Subscription[];
  }[];
  /** Sends every client a ping now. */
  ping(): void;
  /** Asks every client to connect again with a new ticket, and closes the connections. */
  disconnect(reason: string): void;
  /** Breaks every connection without a frame before. */
  cut(): void;
  /** Sends every earlier event again, `times` times, each time with its original event id. */
  replay(times: number): void;
  stop(): void;
}

/**
 * The Stream gateway (docs/dingtalk.md 10.2). Each event goes to one of the connections that subscribe to it,
 * in rotation.
 */
export function createStreamGateway(options: GatewayOptions): StreamGateway {
  const { clock, settings } = options;
  const server = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024, autoPong: false });
  const sent: OrganisationEvent[] = [];
  const tickets = createTickets(clock);
  const isDropped = createLoss();
  const frames = createFrames(options);
  const { draw, ping, system } = frames;
  const { connections, join, send, stop } = createConnections(options, frames, receive);
  const redelivery = createRedelivery(clock, send);

  return {
    deliver(event) {
      const { silent, dropPercent } = settings();
      if (isDropped(dropPercent) || silent === "events") return;
      sent.push(event);
      if (sent.length > MOST_REPLAYED) sent.shift();
      redelivery.deliver(event);
    },
    forget() {
      sent.length = 0;
      redelivery.forget();
    },
    ticket(appKey, subscriptions) {
      const ticket = draw();
      tickets.give(ticket, { appKey, subscriptions });
      return ticket;
    },
    upgrade(request, socket, head) {
      const ticket = new URL(request.url ?? "/", "http://simulator").searchParams.get("ticket") ?? "";
      const granted = tickets.take(ticket);
      if (!granted || settings().refuses === "connecting") {
        socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      server.handleUpgrade(request, socket, head, (opened) => join(opened, granted));
    },
    connections: () =>
      connections.map(({ id, appKey, subscriptions }) => ({ connectionId: id, appKey, subscriptions })),
    ping() {
      for (const connection of connections) ping(connection);
    },
    disconnect(reason) {
      for (const connection of [...connections]) {
        system(connection, "disconnect", { reason });
        connection.socket.close();
      }
    },
    cut() {
      for (const { socket } of [...connections]) socket.terminate();
    },
    replay(times) {
      const all = [...sent];
      for (let n = 0; n < times; n++) for (const event of all) redelivery.deliver(event);
    },
    stop() {
      redelivery.stop();
      stop();
      server.close();
    },
  };

  function receive(text: string): void {
    const answer = parseAnswer(text);
    if (answer) redelivery.acknowledge(answer.messageId, answer.status);
  }
}

/**
 * Decides for each event whether it is lost. The losses are spread evenly, so the share of lost events is
 * exactly `percent`.
 */
function createLoss(): (percent: number) => boolean {
  let born = 0;
  return (percent) => {
    born += 1;
    return Math.floor((born * percent) / 100) > Math.floor(((born - 1) * percent) / 100);
  };
}
