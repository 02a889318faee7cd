import type { JsonObject, JsonValue } from "../../../core/entity.ts";
import type { Attributes, AttributeValue } from "../../../reconcile/target-values.ts";
import { COMPOSED, EXTENSION, fieldOf } from "../attributes/fields.ts";
import { pairsOf } from "../client/wire-values.ts";

/** Body of `user/create` (docs/dingtalk.md 5.1 and 6). Empty values are left out. */
export function userCreateBody(
  userid: string,
  attributes: Attributes,
  newPassword: () => string,
): JsonObject {
  const body: Record<string, JsonValue> = { userid };
  for (const [name, value] of plainValues(attributes)) if (value !== null) body[name] = value;
  const extension = extensionText(attributes, (value) => value !== null);
  const positions = positionList(attributes, undefined);
  const type = attributes.exclusive_account_type;
  return {
    ...body,
    ...(Array.isArray(attributes.departments) ? { dept_id_list: attributes.departments.join(",") } : {}),
    ...(typeof attributes.manager === "string" ? { manager_userid: attributes.manager } : {}),
    ...(positions ? { dept_position_list: positions } : {}),
    ...(pairsOf(attributes.departmentOrders).size > 0 ? { dept_order_list: orderList(attributes) } : {}),
    ...(extension ? { extension } : {}),
    ...(typeof type === "string" ? { exclusive_account: true, exclusive_account_type: type } : {}),
    // The password is not stored. DingTalk sends it to the person, who has to change it.
    ...(type === "dingtalk" ? { init_password: newPassword(), send_password_to_user: true } : {}),
  };
}

/**
 * Body of `user/update` with only the attributes in `set` (docs/dingtalk.md 5.2). Undefined if none of them
 * belongs to this call.
 */
export function userUpdateBody(userid: string, set: Attributes, actual: Attributes): JsonObject | undefined {
  const body: Record<string, JsonValue> = {};
  const exclusive = typeof actual.exclusive_account_type === "string";
  for (const [name, value] of plainValues(set)) body[name === "login_id" ? "loginId" : name] = value ?? "";
  if (Array.isArray(set.departments)) body.dept_id_list = set.departments.join(",");
  if (typeof set.manager === "string") body.manager_userid = set.manager;
  if (set.manager === null)
    Object.assign(body, { manager_userid: "", force_update_fields: "manager_userid" });
  if (set.mainDepartment !== undefined || set.departmentTitles !== undefined) {
    const positions = positionList({ ...actual, ...set }, actual);
    if (positions) body.dept_position_list = positions;
  }
  if (set.departmentOrders !== undefined && pairsOf(set.departmentOrders).size > 0)
    body.dept_order_list = orderList(set);
  const extension = extensionText(set, () => true);
  // Without append mode DingTalk removes all custom fields that the call does not name.
  if (extension) Object.assign(body, { extension, ext_attrs_update_mode: 1 });
  if (Object.keys(body).length === 0) return undefined;
  const departments =
    body.dept_id_list === undefined && exclusive && Array.isArray(actual.departments)
      ? { dept_id_list: actual.departments.join(",") }
      : {};
  return { userid, ...body, ...departments };
}

function* plainValues(attributes: Attributes): Iterable<readonly [string, AttributeValue]> {
  for (const [name, value] of Object.entries(attributes)) {
    if (!COMPOSED.has(name) && !name.startsWith(EXTENSION) && fieldOf("user", name)) yield [name, value];
  }
}

/** The call takes JSON as text (docs/dingtalk.md 5.2). */
function extensionText(
  attributes: Attributes,
  wanted: (value: AttributeValue) => boolean,
): string | undefined {
  const fields = Object.entries(attributes).filter(
    ([name, value]) => name.startsWith(EXTENSION) && wanted(value),
  );
  if (fields.length === 0) return undefined;
  return JSON.stringify(
    Object.fromEntries(fields.map(([name, value]) => [name.slice(EXTENSION.length), value ?? ""])),
  );
}

/**
 * The positions of a person by department, with the main department. The list replaces the previous one, so
 * known titles are sent again. A title that equals the person's own title comes from DingTalk and is not sent
 * again. A title that is removed is sent empty.
 */
function positionList(requested: Attributes, before: Attributes | undefined): JsonValue[] | undefined {
  const had = pairsOf(before?.departmentTitles);
  const inherited = (id: string): boolean => before !== undefined && had.get(id) === before.title;
  const titles = new Map(
    [...pairsOf(requested.departmentTitles)].filter(
      ([id, title]) => !inherited(id) || (title !== before?.title && title !== requested.title),
    ),
  );
  for (const id of had.keys()) if (!pairsOf(requested.departmentTitles).has(id)) titles.set(id, "");
  const main = typeof requested.mainDepartment === "string" ? requested.mainDepartment : undefined;
  const members = Array.isArray(requested.departments) ? new Set<string>(requested.departments) : undefined;
  const ids = new Set([...(main === undefined ? [] : [main]), ...titles.keys()]);
  const list = [...ids]
    .filter((id) => members?.has(id) ?? true)
    .map((id) => ({
      dept_id: Number(id),
      is_main: id === main,
      ...(titles.has(id) ? { title: titles.get(id) ?? "" } : {}),
    }));
  return list.length > 0 ? list : undefined;
}

const orderList = (attributes: Attributes): JsonValue[] =>
  [...pairsOf(attributes.departmentOrders)].map(([id, order]) => ({
    dept_id: Number(id),
    order: Number(order),
  }));
