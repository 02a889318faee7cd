import { quotedName } from "../core/text/quoted-name.ts";
import { isStorableText } from "../core/text/storable-text.ts";
import { JSON_BOUNDS } from "../http/body.ts";
import { InvalidSyntax, TooMany } from "./errors.ts";

/** A parsed body that is an object within the limits. */
export type Body = Readonly<Record<string, unknown>>;

export const JSON_LIMITS = { depth: JSON_BOUNDS.depth, elements: 10_000 } as const;

/** Names that reach a prototype. No client needs them, so a body with one of them is refused. */
const REFUSED_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Checks a body once, before any other code reads it: it is an object; it has at most `depth` levels; arrays
 * have at most `elements`; PostgreSQL can store every string and name. Rejects with InvalidSyntax or TooMany
 * and the position.
 */
export function checkedBody(parsed: unknown): Body {
  if (!isObject(parsed)) throw new InvalidSyntax("the body must be a JSON object");
  const refusal = walk(parsed, 1);
  if (refusal) throw errorOf(refusal, "");
  return parsed;
}

/** Does the same for JSON text inside a body, the value of `name`. */
export function checkParts(parsed: unknown, name: string): void {
  const refusal = walk(parsed, 1);
  if (refusal) throw errorOf(refusal, name);
}

/** An object and no array. JSON.parse returns no other kinds of objects. */
export const isObject = (value: unknown): value is Body =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The member with this name in any letter case (RFC 7643 section 2.1). `lowerName` is in lower case. */
export function memberOf(object: Body, lowerName: string): unknown {
  const name = Object.hasOwn(object, lowerName)
    ? lowerName
    : Object.keys(object).find((key) => key.toLowerCase() === lowerName);
  return name === undefined ? undefined : object[name];
}

interface Refusal {
  readonly kind: "syntax" | "tooMany";
  readonly says: string;
  /** The position, from the inside out. */
  readonly steps: string[];
}

const refusal = (kind: Refusal["kind"], says: string): Refusal => ({ kind, says, steps: [] });

function walk(value: unknown, depth: number): Refusal | undefined {
  if (typeof value === "string")
    return isStorableText(value)
      ? undefined
      : refusal("syntax", "holds a character that is not allowed (NUL or half a surrogate pair)");
  // JSON.parse makes Infinity of 1e999, and JSON has no way to write it: it would come back as null.
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
    return refusal("syntax", "is a number that is too large");
  if (typeof value !== "object" || value === null) return undefined;
  if (depth > JSON_LIMITS.depth)
    return refusal("syntax", `is nested deeper than ${JSON_LIMITS.depth} levels`);
  if (Array.isArray(value)) {
    if (value.length > JSON_LIMITS.elements)
      return refusal("tooMany", `holds more than ${JSON_LIMITS.elements} elements`);
    for (let at = 0; at < value.length; at++) {
      const inside = walk(value[at], depth + 1);
      if (inside) return within(inside, `[${at}]`);
    }
    return undefined;
  }
  for (const [name, member] of Object.entries(value)) {
    if (REFUSED_NAMES.has(name))
      return refusal("syntax", `holds a name that is not allowed${quotedName(name)}`);
    if (!isStorableText(name))
      return refusal(
        "syntax",
        "holds a name with a character that is not allowed (NUL or half a surrogate pair)",
      );
    const inside = walk(member, depth + 1);
    if (inside) return within(inside, `.${shown(name)}${ofPath(name, value as Body)}`);
  }
  return undefined;
}

function within(inside: Refusal, step: string): Refusal {
  inside.steps.push(step);
  return inside;
}

const shown = (name: string): string => (quotedName(name) === "" ? "…" : name);

/** For the value of a PATCH operation, whose path names the attribute. */
function ofPath(name: string, operation: Body): string {
  const path = name.toLowerCase() === "value" ? memberOf(operation, "path") : undefined;
  return typeof path === "string" && quotedName(path) !== "" ? ` (${path})` : "";
}

/** The number of steps in an answer. The last steps are the most precise. */
const MOST_STEPS = 12;

function errorOf({ kind, says, steps }: Refusal, name: string): InvalidSyntax | TooMany {
  const path = (name + steps.slice(0, MOST_STEPS).reverse().join("")).replace(/^\./, "");
  const text = `${path === "" ? "the body" : path} ${says}`;
  return kind === "syntax" ? new InvalidSyntax(text) : new TooMany(text);
}
