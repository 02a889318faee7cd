import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../../core/clock.ts";
import { newRequestId } from "../organisation/identifiers.ts";
import type { Switches } from "../organisation/switches.ts";
import type { OrganisationEvent, Subscriber } from "./outbox.ts";
import { createRedelivery } from "./redelivery.ts";

/** A ticket opens one connection, and only within this time (docs/dingtalk.md 10.2). */
export const TICKET_MS = 90_000;
/** Number of sent events that `replay` can send again. */
const MOST_REPLAYED = 10_000;

export interface Subscription {
  readonly type: string;
  readonly topic: string;
}

interface Connection {
  readonly id: string;
  readonly appKey: string;
  readonly subscriptions: readonly Subscription[];
  readonly socket: WebSocket;
  /** Whether it was opened after an earlier connection had closed. */
  readonly again: boolean;
}

export interface StreamGateway extends Subscriber {
  /** Issues a ticket for one connection. */
  ticket(appKey: string, subscriptions: readonly Subscription[]): string;
  /** Answers an HTTP upgrade: 101 for a valid ticket, else 401. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  connections(): readonly { readonly connectionId: string; readonly appKey: string; readonly subscriptions: readonly Subscription[] }[];
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

interface GatewayOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly settings: () => Switches["stream"];
}

/** The Stream gateway (docs/dingtalk.md 10.2). Each event goes to one of the connections that subscribe to it, in rotation. */
export function createStreamGateway(options: GatewayOptions): StreamGateway {
  const { clock, settings } = options;
  const server = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024, autoPong: false });
  const sent: OrganisationEvent[] = [];
  const tickets = createTickets(clock);
  const isDropped = createLoss();
  const connections: Connection[] = [];
  const stopped = new AbortController();
  let turn = 0;
  let gone = 0;
  const { draw, ping, system, tell } = createFrames(options);
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
      server.handleUpgrade(request, socket, head, (opened) => join({ id: draw(), socket: opened, again: gone > 0, ...granted }));
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
    cut() {
      for (const { socket } of [...connections]) socket.terminate();
    },
    replay(times) {
      const all = [...sent];
      for (let n = 0; n < times; n++) for (const event of all) redelivery.deliver(event);
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
    const left = new AbortController();
    connection.socket.on("message", (data) => receive(String(data)));
    connection.socket.on("ping", (data) => {
      if (settings().silent !== "everything") connection.socket.pong(data);
    });
    connection.socket.on("error", () => connection.socket.terminate());
    connection.socket.on("close", () => {
      left.abort();
      gone += 1;
      connections.splice(connections.indexOf(connection), 1);
    });
    system(connection, "CONNECTED", {});
    system(connection, "REGISTERED", {});
    const until = AbortSignal.any([left.signal, stopped.signal]);
    void keepPinging(options, () => ping(connection), until);
  }

  function send(event: OrganisationEvent): string | undefined {
    const wanted = connections.filter(
      ({ socket, subscriptions }) =>
        socket.readyState === socket.OPEN && subscriptions.some(({ type, topic }) => type === "EVENT" && wants(topic, event)),
    );
    const connection = wanted[turn % Math.max(1, wanted.length)];
    if (!connection) return undefined;
    turn += 1;
    return tell(connection, event);
  }

  function receive(text: string): void {
    const answer = parseAnswer(text);
    if (answer) redelivery.acknowledge(answer.messageId, answer.status);
  }
}

/** Sends frames to clients. Each frame has a new message id. */
function createFrames({ clock, seed, settings }: GatewayOptions) {
  let drawn = 0;
  return { draw, ping, system, tell };

  /** Sends an event and returns the id of the message. */
  function tell(connection: Connection, event: OrganisationEvent): string {
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

  function ping(connection: Connection): void {
    system(connection, "ping", { opaque: draw() });
  }

  function system(connection: Connection, topic: string, data: Readonly<Record<string, unknown>>): void {
    frame(connection, "SYSTEM", draw(), topic, data, {});
  }

  function frame(
    { id, appKey, socket, again }: Connection,
    type: "SYSTEM" | "EVENT",
    messageId: string,
    topic: string,
    data: Readonly<Record<string, unknown>>,
    more: Readonly<Record<string, string>>,
  ): void {
    const { silent } = settings();
    if (silent === "everything" || (silent === "reconnected" && again)) return;
    const headers = {
      appId: appKey,
      connectionId: id,
      contentType: "application/json",
      messageId,
      time: String(clock.now().getTime()),
      topic,
      ...more,
    };
    socket.send(JSON.stringify({ specVersion: "1.0", type, headers, data: JSON.stringify(data) }));
  }

  function draw(): string {
    drawn += 1;
    return newRequestId(seed ^ 0x7f4a7c15, drawn).toLowerCase();
  }
}

interface Grant {
  readonly appKey: string;
  readonly subscriptions: readonly Subscription[];
}

/** Tickets: each opens one connection, and expires after `TICKET_MS`. */
function createTickets(clock: Clock) {
  const given = new Map<string, Grant & { readonly untilMs: number }>();
  return {
    give: (ticket: string, grant: Grant): void => void given.set(ticket, { ...grant, untilMs: clock.now().getTime() + TICKET_MS }),
    take(ticket: string): Grant | undefined {
      const grant = given.get(ticket);
      given.delete(ticket);
      return grant && clock.now().getTime() < grant.untilMs ? { appKey: grant.appKey, subscriptions: grant.subscriptions } : undefined;
    },
  };
}

/** Decides for each event whether it is lost. The losses are spread evenly, so the share of lost events is exactly `percent`. */
function createLoss(): (percent: number) => boolean {
  let born = 0;
  return (percent) => {
    born += 1;
    return Math.floor((born * percent) / 100) > Math.floor(((born - 1) * percent) / 100);
  };
}

async function keepPinging({ clock, settings }: GatewayOptions, ping: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const slept = await clock.sleep(settings().pingMs, signal).then(
      () => true,
      () => false,
    );
    if (slept) ping();
  }
}

const wants = (topic: string, event: OrganisationEvent): boolean => topic === "*" || topic === event.eventType;

/** A client's answer to a message, `{"code":200,"headers":{"messageId"},"data":"{\"status\":\"SUCCESS\"}"}`. Undefined for any other text. */
function parseAnswer(text: string): { readonly messageId: string; readonly status: "SUCCESS" | "LATER" } | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    const { code, headers, data } = answer as { code?: unknown; headers?: { messageId?: unknown }; data?: unknown }; // checked below
    if (typeof headers?.messageId !== "string") return undefined;
    const { status } = JSON.parse(typeof data === "string" && data !== "" ? data : "{}") as { status?: unknown };
    return { messageId: headers.messageId, status: code === 200 && status !== "LATER" ? "SUCCESS" : "LATER" };
  } catch {
    return undefined; // an unreadable frame is not an answer, so the message is sent again
  }
}
