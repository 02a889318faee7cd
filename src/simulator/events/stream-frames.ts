import type { WebSocket } from "ws";
import type { Clock } from "../../core/clock.ts";
import { newRequestId } from "../organisation/identifiers.ts";
import type { Switches } from "../organisation/switches.ts";
import type { OrganisationEvent } from "./outbox.ts";

export interface Subscription {
  readonly type: string;
  readonly topic: string;
}

export interface Connection {
  readonly id: string;
  readonly appKey: string;
  readonly subscriptions: readonly Subscription[];
  readonly socket: WebSocket;
  /** Whether it was opened after an earlier connection had closed. */
  readonly again: boolean;
}

export interface GatewayOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly settings: () => Switches["stream"];
}

export type Frames = ReturnType<typeof createFrames>;

/** Sends frames to clients. Each frame has a new message id. */
export function createFrames({ clock, seed, settings }: GatewayOptions) {
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

/**
 * A client's answer to a message, `{"code":200,"headers":{"messageId"},"data":"{\"status\":\"SUCCESS\"}"}`.
 * Undefined for any other text.
 */
export function parseAnswer(
  text: string,
): { readonly messageId: string; readonly status: "SUCCESS" | "LATER" } | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    const { code, headers, data } = answer as {
      code?: unknown;
      headers?: { messageId?: unknown };
      data?: unknown;
    }; // checked below
    if (typeof headers?.messageId !== "string") return undefined;
    const { status } = JSON.parse(typeof data === "string" && data !== "" ? data : "{}") as {
      status?: unknown;
    };
    return { messageId: headers.messageId, status: code === 200 && status !== "LATER" ? "SUCCESS" : "LATER" };
  } catch {
    return undefined; // an unreadable frame is not an answer, so the message is sent again
  }
}
