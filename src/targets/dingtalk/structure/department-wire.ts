import type { JsonObject, JsonValue } from "../../../core/entity.ts";
import type { Actual, Attributes, AttributeValue } from "../../../reconcile/target-values.ts";
import { fieldOf, fieldsOf } from "../attributes/fields.ts";
import { idsOf, isTrue, textOrNull, textOrUndefined } from "../client/wire-values.ts";

/** The organisation itself (docs/dingtalk.md 4). */
export const ROOT = "1";

/**
 * Body of `department/create` (docs/dingtalk.md 4.1). Without empty attributes, and without those that a
 * create does not accept.
 */
export function departmentCreateBody(entityId: string, attributes: Attributes): JsonObject {
  const body: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(createFields(attributes)))
    if (!isNothing(value)) body[wireName(name)] = toWire(name, value);
  return { ...body, parent_id: Number(attributes.parent ?? ROOT), source_identifier: entityId };
}

/** Attributes that `department/create` accepts. */
export const createFields = (attributes: Attributes): Attributes =>
  only(attributes, (name) => fieldOf("department", name)?.when !== "update");
/**
 * Attributes with a value that only `department/update` accepts. Managers are not included, because a new
 * department has no members.
 */
export const postCreateFields = (attributes: Attributes): Attributes =>
  only(
    attributes,
    (name, value) =>
      name !== "managers" && fieldOf("department", name)?.when === "update" && !isNothing(value),
  );

/** Body of `department/update` for exactly `set` (docs/dingtalk.md 4.2). */
export function departmentUpdateBody(deptId: string, set: Attributes): JsonObject {
  const body: Record<string, JsonValue> = { dept_id: Number(deptId) };
  for (const [name, value] of Object.entries(set))
    if (fieldOf("department", name)) body[wireName(name)] = toWire(name, value);
  if (set.managers !== undefined && isNothing(set.managers))
    body.force_update_fields = "dept_manager_userid_list";
  return body;
}

const WIRE_NAMES: Readonly<Record<string, string>> = {
  parent: "parent_id",
  managers: "dept_manager_userid_list",
};
const wireName = (name: string): string => WIRE_NAMES[name] ?? name;

/** Lists are sent as one text with commas (docs/dingtalk.md 3). */
function toWire(name: string, value: AttributeValue): JsonValue {
  if (Array.isArray(value)) return value.join(",");
  if (value === null) return "";
  return name === "parent" ? Number(value) : value;
}

const isNothing = (value: AttributeValue): boolean =>
  value === null || (Array.isArray(value) && value.length === 0);

const only = (attributes: Attributes, wanted: (name: string, value: AttributeValue) => boolean): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name, value]) => wanted(name, value)));

/** One record of `department/get`, or of `listsub`, which has fewer fields (docs/dingtalk.md 4.4). */
export function departmentFromWire(record: JsonObject, complete: boolean): Actual {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, { form }] of fieldsOf("department")) {
    const value = record[wireName(name)];
    if (form.type === "ids") {
      // The visibility lists are returned only while their switch is on. Managers are always returned if
      // there are any.
      if (value !== undefined || (complete && name === "managers")) attributes[name] = idsOf(value).sort();
    } else if (value === undefined || value === null || value === "") {
      if (complete && form.type === "text") attributes[name] = null;
    } else if (form.type === "flag") attributes[name] = isTrue(value);
    else if (form.type === "number") attributes[name] = Number(value);
    else attributes[name] = String(value);
  }
  const entityId = textOrUndefined(record.source_identifier);
  return {
    remoteId: String(record.dept_id),
    attributes,
    presence: "active",
    ...(entityId ? { entityId } : {}),
  };
}

/**
 * Departments of a school (negative ids) or of an associated organisation, and everything below them, are
 * never ours.
 */
export const isForeign = (record: JsonObject): boolean =>
  Number(record.dept_id) < 0 || isTrue(record.from_union_org);

export const nameOf = (record: JsonObject): string | null => textOrNull(record.name);
