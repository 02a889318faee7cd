import { INDEXED_MAX_LENGTH } from "./attributes.ts";
import { isUnassigned, listOf } from "./dialect.ts";
import { InvalidValue } from "./errors.ts";
import { isObject } from "./json.ts";

/**
 * The ids in a `members` value: objects with `value` or bare ids, in a list or alone. Each id once, in the order given.
 * What else a client says of a member (`display`, `type`, `$ref`, which may be null) follows from the id and is passed over.
 */
export function readMembers(value: unknown): readonly string[] {
  if (isUnassigned(value)) return [];
  const ids = new Set<string>();
  for (const member of listOf(value)) ids.add(memberId(member));
  return [...ids];
}

function memberId(member: unknown): string {
  const id = isObject(member) ? member[Object.keys(member).find((name) => name.toLowerCase() === "value") ?? "value"] : member;
  if (typeof id !== "string" || id === "") throw new InvalidValue("members.value is required");
  if (id.length > INDEXED_MAX_LENGTH) throw new InvalidValue(`members.value must not be longer than ${INDEXED_MAX_LENGTH} characters`);
  return id;
}
