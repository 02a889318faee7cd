import { isStorableText } from "../core/storable-text.ts";
import { JSON_BOUNDS } from "../http/body.ts";
import { InvalidSyntax, TooMany } from "./errors.ts";

/** A parsed body that is known to be an object within the bounds. */
export type Body = Readonly<Record<string, unknown>>;

export const JSON_LIMITS = { depth: JSON_BOUNDS.depth, elements: 5_000 } as const;

/** Names that reach a prototype. No client has a use for them, so a body that holds one anywhere is refused as a whole. */
const REFUSED_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Checks a body once, before anything else looks at it: an object; at most `depth` levels; arrays of at most `elements`; every string and name
 * one that PostgreSQL can hold. Rejects with InvalidSyntax or TooMany.
 */
export function checkedBody(parsed: unknown): Body {
  if (!isObject(parsed)) throw new InvalidSyntax("the body must be a JSON object");
  walk(parsed, 1);
  return parsed;
}

/** The same for JSON that came as text within a body. */
export function checkParts(parsed: unknown): void {
  walk(parsed, 1);
}

/** An object that is no array; what JSON.parse makes has no other kinds. */
export const isObject = (value: unknown): value is Body => typeof value === "object" && value !== null && !Array.isArray(value);

/** The member of this name in any letter case (RFC 7643 section 2.1); `lowerName` is in lower case. */
export function memberOf(object: Body, lowerName: string): unknown {
  const name = Object.hasOwn(object, lowerName) ? lowerName : Object.keys(object).find((key) => key.toLowerCase() === lowerName);
  return name === undefined ? undefined : object[name];
}

function walk(value: unknown, depth: number): void {
  if (typeof value === "string") {
    if (!isStorableText(value)) throw new InvalidSyntax("the body holds a character that is not allowed (NUL or half a surrogate pair)");
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (depth > JSON_LIMITS.depth) throw new InvalidSyntax(`the body is nested deeper than ${JSON_LIMITS.depth} levels`);
  if (Array.isArray(value)) {
    if (value.length > JSON_LIMITS.elements) throw new TooMany(`an array holds more than ${JSON_LIMITS.elements} elements`);
    for (const element of value) walk(element, depth + 1);
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    if (REFUSED_NAMES.has(name) || !isStorableText(name)) throw new InvalidSyntax("the body holds a name that is not allowed");
    walk(member, depth + 1);
  }
}
