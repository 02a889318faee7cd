import type { OpenColumns } from "../../../history/entry.ts";
import { instantText } from "../../postgres/instants.ts";
import { FIELD, packedRow } from "../../postgres/row-encoding.ts";

/*
 * Events as one text for all of them (row-encoding.ts): every event passes here twice, when it is sealed and when it is verified. What is missing is an empty
 * field. Texts come as they are, behind a sign that tells an empty one from none. Only what somebody else than this program has written can hold the characters
 * that part fields; then there are too many of them, and the same rows are read once more with their texts as JSON, which costs a fifth more.
 */

export type Texts = "plain" | "json";

const orEmpty = (column: string): string => `coalesce(${column}::text, '')`;
const TEXT: Readonly<Record<Texts, (column: string) => string>> = {
  plain: (column) => `coalesce('=' || ${column}, '')`,
  json: (column) => orEmpty(`to_json(${column})`),
};

/** What of `history h` is read for it: an auditor's user may read no more. */
export const EVENT_COLUMNS =
  "h.at, h.code, h.actor, h.source_id, h.request_id, h.causes, h.subject_kind, h.subject, h.target, h.attempt, h.outcome, h.attributes, h.members, h.detail, h.sealed";

/** The ciphertext as its digest, or itself. PostgreSQL breaks base64 into lines. */
const SEALED = {
  digest: "coalesce(encode(sha256(r.sealed), 'hex'), '')",
  base64: "coalesce(translate(encode(r.sealed, 'base64'), E'\\n', ''), '')",
} as const;

/** Of rows `r` of `history`, or of nothing, with `event`, the id. `ref` is an expression. */
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
  /** Undefined: there is no such event any more. */
  readonly open: OpenColumns | undefined;
  /** Digest of the encrypted values, or these, as it was asked for. */
  readonly sealed: string | null;
  readonly ref: string | null;
}

/** Undefined: not known with plain texts. */
export function packedEvent(row: string, texts: Texts): PackedEvent | undefined {
  const fields = row.split(FIELD) as unknown as Fields;
  if (fields.length !== FIELDS) return undefined;
  const [id, at, code, actor, source, request, causes, kind, subject, target, attempt, outcome, attributes, members, detail, sealed, ref] =
    fields;
  if (at === "") return { id, open: undefined, sealed: null, ref: null };
  const text = texts === "json" ? parsed<string> : behindSign;
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
const behindSign = (field: string): string | null => (field === "" ? null : field.slice(1));

/** As the statement has made it. */
const parsed = <T>(field: string): T | null => (field === "" ? null : (JSON.parse(field) as T));

/** An array as PostgreSQL writes it. Undefined where an element is quoted, or none. */
function elementsOf(array: string): readonly string[] | null | undefined {
  if (array === "") return null;
  if (array === "{}") return [];
  if (array.includes('"') || array.includes("NULL") || array.lastIndexOf("{") > 0) return undefined;
  return array.slice(1, -1).split(",");
}
