import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../../core/clock.ts";
import { newRequestId } from "../organisation/identifiers.ts";
import type { OrganisationEvent, Subscriber } from "./outbox.ts";
import { createRedelivery } from "./redelivery.ts";

/** A ticket opens one connection, within this time (docs/dingtalk.md 10.2). */
export const TICKET_MS = 90_000;
const PING_MS = 60_000;

export interface Subscription {
  readonly type: string;
  readonly topic: string;
}

interface Connection {
  readonly id: string;
  readonly appKey: string;
  readonly subscriptions: readonly Subscription[];
  readonly socket: WebSocket;
}

export interface StreamGateway extends Subscriber {
  /** A ticket for one connection. */
  ticket(appKey: string, subscriptions: readonly Subscription[]): string;
  /** Takes over an HTTP upgrade: 101 for a good ticket, 401 otherwise. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  connections(): readonly { readonly connectionId: string; readonly appKey: string; readonly subscriptions: readonly Subscription[] }[];
  /** Sends every client a ping now. */
  ping(): void;
  /** Tells every client to come back with a new ticket, and closes. */
  disconnect(reason: string): void;
  stop(): void;
}

/** The Stream gateway of docs/dingtalk.md 10.2: one event goes to one connection of those that want it, in turn. */
export function createStreamGateway(options: { readonly clock: Clock; readonly seed: number }): StreamGateway {
  const { clock, seed } = options;
  const server = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 });
  const tickets = new Map<string, { appKey: string; subscriptions: readonly Subscription[]; untilMs: number }>();
  const connections: Connection[] = [];
  const stopped = new AbortController();
  let drawn = 0;
  let turn = 0;
  const redelivery = createRedelivery(clock, send);

  return {
    deliver: redelivery.deliver,
    forget: redelivery.forget,
    ticket(appKey, subscriptions) {
      const ticket = draw();
      tickets.set(ticket, { appKey, subscriptions, untilMs: nowMs() + TICKET_MS });
      return ticket;
    },
    upgrade(request, socket, head) {
      const ticket = new URL(request.url ?? "/", "http://simulator").searchParams.get("ticket") ?? "";
      const granted = tickets.get(ticket);
      tickets.delete(ticket);
      if (!granted || nowMs() >= granted.untilMs) {
        socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      server.handleUpgrade(request, socket, head, (opened) => join({ id: draw(), socket: opened, ...granted }));
    },
    connections: () => connections.map(({ id, appKey, subscriptions }) => ({ connectionId: id, appKey, subscriptions })),
    ping() {
      for (const connection of connections) ping(connection);
    },
    disconnect(reason) {
      for (const connection of [...connections]) {
        system(connection, "disconnect", { reason });
        connection.socket.close();
      }
    },
    stop() {
      stopped.abort();
      redelivery.stop();
      for (const { socket } of connections) socket.terminate();
      server.close();
    },
  };

  function join(connection: Connection): void {
    connections.push(connection);
    const gone = new AbortController();
    connection.socket.on("message", (data) => receive(String(data)));
    connection.socket.on("error", () => connection.socket.terminate());
    connection.socket.on("close", () => {
      gone.abort();
      connections.splice(connections.indexOf(connection), 1);
    });
    system(connection, "CONNECTED", {});
    system(connection, "REGISTERED", {});
    void keepPinging(connection, AbortSignal.any([gone.signal, stopped.signal]));
  }

  async function keepPinging(connection: Connection, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const slept = await clock.sleep(PING_MS, signal).then(
        () => true,
        () => false,
      );
      if (slept) ping(connection);
    }
  }

  function send(event: OrganisationEvent): string | undefined {
    const wanted = connections.filter(({ subscriptions }) =>
      subscriptions.some(({ type, topic }) => type === "EVENT" && wants(topic, event)),
    );
    const connection = wanted[turn % Math.max(1, wanted.length)];
    if (!connection) return undefined;
    turn += 1;
    const messageId = draw();
    frame(connection, "EVENT", messageId, "*", event.data, {
      eventType: event.eventType,
      eventBornTime: String(event.bornMs),
      eventId: event.eventId,
      eventCorpId: event.corpId,
      eventUnifiedAppId: connection.appKey,
    });
    return messageId;
  }

  function receive(text: string): void {
    const answer = parseAnswer(text);
    if (answer) redelivery.acknowledge(answer.messageId, answer.status);
  }

  function ping(connection: Connection): void {
    system(connection, "ping", { opaque: draw() });
  }

  function system(connection: Connection, topic: string, data: Readonly<Record<string, unknown>>): void {
    frame(connection, "SYSTEM", draw(), topic, data, {});
  }

  function frame(
    { id, appKey, socket }: Connection,
    type: "SYSTEM" | "EVENT",
    messageId: string,
    topic: string,
    data: Readonly<Record<string, unknown>>,
    more: Readonly<Record<string, string>>,
  ): void {
    const headers = { appId: appKey, connectionId: id, contentType: "application/json", messageId, time: String(nowMs()), topic, ...more };
    socket.send(JSON.stringify({ specVersion: "1.0", type, headers, data: JSON.stringify(data) }));
  }

  function draw(): string {
    drawn += 1;
    return newRequestId(seed ^ 0x7f4a7c15, drawn).toLowerCase();
  }

  function nowMs(): number {
    return clock.now().getTime();
  }
}

const wants = (topic: string, event: OrganisationEvent): boolean => topic === "*" || topic === event.eventType;

/** What a client says about a message: `{"code":200,"headers":{"messageId"},"data":"{\"status\":\"SUCCESS\"}"}`; undefined for anything else. */
function parseAnswer(text: string): { readonly messageId: string; readonly status: "SUCCESS" | "LATER" } | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    const { code, headers, data } = answer as { code?: unknown; headers?: { messageId?: unknown }; data?: unknown }; // checked below
    if (typeof headers?.messageId !== "string") return undefined;
    const { status } = JSON.parse(typeof data === "string" && data !== "" ? data : "{}") as { status?: unknown };
    return { messageId: headers.messageId, status: code === 200 && status !== "LATER" ? "SUCCESS" : "LATER" };
  } catch {
    return undefined; // a frame we cannot read is no answer: the message comes again
  }
}
