import { hash } from "node:crypto";
import { canonicalJson } from "../core/canonical-json.ts";
import type { JsonObject } from "../core/entity.ts";

/*
 * What the public log holds of an event. An entry names who, when and what kind, and commits to the rest by two hashes: of the open part, which everybody with
 * `history:read` sees, and of the encrypted values. Both functions are for ever: a log of ten years ago is checked with them. Another form needs another `v`.
 */

const VERSION = 1;

/** Columns of an event that are open, as they are stored. */
export interface OpenColumns {
  readonly id: string;
  readonly at: Date;
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

/** The canonical JSON of the open part of an event: what an entry's `open` is the hash of. */
export function openPart(row: OpenColumns): string {
  const parsed = (text: string | null): JsonObject | undefined => (text === null ? undefined : (JSON.parse(text) as JsonObject));
  const some: Record<string, JsonObject[string] | undefined> = {
    id: row.id,
    at: row.at.toISOString(),
    code: row.code,
    actor: row.actor,
    source: row.source_id ?? undefined,
    requestId: row.request_id ?? undefined,
    causes: row.causes,
    subject: row.subject === null ? undefined : { kind: row.subject_kind ?? "", id: row.subject },
    target: row.target ?? undefined,
    attempt: row.attempt ?? undefined,
    outcome: row.outcome ?? undefined,
    attributes: row.attributes ?? undefined,
    members: parsed(row.members),
    detail: parsed(row.detail),
  };
  return canonicalJson(defined(some));
}

/** An entry stays below 4 kB: more causes than this are in the open part alone. */
const MOST_CAUSES = 32;

/** `ref`: what the log calls the subject; it leads to nobody without the directory. */
export function entryOf(row: OpenColumns, sealed: Buffer | null, ref: string | null): string {
  return canonicalJson(
    defined({
      v: VERSION,
      id: row.id,
      at: row.at.toISOString(),
      code: row.code,
      actor: row.actor,
      requestId: row.request_id ?? undefined,
      subjectRef: ref ?? undefined,
      causes: row.causes.length > MOST_CAUSES ? undefined : row.causes,
      target: row.target ?? undefined,
      outcome: row.outcome ?? undefined,
      open: digestOf(openPart(row)),
      sealed: sealed === null ? undefined : digestOf(sealed),
    }),
  );
}

/** As entries have it: SHA-256 in lowercase hexadecimal. */
export const digestOf = (content: string | Buffer): string => hash("sha256", content, "hex");

const defined = (members: Readonly<Record<string, JsonObject[string] | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(members).filter((member): member is [string, JsonObject[string]] => member[1] !== undefined));
