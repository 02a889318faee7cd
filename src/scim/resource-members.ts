import { INDEXED_MAX_LENGTH } from "./attributes.ts";
import { isUnassigned, listOf } from "./dialect.ts";
import { InvalidValue } from "./errors.ts";
import { type Body, isObject, memberOf } from "./json.ts";

/**
 * The ids in a `members` value: objects with `value`, else with an address in `$ref`, or bare ids; in a list or alone. Each id once, in the order given.
 * What else a client says of a member (`display`, `type`, `$ref` beside a value) follows from the id and is passed over.
 */
export function readMembers(value: unknown): readonly string[] {
  if (isUnassigned(value)) return [];
  const ids = new Set<string>();
  for (const member of listOf(value)) ids.add(memberId(member));
  return [...ids];
}

/** The end of an address, absolute or relative as in the examples of RFC 7643 section 8. */
const ADDRESS = /\/(?:Users|Groups)\/([^/?#]+)\/?$/i;

function memberId(member: unknown): string {
  const id = isObject(member) ? idOf(member) : member;
  if (typeof id !== "string" || id === "") throw new InvalidValue("members.value is required");
  if (id.length > INDEXED_MAX_LENGTH) throw new InvalidValue(`members.value must not be longer than ${INDEXED_MAX_LENGTH} characters`);
  return id;
}

function idOf(member: Body): unknown {
  const value = memberOf(member, "value");
  if (!isUnassigned(value)) return value;
  const address = memberOf(member, "$ref");
  return typeof address === "string" ? ADDRESS.exec(address)?.[1] : undefined;
}
