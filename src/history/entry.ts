import { hash } from "node:crypto";
import { canonicalJson } from "../core/canonical-json.ts";
import type { JsonValue } from "../core/entity.ts";

/*
 * What the public log holds of an event. An entry names who, when and what kind, and commits to the rest by two hashes: of the open part, which everybody with
 * `history:read` sees, and of the encrypted values. Both functions are for ever: a log of ten years ago is checked with them. Another form needs another `v`.
 * They write canonical JSON (RFC 8785) member by member, in the order of its names: five times faster than a function for any JSON, and every event passes here.
 */

const VERSION = 1;

/** Columns of an event that are open, as they are stored. */
export interface OpenColumns {
  readonly id: string;
  /** With milliseconds, as `Date.toISOString` writes it. */
  readonly at: string;
  readonly code: string;
  readonly actor: string;
  readonly source_id: string | null;
  readonly request_id: string | null;
  readonly causes: readonly string[];
  readonly subject_kind: string | null;
  readonly subject: string | null;
  readonly target: string | null;
  readonly attempt: number | null;
  readonly outcome: string | null;
  readonly attributes: readonly string[] | null;
  /** JSON texts. */
  readonly members: string | null;
  readonly detail: string | null;
}

/** A member that may be missing. */
const some = (name: string, json: string | undefined): string => (json === undefined ? "" : `,"${name}":${json}`);
const text = (value: string | null): string | undefined => (value === null ? undefined : JSON.stringify(value));
/** Ids and times have nothing to escape. */
const plain = (value: string | null): string | undefined => (value === null ? undefined : `"${value}"`);
const ids = (values: readonly string[]): string => (values.length === 0 ? "[]" : `["${values.join('","')}"]`);
const canonical = (json: string | null): string | undefined => (json === null ? undefined : canonicalJson(JSON.parse(json) as JsonValue));

/** The canonical JSON of the open part of an event: what an entry's `open` is the hash of. */
export const openPart = (row: OpenColumns): string =>
  `{"actor":${text(row.actor)},"at":"${row.at}"` +
  some("attempt", row.attempt === null ? undefined : `${row.attempt}`) +
  some("attributes", row.attributes === null ? undefined : JSON.stringify(row.attributes)) +
  `,"causes":${ids(row.causes)},"code":${text(row.code)}` +
  some("detail", canonical(row.detail)) +
  `,"id":"${row.id}"` +
  some("members", canonical(row.members)) +
  some("outcome", text(row.outcome)) +
  some("requestId", plain(row.request_id)) +
  some("source", plain(row.source_id)) +
  some("subject", row.subject === null ? undefined : `{"id":"${row.subject}","kind":${text(row.subject_kind ?? "")}}`) +
  `${some("target", text(row.target))}}`;

/** An entry stays below 4 kB: more causes than this are in the open part alone. */
const MOST_CAUSES = 32;

/** `sealed`: the digest of the encrypted values. `ref`: what the log calls the subject; it leads to nobody without the directory. */
export const entryOf = (row: OpenColumns, sealed: string | null, ref: string | null): string =>
  `{"actor":${text(row.actor)},"at":"${row.at}"` +
  some("causes", row.causes.length > MOST_CAUSES ? undefined : ids(row.causes)) +
  `,"code":${text(row.code)},"id":"${row.id}","open":"${digestOf(openPart(row))}"` +
  some("outcome", text(row.outcome)) +
  some("requestId", plain(row.request_id)) +
  some("sealed", plain(sealed)) +
  some("subjectRef", plain(ref)) +
  `${some("target", text(row.target))},"v":${VERSION}}`;

/** As entries have it: SHA-256 in lowercase hexadecimal. */
export const digestOf = (content: string | Buffer): string => hash("sha256", content, "hex");
