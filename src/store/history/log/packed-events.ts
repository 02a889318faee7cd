import type { OpenColumns } from "../../../history/entry.ts";
import { instantText } from "../../postgres/instants.ts";
import { FIELD, type RowPacking } from "../../postgres/row-encoding.ts";

/*
 * Events as one text for all of them (row-encoding.ts): every event passes here twice, when it is sealed and when it is verified. What is missing is an empty
 * field. Texts come as JSON, as they might hold the signs that part fields.
 */

const orEmpty = (column: string): string => `coalesce(${column}::text, '')`;
const json = (column: string): string => orEmpty(`to_json(${column})`);

/** Rows `r` are rows of `history`, or nothing, with `event`, the id, and `ref`. The ciphertext comes as its digest. */
export const EVENT_ROWS: RowPacking = {
  fields: [
    "r.event",
    orEmpty("r.at"),
    json("r.code"),
    json("r.actor"),
    orEmpty("r.source_id"),
    orEmpty("r.request_id"),
    orEmpty("r.causes"),
    json("r.subject_kind"),
    orEmpty("r.subject"),
    json("r.target"),
    orEmpty("r.attempt"),
    json("r.outcome"),
    json("r.attributes"),
    orEmpty("r.members"),
    orEmpty("r.detail"),
    "coalesce(encode(sha256(r.sealed), 'hex'), '')",
    orEmpty("r.ref"),
  ],
};

export interface PackedEvent {
  readonly id: string;
  /** Undefined: there is no such event any more. */
  readonly open: OpenColumns | undefined;
  /** Of the encrypted values. */
  readonly sealed: string | null;
  readonly ref: string | null;
}

export function packedEvent(row: string): PackedEvent {
  const fields = row.split(FIELD);
  if (fields.length !== EVENT_ROWS.fields.length) throw new Error(`an event has ${fields.length} fields`);
  const [id, at, code, actor, source, request, causes, kind, subject, target, attempt, outcome, attributes, members, detail, sealed, ref] =
    fields as unknown as Fields;
  if (at === "") return { id, open: undefined, sealed: null, ref: null };
  const open = {
    id,
    at: instantText(at),
    code: parsed<string>(code) ?? "",
    actor: parsed<string>(actor) ?? "",
    source_id: given(source),
    request_id: given(request),
    causes: causes === "{}" ? [] : causes.slice(1, -1).split(","),
    subject_kind: parsed<string>(kind),
    subject: given(subject),
    target: parsed<string>(target),
    attempt: parsed<number>(attempt),
    outcome: parsed<string>(outcome),
    attributes: parsed<readonly string[]>(attributes),
    members: given(members),
    detail: given(detail),
  };
  return { id, open, sealed: given(sealed), ref: given(ref) };
}

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

/** As the statement has made it. */
const parsed = <T>(field: string): T | null => (field === "" ? null : (JSON.parse(field) as T));
