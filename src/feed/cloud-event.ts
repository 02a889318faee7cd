import type { JsonObject } from "../core/entity.ts";
import type { NumberedEvent } from "./ports.ts";

/** CloudEvents 1.0 in its JSON format, with the extensions `sequence` and `partitionkey` (docs/feed.md has an example). */
export interface CloudEvent extends JsonObject {
  readonly specversion: "1.0";
  /** Of the event in the history: the same at every delivery. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly datacontenttype: "application/json";
  /** The position as a text that sorts as the number does. */
  readonly sequence: string;
  readonly data: JsonObject;
}

export const CLOUD_EVENT_TYPE = "application/cloudevents+json; charset=UTF-8";
const TYPE_PREFIX = "dingtalk-scim.";
/** Of the largest number that JSON readers hold exactly. */
const SEQUENCE_DIGITS = 16;
/** Of a shortened event. */
const MOST_CAUSES = 32;

export interface Encoding {
  /** PUBLIC_URL: which installation tells. */
  readonly source: string;
  /** Whether values of people, and names of operators, go along. */
  readonly personal: boolean;
}

export function cloudEventOf({ position, event }: NumberedEvent, { source, personal }: Encoding): CloudEvent {
  const { id, at, code, subject, changes, detail, personal: named, causes, actor, sourceId, requestId, target, attempt, outcome } = event;
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
      // Codes and counts mostly, but operators give reasons and names of theirs.
      ...(personal && (detail !== undefined || named !== undefined) ? { detail: { ...detail, ...named } } : {}),
    },
  };
}

/**
 * As JSON, at most `mostBytes` long as UTF-8 where brokers take no more: what is longer comes without values, and says so by `shortened`. One event that does not fit
 * must not hold up all behind it, and it can be read whole at `/api/history/{id}`.
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

/** Ids of credentials are not personal; for signed-in people only the kind is shown. */
const namelessOf = (actor: string): string => (/^(token|trust|link):/.test(actor) ? actor : actor.replace(/:.*$/s, ""));

/** Events of one subject stay in their order; those without one are a subject of their own. */
export const subjectOf = ({ event }: NumberedEvent): string => event.subject?.id ?? "";
