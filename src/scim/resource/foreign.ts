import type { JsonObject, JsonValue } from "../../core/entity.ts";
import { quotedName } from "../../core/text/quoted-name.ts";
import { InvalidSyntax, InvalidValue } from "../errors.ts";
import { type Body, isObject } from "../json.ts";
import type { ResourceSchema } from "../schema/attributes.ts";
import type { JsonElement } from "./values.ts";

/*
 * Extensions without a schema. They accept every value within limits and return it unchanged. URNs and names
 * are compared without letter case, as everywhere (RFC 7643 sections 2.1 and 3.1, RFC 8141). The first
 * spelling is kept.
 */

/**
 * Maximum number of extensions without a schema, of attributes in each, and of characters in all of them as
 * JSON.
 */
export const FOREIGN_LIMITS = { extensions: 10, attributes: 200, characters: 32_768 } as const;

const FOREIGN_NAME = /^(urn:[a-z0-9][a-z0-9-]{0,31}:|https?:\/\/)[!-~]{1,240}$/i;

/** Whether a name can be the URI of an extension. */
export const isForeignName = (name: string): boolean => name.length <= 255 && FOREIGN_NAME.test(name);

/** The spelling of `name` in `holder`; `name` itself if it is missing. */
export function foreignNameIn(holder: JsonObject, name: string): string {
  if (Object.hasOwn(holder, name)) return name;
  const lower = name.toLowerCase();
  return Object.keys(holder).find((known) => known.toLowerCase() === lower) ?? name;
}

/**
 * An extension, or a value of one, from a body. Rejects with InvalidSyntax if a name is in it in two
 * spellings, and with InvalidValue if a whole number would come back with other digits, both at any depth.
 */
export function foreignValue(value: unknown): JsonValue {
  check(value);
  return value as JsonValue;
}

/** Sets the given names and keeps all others. */
export function mergeForeign(holder: JsonElement, given: Body): void {
  check(given);
  const names = new Map(Object.keys(holder).map((name) => [name.toLowerCase(), name]));
  for (const name of Object.keys(given))
    holder[names.get(name.toLowerCase()) ?? name] = given[name] as JsonValue;
}

function check(value: unknown): void {
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new InvalidValue(
      "an extension without a schema holds a whole number beyond 2^53, whose last digits would be lost; send it as text",
    );
  if (Array.isArray(value)) for (const element of value) check(element);
  if (!isObject(value)) return;
  const names = Object.keys(value);
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toLowerCase()))
      throw new InvalidSyntax(`an attribute of an extension is given twice${quotedName(name)}`);
    seen.add(name.toLowerCase());
  }
  for (const name of names) check(value[name]);
}

/** Limits that are checked after each operation, so that the work stays small while a document grows. */
export function refuseTooMuchForeign(schema: ResourceSchema, document: JsonObject): void {
  let extensions = 0;
  for (const name of Object.keys(document)) {
    if (!name.includes(":") || schema.extension(name) !== undefined) continue;
    extensions += 1;
    if (extensions > FOREIGN_LIMITS.extensions)
      throw new InvalidValue(`more than ${FOREIGN_LIMITS.extensions} extensions without a schema`);
    if (Object.keys(document[name] as JsonObject).length > FOREIGN_LIMITS.attributes) {
      throw new InvalidValue(
        `the extension${quotedName(name)} has no schema, and more than ${FOREIGN_LIMITS.attributes} attributes`,
      );
    }
  }
}

/** The limits of a complete document. */
export function refuseLargeForeign(schema: ResourceSchema, document: JsonObject): void {
  refuseTooMuchForeign(schema, document);
  const foreign = Object.keys(document).filter(
    (name) => name.includes(":") && schema.extension(name) === undefined,
  );
  if (
    foreign.length > 0 &&
    JSON.stringify(foreign.map((name) => document[name])).length > FOREIGN_LIMITS.characters
  ) {
    throw new InvalidValue(
      `extensions without a schema hold more than ${FOREIGN_LIMITS.characters} characters`,
    );
  }
}
