import type { JsonObject, JsonValue } from "../../../core/entity.ts";
import { isUuid } from "../../../core/id.ts";
import {
  type Actual,
  type Attributes,
  type AttributeValue,
  IDENTITY,
} from "../../../reconcile/target-values.ts";
import { COMPOSED, EXTENSION, type Field, fieldsOf } from "../attributes/fields.ts";
import { phoneFromWire } from "../attributes/phone.ts";
import { isObject } from "../client/answers/answer.ts";
import { idsOf, isTrue, objectsIn, textOrNull, textOrUndefined } from "../client/wire-values.ts";
import { isAnother } from "./identity.ts";

export interface RecordOptions {
  readonly region: string;
  readonly roleGroup: string;
  /** Whether the mapping reads the profile picture. */
  readonly readsAvatar?: boolean;
}

/**
 * Field permissions that the app has, as one answer shows: if a record has a field of a permission, other
 * fields of that permission are empty where they are missing, not withheld.
 */
export function visiblePermissions(records: readonly JsonObject[]): ReadonlySet<string> {
  const granted = new Set<string>();
  for (const [name, field] of fieldsOf("user")) {
    if (field.permission && records.some((record) => record[name] !== undefined))
      granted.add(field.permission);
  }
  if (records.some((record) => record.extension !== undefined)) granted.add("personal");
  return granted;
}

/**
 * One record of `user/get` or `user/list` in canonical form. DingTalk leaves out fields without a value, and
 * fields that the app may not see. The first are null here, the second are left out: unknown values are never
 * compared (docs/dingtalk.md 2.3).
 */
export function userFromWire(
  record: JsonObject,
  granted: ReadonlySet<string>,
  complete: boolean,
  options: RecordOptions,
): Actual {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, field] of fieldsOf("user")) {
    if (COMPOSED.has(name)) continue;
    const value = readField(name, field, record, granted, options);
    if (value !== undefined) attributes[name] = value;
  }
  Object.assign(attributes, extensionOf(record), placement(record), accountOf(record));
  if (complete) {
    attributes.manager = textOrNull(record.manager_userid);
    attributes.roles = rolesOf(record, options.roleGroup);
  }
  // DingTalk leaves the field out while the person has the default picture (docs/dingtalk.md 5.4).
  if (options.readsAvatar) attributes.avatar = textOrNull(record.avatar);
  if (record.active !== undefined) attributes.activated = isTrue(record.active);
  const userid = String(record.userid);
  // Our own ids are never given to another human.
  if (!isUuid(userid) && record.unionid) attributes[IDENTITY] = String(record.unionid);
  return {
    remoteId: userid,
    attributes,
    presence: isTrue(record.disable_status) ? "disabled" : "active",
    ...(isUuid(userid) ? { entityId: userid } : {}),
    ...(isTrue(record.admin) ? { isAdministrator: true } : {}),
  };
}

/** Whether a record is of the same human as an earlier observation under the same userid. */
export const sameAs =
  ({ attributes }: Pick<Actual, "attributes">, options: RecordOptions) =>
  (record: JsonObject): boolean =>
    !isAnother(attributes, userFromWire(record, visiblePermissions([record]), true, options).attributes);

/** `senior_mode` is called `senior` in reads. */
const READ_NAMES: Readonly<Record<string, string>> = { senior_mode: "senior" };

function readField(
  name: string,
  field: Field,
  record: JsonObject,
  granted: ReadonlySet<string>,
  options: RecordOptions,
): AttributeValue | undefined {
  const value = record[READ_NAMES[name] ?? name];
  if (value === undefined || value === null || value === "") {
    // A read shows the address only if the person has set it up in the client's Mail (help.dingtalk.io). So a
    // missing address may exist.
    const withheld = name === "email" || (field.permission !== undefined && !granted.has(field.permission));
    return withheld || field.form.type !== "text" ? undefined : null;
  }
  if (field.form.type === "phone")
    return phoneFromWire(
      String(value),
      name === "mobile" ? textOrUndefined(record.state_code) : undefined,
      options.region,
    );
  if (field.form.type === "flag") return isTrue(value);
  return field.form.type === "number" ? Number(value) : String(value);
}

function placement(record: JsonObject): Attributes {
  const departments = idsOf(record.dept_id_list).filter(isOrdinary).sort();
  const positions = objectsIn(record.dept_position_list);
  const main = positions.find((position) => isTrue(position.is_main));
  const orders = objectsIn(record.dept_order_list);
  return {
    ...(record.dept_id_list === undefined ? {} : { departments }),
    ...(record.dept_position_list === undefined
      ? {}
      : { mainDepartment: main ? String(main.dept_id) : null, departmentTitles: pairs(positions, "title") }),
    ...(record.dept_order_list === undefined ? {} : { departmentOrders: pairs(orders, "order") }),
  };
}

const pairs = (list: readonly JsonObject[], name: string): readonly string[] =>
  list
    .filter((entry) => entry[name] !== undefined && entry[name] !== null && entry[name] !== "")
    .map((entry) => `${entry.dept_id}=${entry[name]}`)
    .sort();

function accountOf(record: JsonObject): Attributes {
  if (record.exclusive_account === undefined) return {};
  return {
    exclusive_account_type: isTrue(record.exclusive_account)
      ? (textOrUndefined(record.exclusive_account_type) ?? "sso")
      : null,
  };
}

function extensionOf(record: JsonObject): Attributes {
  const value =
    typeof record.extension === "string" && record.extension !== ""
      ? parsed(record.extension)
      : record.extension;
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [EXTENSION + name, textOrNull(each)]),
  );
}

function parsed(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch (error) {
    // Administrators can enter free text in custom fields. A value that is not JSON is not one of ours.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Only roles of our own group. Other roles belong to DingTalk and its administrators. */
const rolesOf = (record: JsonObject, group: string): readonly string[] =>
  objectsIn(record.role_list)
    .filter((role) => role.group_name === group)
    .map((role) => String(role.id))
    .sort();

/** Negative ids are school directories, which are never ours (docs/dingtalk.md 4.4). */
const isOrdinary = (id: string): boolean => !id.startsWith("-");
