import type { JsonObject, JsonValue } from "../../../core/entity.ts";
import { isObject, objectIn } from "../client/answers/answer.ts";

/* Reading and answering frames of the Stream protocol (docs/dingtalk.md 10.2). Pure. */

export type Frame =
  | { readonly kind: "ping"; readonly answer: string }
  /** The gateway asks this client to open a new connection. */
  | { readonly kind: "disconnect" }
  | { readonly kind: "event"; readonly event: StreamEvent; readonly answer: string }
  /** CONNECTED, KEEPALIVE and unsubscribed topics. They count as heartbeats. */
  | { readonly kind: "other" };

export interface StreamEvent {
  readonly id: string;
  readonly type: string;
  /** Time of the change; 0 if absent. */
  readonly atMs: number;
  /** The organisation of the event; undefined if absent. */
  readonly corpId: string | undefined;
  readonly data: JsonObject;
}

/** Undefined: not a frame. An event with unreadable data concerns no entity. */
export function readFrame(text: string): Frame | undefined {
  const frame = objectIn(text);
  const headers = frame && isObject(frame.headers) ? frame.headers : undefined;
  if (!frame || !headers) return undefined;
  const topic = textOf(headers.topic);
  if (frame.type === "SYSTEM") {
    if (topic === "disconnect") return { kind: "disconnect" };
    return topic === "ping"
      ? { kind: "ping", answer: answerTo(headers, frame.data ?? "") }
      : { kind: "other" };
  }
  const [id, type] = [textOf(headers.eventId), textOf(headers.eventType)];
  if (frame.type !== "EVENT" || id === undefined || type === undefined) return { kind: "other" };
  const event = {
    id,
    type,
    atMs: Number(headers.eventBornTime ?? 0) || 0,
    corpId: textOf(headers.eventCorpId),
    data: dataOf(frame.data),
  };
  return {
    kind: "event",
    event,
    answer: answerTo({ contentType: "application/json", messageId: headers.messageId ?? "" }, TAKEN),
  };
}

const TAKEN = JSON.stringify({ status: "SUCCESS", message: "" });

const answerTo = (headers: JsonObject, data: JsonValue): string =>
  JSON.stringify({ code: 200, headers, message: "OK", data });

const dataOf = (data: JsonValue | undefined): JsonObject =>
  (typeof data === "string" ? objectIn(data) : isObject(data) ? data : undefined) ?? {};

const textOf = (value: JsonValue | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
