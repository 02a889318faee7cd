import { createHash } from "node:crypto";
import { isUuid } from "../../../core/id.ts";
import { isStorableText } from "../../../core/text/storable-text.ts";
import { InvalidCursor } from "../../../directory/errors.ts";
import type { Order, PageCursor } from "./sort.ts";

/*
 * A position in a list as an opaque text (RFC 9865 section 2). The server stores nothing for it, and it never
 * expires. A digest ties it to its list: a damaged cursor, or a cursor of another list, is recognised. The
 * digest has no key, because it protects nothing: a forged position shows only rows that the list shows
 * anyway, and its values are checked before they reach a statement.
 */

/** `list`: the digest of the source, the filter and the order. */
export function writePosition({ id, key }: PageCursor, list: string): string {
  return Buffer.from(JSON.stringify([digestOf([list, id, key ?? null]), id, key ?? null])).toString(
    "base64url",
  );
}

const MAX_LENGTH = 100_000;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/** Throws InvalidCursor for a text that `writePosition` did not make for this list. */
export function readPosition(text: string, list: string, kind: Order["kind"]): PageCursor {
  if (text.length > MAX_LENGTH || !BASE64URL.test(text)) throw invalid();
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch (cause) {
    throw new InvalidCursor("the cursor is malformed; begin again with the first page", { cause });
  }
  if (!Array.isArray(parts) || parts.length !== 3) throw invalid();
  const [digest, id, key] = parts as readonly unknown[];
  if (typeof id !== "string" || !isUuid(id) || !isKey(key, kind) || digest !== digestOf([list, id, key]))
    throw invalid();
  return { id, key: key ?? undefined };
}

/** A short digest of a JSON value. */
export const digestOf = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 16);

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

const invalid = (): InvalidCursor =>
  new InvalidCursor("the cursor does not belong to this list; begin again with the first page");
