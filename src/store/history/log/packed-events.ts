import type { OpenColumns } from "../../../history/entry.ts";
import { instantText } from "../../postgres/instants.ts";
import { FIELD, packedRow } from "../../postgres/row-encoding.ts";

/*
 * Events packed into one text (row-encoding.ts). It has to be fast, because every event passes here twice:
 * when it is sealed and when it is verified. A missing value is an empty field. A text follows the character
 * `=`, so that an empty text differs from a missing one. Only rows that another program wrote can contain the
 * characters that separate fields. Such a row has too many fields. Then the same rows are read again with
 * their texts as JSON, which costs 20 % more.
 */

export type Texts = "plain" | "json";

const orEmpty = (column: string): string => `coalesce(${column}::text, '')`;
const TEXT: Readonly<Record<Texts, (column: string) => string>> = {
  plain: (column) => `coalesce('=' || ${column}, '')`,
  json: (column) => orEmpty(`to_json(${column})`),
};

/** The columns of `history h` that are read. The database role of an auditor may read exactly these. */
export const EVENT_COLUMNS =
  "h.at, h.code, h.actor, h.source_id, h.request_id, h.causes, h.subject_kind, h.subject, h.target, h.attempt, h.outcome, h.attributes, h.members, h.detail, h.sealed";

/**
 * The digest of the ciphertext, or the ciphertext itself. `translate` removes the line breaks of PostgreSQL's
 * base64.
 */
const SEALED = {
  digest: "coalesce(encode(sha256(r.sealed), 'hex'), '')",
  base64: "coalesce(translate(encode(r.sealed, 'base64'), E'\\n', ''), '')",
} as const;

/**
 * SQL for the text of a row `r` of `history`. `r.event` is the id of the event; the other columns are NULL if
 * the event was removed. `ref`: an SQL expression.
 */
export function eventText(texts: Texts, ref: string, sealed: keyof typeof SEALED = "digest"): string {
  const text = TEXT[texts];
  const list = texts === "json" ? text("r.attributes") : orEmpty("r.attributes");
  return packedRow([
    "r.event",
    orEmpty("r.at"),
    text("r.code"),
    text("r.actor"),
    orEmpty("r.source_id"),
    orEmpty("r.request_id"),
    orEmpty("r.causes"),
    text("r.subject_kind"),
    orEmpty("r.subject"),
    text("r.target"),
    orEmpty("r.attempt"),
    text("r.outcome"),
    list,
    orEmpty("r.members"),
    orEmpty("r.detail"),
    SEALED[sealed],
    orEmpty(ref),
  ]);
}

export interface PackedEvent {
  readonly id: string;
  /** Undefined: the event was removed. */
  readonly open: OpenColumns | undefined;
  /** The encrypted values, or their digest, as the statement asked. */
  readonly sealed: string | null;
  readonly ref: string | null;
}

/** Undefined: the row cannot be read with plain texts, and must be read with texts as JSON. */
export function packedEvent(row: string, texts: Texts): PackedEvent | undefined {
  const fields = row.split(FIELD) as unknown as Fields;
  if (fields.length !== FIELDS) return undefined;
  const [
    id,
    at,
    code,
    actor,
    source,
    request,
    causes,
    kind,
    subject,
    target,
    attempt,
    outcome,
    attributes,
    members,
    detail,
    sealed,
    ref,
  ] = fields;
  if (at === "") return { id, open: undefined, sealed: null, ref: null };
  const text = texts === "json" ? parsed<string> : withoutPrefix;
  const names = texts === "json" ? parsed<readonly string[]>(attributes) : elementsOf(attributes);
  if (names === undefined) return undefined;
  const open = {
    id,
    at: instantText(at),
    code: text(code) ?? "",
    actor: text(actor) ?? "",
    source_id: given(source),
    request_id: given(request),
    causes: causes === "{}" ? [] : causes.slice(1, -1).split(","),
    subject_kind: text(kind),
    subject: given(subject),
    target: text(target),
    attempt: parsed<number>(attempt),
    outcome: text(outcome),
    attributes: names,
    members: given(members),
    detail: given(detail),
  };
  return { id, open, sealed: given(sealed), ref: given(ref) };
}

const FIELDS = 17;
type Fields = readonly [
  id: string,
  at: string,
  code: string,
  actor: string,
  source: string,
  request: string,
  causes: string,
  kind: string,
  subject: string,
  target: string,
  attempt: string,
  outcome: string,
  attributes: string,
  members: string,
  detail: string,
  sealed: string,
  ref: string,
];

const given = (field: string): string | null => (field === "" ? null : field);
const withoutPrefix = (field: string): string | null => (field === "" ? null : field.slice(1));

/** The cast is safe, because our statement has made this JSON. */
const parsed = <T>(field: string): T | null => (field === "" ? null : (JSON.parse(field) as T));

/**
 * The elements of an array in PostgreSQL's text form. Undefined: an element is quoted or NULL, which this
 * function cannot read.
 */
function elementsOf(array: string): readonly string[] | null | undefined {
  if (array === "") return null;
  if (array === "{}") return [];
  if (array.includes('"') || array.includes("NULL") || array.lastIndexOf("{") > 0) return undefined;
  return array.slice(1, -1).split(",");
}
