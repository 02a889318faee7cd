import { idInAddress, isUnassigned, listOf, structureOf } from "../dialect-values.ts";
import { InvalidValue } from "../errors.ts";
import { type Body, isObject, memberOf } from "../json.ts";
import { INDEXED_MAX_LENGTH } from "../schema/compile-schema.ts";

/**
 * The ids in a `members` value: objects with `value`, otherwise with an address in `$ref`, or plain ids; in a
 * list or single. Each id once, in the given order. Other values of a member (`display`, `type`, `$ref`
 * besides a value) are derived from the id and ignored.
 */
export function readMembers(value: unknown): readonly string[] {
  if (isUnassigned(value)) return [];
  const ids = new Set<string>();
  for (const member of listOf(structureOf(value, "members"))) ids.add(memberId(member));
  return [...ids];
}

function memberId(member: unknown): string {
  const structure = structureOf(member, "members");
  const id = isObject(structure) ? idOf(structure) : structure;
  if (typeof id !== "string" || id === "") throw new InvalidValue("members.value is required");
  if (id.length > INDEXED_MAX_LENGTH)
    throw new InvalidValue(`members.value must not be longer than ${INDEXED_MAX_LENGTH} characters`);
  return id;
}

function idOf(member: Body): unknown {
  const value = memberOf(member, "value");
  return isUnassigned(value) ? idInAddress(memberOf(member, "$ref")) : value;
}
