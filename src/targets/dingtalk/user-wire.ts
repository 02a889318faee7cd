import type { JsonObject, JsonValue } from "../../core/entity.ts";
import { isUuid } from "../../core/id.ts";
import type { Actual, Attributes, AttributeValue } from "../../reconcile/target.ts";
import { isObject } from "./answer.ts";
import { EXTENSION, type Field, fieldOf, fieldsOf } from "./fields.ts";
import { phoneFromWire, phoneToWire } from "./phone.ts";

/** Names that differ from ours in a body, or need more than a value. */
const COMPOSED = new Set(["manager", "departments", "mainDepartment", "dept_titles", "dept_orders", "roles", "exclusive_account_type"]);

export interface WireOptions {
  readonly region: string;
  readonly roleGroup: string;
}

/** Body of `user/create` (dingtalk-api.md sections 5.1 and 6). What is empty is not sent. */
export function userCreateBody(userid: string, attributes: Attributes, options: WireOptions, initPassword: string): JsonObject {
  const body: Record<string, JsonValue> = { userid };
  for (const [name, value] of plainValues(attributes)) if (value !== null) body[name] = toWire(name, value, options);
  const extension = extensionText(attributes, (value) => value !== null);
  const positions = positionList(attributes, undefined);
  const type = attributes.exclusive_account_type;
  return {
    ...body,
    ...(Array.isArray(attributes.departments) ? { dept_id_list: attributes.departments.join(",") } : {}),
    ...(typeof attributes.manager === "string" ? { manager_userid: attributes.manager } : {}),
    ...(positions ? { dept_position_list: positions } : {}),
    ...(pairsOf(attributes.dept_orders).size > 0 ? { dept_order_list: orderList(attributes) } : {}),
    ...(extension ? { extension } : {}),
    ...(typeof type === "string" ? { exclusive_account: true, exclusive_account_type: type } : {}),
    // Nobody knows this password: DingTalk sends it to the person, who has to change it.
    ...(type === "dingtalk" ? { init_password: initPassword, send_password_to_user: true } : {}),
  };
}

/** Body of `user/update` for just `set` (section 5.2), or undefined when nothing in it belongs to that call. */
export function userUpdateBody(userid: string, set: Attributes, actual: Attributes, options: WireOptions): JsonObject | undefined {
  const body: Record<string, JsonValue> = {};
  const exclusive = typeof actual.exclusive_account_type === "string";
  for (const [name, value] of plainValues(set))
    body[name === "login_id" ? "loginId" : name] = value === null ? "" : toWire(name, value, options);
  if (Array.isArray(set.departments)) body.dept_id_list = set.departments.join(",");
  if (typeof set.manager === "string") body.manager_userid = set.manager;
  if (set.manager === null) Object.assign(body, { manager_userid: "", force_update_fields: "manager_userid" });
  if (set.mainDepartment !== undefined || set.dept_titles !== undefined) {
    const positions = positionList({ ...actual, ...set }, actual);
    if (positions) body.dept_position_list = positions;
  }
  if (set.dept_orders !== undefined && pairsOf(set.dept_orders).size > 0) body.dept_order_list = orderList(set);
  const extension = extensionText(set, () => true);
  // Without append mode every custom field that is not named would be wiped.
  if (extension) Object.assign(body, { extension, ext_attrs_update_mode: 1 });
  if (Object.keys(body).length === 0) return undefined;
  const departments =
    body.dept_id_list === undefined && exclusive && Array.isArray(actual.departments) ? { dept_id_list: actual.departments.join(",") } : {};
  return { userid, ...body, ...departments };
}

function* plainValues(attributes: Attributes): Iterable<readonly [string, AttributeValue]> {
  for (const [name, value] of Object.entries(attributes)) {
    if (!COMPOSED.has(name) && !name.startsWith(EXTENSION) && fieldOf("user", name)) yield [name, value];
  }
}

/** Only `mobile` has a bare form; the contact number of an enterprise account always names its country (section 6). */
function toWire(name: string, value: AttributeValue, options: WireOptions): JsonValue {
  return name === "mobile" && typeof value === "string" ? phoneToWire(value, options.region) : value;
}

/** The call takes JSON as text (section 5.2). */
function extensionText(attributes: Attributes, wanted: (value: AttributeValue) => boolean): string | undefined {
  const fields = Object.entries(attributes).filter(([name, value]) => name.startsWith(EXTENSION) && wanted(value));
  if (fields.length === 0) return undefined;
  return JSON.stringify(Object.fromEntries(fields.map(([name, value]) => [name.slice(EXTENSION.length), value ?? ""])));
}

/** `"<dept_id>=<value>"` entries by department. */
export function pairsOf(value: AttributeValue | undefined): ReadonlyMap<string, string> {
  const entries = Array.isArray(value) ? value : [];
  return new Map(entries.map((entry: string) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]));
}

/**
 * The per-department positions, which also carry the main department. The list replaces the one before, so known titles are said again;
 * a title that only repeats the person's own was put there by DingTalk, and one that is to go is said empty.
 */
function positionList(wished: Attributes, before: Attributes | undefined): JsonValue[] | undefined {
  const titles = new Map([...pairsOf(wished.dept_titles)].filter(([, title]) => before === undefined || title !== before.title));
  if (before) for (const id of pairsOf(before.dept_titles).keys()) if (!pairsOf(wished.dept_titles).has(id)) titles.set(id, "");
  const main = typeof wished.mainDepartment === "string" ? wished.mainDepartment : undefined;
  const members = Array.isArray(wished.departments) ? new Set<string>(wished.departments) : undefined;
  const ids = new Set([...(main === undefined ? [] : [main]), ...titles.keys()]);
  const list = [...ids]
    .filter((id) => members?.has(id) ?? true)
    .map((id) => ({ dept_id: Number(id), is_main: id === main, ...(titles.has(id) ? { title: titles.get(id) ?? "" } : {}) }));
  return list.length > 0 ? list : undefined;
}

const orderList = (attributes: Attributes): JsonValue[] =>
  [...pairsOf(attributes.dept_orders)].map(([id, order]) => ({ dept_id: Number(id), order: Number(order) }));

/** Field permissions seen at work in one answer: a field of theirs that is missing beside others is empty, not withheld. */
export function grantedIn(records: readonly JsonObject[]): ReadonlySet<string> {
  const granted = new Set<string>();
  for (const [name, field] of fieldsOf("user")) {
    if (field.permission && records.some((record) => record[name] !== undefined)) granted.add(field.permission);
  }
  if (records.some((record) => record.extension !== undefined)) granted.add("personal");
  return granted;
}

/**
 * One record of `user/get` or `user/list` in canonical form. Fields without a value are left out by DingTalk, and so are withheld ones:
 * the first are null here, the second absent (section 2.3, never diff on what was not told).
 */
export function userFromWire(record: JsonObject, granted: ReadonlySet<string>, complete: boolean, options: WireOptions): Actual {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, field] of fieldsOf("user")) {
    if (COMPOSED.has(name)) continue;
    const value = toldOf(name, field, record, granted, options);
    if (value !== undefined) attributes[name] = value;
  }
  Object.assign(attributes, extensionOf(record), placement(record), accountOf(record));
  if (complete) {
    attributes.manager = textOrNull(record.manager_userid);
    attributes.roles = rolesOf(record, options.roleGroup);
  }
  if (record.active !== undefined) attributes.activated = isTrue(record.active);
  const userid = String(record.userid);
  return {
    remoteId: userid,
    attributes,
    presence: isTrue(record.disable_status) ? "disabled" : "active",
    ...(isUuid(userid) ? { entityId: userid } : {}),
  };
}

/** `senior_mode` is called `senior` in reads. */
const READ_NAMES: Readonly<Record<string, string>> = { senior_mode: "senior" };

function toldOf(
  name: string,
  field: Field,
  record: JsonObject,
  granted: ReadonlySet<string>,
  options: WireOptions,
): AttributeValue | undefined {
  const told = record[READ_NAMES[name] ?? name];
  if (told === undefined || told === null || told === "") {
    const withheld = field.permission !== undefined && !granted.has(field.permission);
    return withheld || field.form.type !== "text" ? undefined : null;
  }
  if (field.form.type === "phone")
    return phoneFromWire(String(told), name === "mobile" ? textOrUndefined(record.state_code) : undefined, options.region);
  if (field.form.type === "flag") return isTrue(told);
  return field.form.type === "number" ? Number(told) : String(told);
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
      : { mainDepartment: main ? String(main.dept_id) : null, dept_titles: pairs(positions, "title") }),
    ...(record.dept_order_list === undefined ? {} : { dept_orders: pairs(orders, "order") }),
  };
}

const pairs = (list: readonly JsonObject[], name: string): readonly string[] =>
  list
    .filter((entry) => entry[name] !== undefined && entry[name] !== null && entry[name] !== "")
    .map((entry) => `${entry.dept_id}=${entry[name]}`)
    .sort();

function accountOf(record: JsonObject): Attributes {
  if (record.exclusive_account === undefined) return {};
  return { exclusive_account_type: isTrue(record.exclusive_account) ? (textOrUndefined(record.exclusive_account_type) ?? "sso") : null };
}

function extensionOf(record: JsonObject): Attributes {
  const value = typeof record.extension === "string" && record.extension !== "" ? parsed(record.extension) : record.extension;
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [EXTENSION + name, textOrNull(each)]));
}

function parsed(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch (error) {
    // Custom fields are free text to administrators: what is not JSON is not ours.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Only roles of our own group: the others belong to DingTalk and its administrators. */
const rolesOf = (record: JsonObject, group: string): readonly string[] =>
  objectsIn(record.role_list)
    .filter((role) => role.group_name === group)
    .map((role) => String(role.id))
    .sort();

/** Negative ids are school directories, never ours (section 4.4). */
const isOrdinary = (id: string): boolean => !id.startsWith("-");

export const idsOf = (value: JsonValue | undefined): string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === "string" && value !== "" ? value.split(",") : [];

/** The documentation prints some lists of one as the thing itself. */
export const objectsIn = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : isObject(value) ? [value] : [];

/** The documentation prints booleans as text in places. */
export const isTrue = (value: JsonValue | undefined): boolean => value === true || value === "true" || value === 1;

export const textOrUndefined = (value: JsonValue | undefined): string | undefined =>
  value === undefined || value === null || value === "" ? undefined : String(value);

export const textOrNull = (value: JsonValue | undefined): string | null => textOrUndefined(value) ?? null;
