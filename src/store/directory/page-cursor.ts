import { createHash } from "node:crypto";
import { isUuid } from "../../core/id.ts";
import { isStorableText } from "../../core/storable-text.ts";
import { InvalidCursor } from "../../directory/errors.ts";
import type { Order, PageCursor } from "../filter/sort.ts";

/*
 * A position in a list as an opaque text (RFC 9865 section 2): what it says is all there is, nothing is kept for it, and it never expires.
 * A digest ties it to its list, so that a damaged one, or one of another list, is told from ours. It is no secret: a position opens nothing
 * that the list itself would not show, and what a forger could write is checked before it reaches a statement.
 */

/** `list`: a digest of all that makes the list what it is (source, filter, order). */
export function writePosition({ id, key }: PageCursor, list: string): string {
  return Buffer.from(JSON.stringify([digestOf([list, id, key ?? null]), id, key ?? null])).toString("base64url");
}

const MAX_LENGTH = 100_000;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/** Rejects with InvalidCursor whatever this list did not write. */
export function readPosition(text: string, list: string, kind: Order["kind"]): PageCursor {
  if (text.length > MAX_LENGTH || !BASE64URL.test(text)) throw invalid();
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch (cause) {
    throw new InvalidCursor("the cursor is not one of ours", { cause });
  }
  if (!Array.isArray(parts) || parts.length !== 3) throw invalid();
  const [digest, id, key] = parts as readonly unknown[];
  if (typeof id !== "string" || !isUuid(id) || !isKey(key, kind) || digest !== digestOf([list, id, key])) throw invalid();
  return { id, key: key ?? undefined };
}

/** A short digest of anything JSON can write. */
export const digestOf = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 16);

const NUMBER = /^-?[0-9]{1,400}(\.[0-9]{1,400})?$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

function isKey(key: unknown, kind: Order["kind"]): key is string | null {
  if (key === null) return true;
  if (typeof key !== "string") return false;
  switch (kind) {
    case "none":
      return false;
    case "text":
      return isStorableText(key);
    case "number":
      return NUMBER.test(key);
    case "boolean":
      return key === "true" || key === "false";
    case "instant":
      return INSTANT.test(key) && !Number.isNaN(Date.parse(key));
    default:
      return kind satisfies never;
  }
}

const invalid = (): InvalidCursor => new InvalidCursor("the cursor is not one of this list");
