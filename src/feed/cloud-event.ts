import type { JsonObject } from "../core/entity.ts";
import type { NumberedEvent } from "./ports.ts";

/**
 * CloudEvents 1.0 in its JSON format, with the extensions `sequence` and `partitionkey` (docs/feed.md has an
 * example).
 */
export interface CloudEvent extends JsonObject {
  readonly specversion: "1.0";
  /** Id of the event in the history. The same at every delivery. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly datacontenttype: "application/json";
  /** The position as a text of fixed length, so texts sort like numbers. */
  readonly sequence: string;
  readonly data: JsonObject;
}

export const CLOUD_EVENT_TYPE = "application/cloudevents+json; charset=UTF-8";
const TYPE_PREFIX = "dingtalk-scim.";
/** Digits of the largest exact number in JSON. */
const SEQUENCE_DIGITS = 16;
/** Maximum number of causes in a shortened event. */
const MOST_CAUSES = 32;

export interface Encoding {
  /** PUBLIC_URL, which identifies the installation. */
  readonly source: string;
  /** Whether values of people and names of operators are included. */
  readonly personal: boolean;
}

export function cloudEventOf({ position, event }: NumberedEvent, { source, personal }: Encoding): CloudEvent {
  const {
    id,
    at,
    code,
    subject,
    changes,
    detail,
    personal: named,
    causes,
    actor,
    sourceId,
    requestId,
    target,
    attempt,
    outcome,
  } = event;
  return {
    specversion: "1.0",
    id,
    source,
    type: `${TYPE_PREFIX}${code}`,
    ...(subject ? { subject: `${subject.kind}/${subject.id}`, partitionkey: subject.id } : {}),
    time: at.toISOString(),
    datacontenttype: "application/json",
    sequence: String(position).padStart(SEQUENCE_DIGITS, "0"),
    data: {
      code,
      actor: personal ? actor : namelessOf(actor),
      causes: [...causes],
      ...(sourceId === undefined ? {} : { sourceId }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(target === undefined ? {} : { target }),
      ...(attempt === undefined ? {} : { attempt }),
      ...(outcome === undefined ? {} : { outcome }),
      ...(changes === undefined ? {} : { attributes: Object.keys(changes) }),
      ...(personal && changes !== undefined ? { changes: changes as JsonObject } : {}),
      // Mostly codes and counts. Operators also write reasons and names.
      ...(personal && (detail !== undefined || named !== undefined)
        ? { detail: { ...detail, ...named } }
        : {}),
    },
  };
}

/**
 * The event as JSON of at most `mostBytes` bytes of UTF-8, because brokers have limits. A longer event is
 * sent without values and marked with `shortened`. So a large event does not block later ones.
 * `/api/history/{id}` has all of it.
 */
export function cloudEventText(event: NumberedEvent, encoding: Encoding, mostBytes: number): string {
  const text = JSON.stringify(cloudEventOf(event, encoding));
  if (Buffer.byteLength(text) <= mostBytes) return text;
  const { changes = {}, detail: _detail, personal: _personal, causes, ...rest } = event.event;
  const names = Object.fromEntries(Object.keys(changes).map((name) => [name, {}]));
  const short = cloudEventOf(
    { ...event, event: { ...rest, causes: causes.slice(0, MOST_CAUSES), changes: names } },
    { ...encoding, personal: false },
  );
  return JSON.stringify({ ...short, data: { ...short.data, shortened: true } });
}

/** Ids of credentials are not personal data. For signed-in people only the kind is shown. */
const namelessOf = (actor: string): string =>
  /^(token|trust|link):/.test(actor) ? actor : actor.replace(/:.*$/s, "");

/** Events with the same subject stay in order. Those without a subject share one. */
export const subjectOf = ({ event }: NumberedEvent): string => event.subject?.id ?? "";
