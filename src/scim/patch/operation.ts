import { soleValueOf, structureOf } from "../dialect-values.ts";
import { InvalidValue } from "../errors.ts";
import { type Body, isObject } from "../json.ts";

export interface Operation {
  readonly op: "add" | "replace" | "remove";
  readonly path?: string;
  /** As sent. Undefined: no value. */
  readonly value: unknown;
}

/**
 * The members of a value for the resource or a schema: an object, a list with one object (value-in-list), or
 * text (json-as-text).
 */
export function membersOf(value: unknown, name: string): Body {
  const members = structureOf(soleValueOf(structureOf(value, name)), name);
  if (!isObject(members)) throw new InvalidValue(`${name} must be an object`);
  return members;
}
