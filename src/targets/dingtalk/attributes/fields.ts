import type { EntityKind } from "../../../core/entity.ts";
import { RESERVED } from "../../../reconcile/target-values.ts";
import { densePhone } from "./phone.ts";
import { DEPARTMENT_NAME_MAX } from "./text.ts";

/**
 * The form of a value, and the treatment of values that do not fit. Lengths are in UTF-16 units. DingTalk's
 * own count is never larger.
 */
export type Form =
  | {
      readonly type: "text";
      readonly max: number;
      readonly tooLong: "cut" | "omit";
      readonly lines?: boolean;
      readonly departmentName?: boolean;
      /**
       * Shortens a value by removing characters that are only for readability. Used only for a value that is
       * too long.
       */
      readonly dense?: (text: string) => string;
    }
  | { readonly type: "flag" }
  | { readonly type: "number"; readonly min: number }
  | { readonly type: "phone" }
  | { readonly type: "choice"; readonly of: readonly string[] }
  /** One remote id, or null. */
  | { readonly type: "id" }
  /** A sorted set of remote ids. */
  | { readonly type: "ids"; readonly max: number }
  /** A sorted set of `"<dept_id>=<value>"`, for values that DingTalk stores for each department. */
  | { readonly type: "perDepartment"; readonly value: "text" | "number" };

export interface Field {
  readonly form: Form;
  /**
   * How null is sent. `empty`: an empty string; it is not documented that this clears the field. `force`:
   * listed in `force_update_fields`, documented. `false`, `none`: the value with this meaning. `never`: not
   * sent, with a note. `unwished`: not sent, without a note, because null asks for nothing.
   */
  readonly clear: "empty" | "force" | "false" | "none" | "never" | "unwished";
  /** Two people or departments with the same value are a conflict. */
  readonly unique?: boolean;
  /** `create`: cannot be changed afterwards. `update`: can only be set on an existing object. */
  readonly when?: "create" | "update";
  /** Field permission. Without it reads leave the field out silently (docs/dingtalk.md 2.3). */
  readonly permission?: "mobile" | "personal";
}

const text = (max: number, tooLong: "cut" | "omit", more: Partial<Field> = {}): Field => ({
  form: { type: "text", max, tooLong },
  clear: "empty",
  ...more,
});
const flag: Field = { form: { type: "flag" }, clear: "false" };
const ids = (max: number): Field => ({ form: { type: "ids", max }, clear: "none" });

/** docs/dingtalk.md 5.1 and 6, in DingTalk's names. `fieldOf` has `extension.<field name>`. */
const USER: Readonly<Record<string, Field>> = {
  name: text(80, "cut", { clear: "never" }),
  mobile: { form: { type: "phone" }, clear: "never", unique: true, permission: "mobile" },
  title: text(200, "cut"),
  job_number: text(50, "omit"),
  email: text(50, "omit", { unique: true, permission: "personal" }),
  // Clearing it would freeze or delete the person's mailbox (docs/dingtalk.md 6).
  org_email: text(100, "omit", { clear: "never", permission: "personal" }),
  // Reads do not return it.
  org_email_type: { form: { type: "choice", of: ["profession", "base"] }, clear: "unwished" },
  // 20 by the official help, 50 by the API's page (docs/dingtalk.md 5.1). The smaller limit satisfies both.
  telephone: {
    form: { type: "text", max: 20, tooLong: "omit", dense: densePhone },
    clear: "empty",
    unique: true,
  },
  work_place: text(100, "cut", { permission: "personal" }),
  remark: {
    form: { type: "text", max: 2_000, tooLong: "cut", lines: true },
    clear: "empty",
    permission: "personal",
  },
  hide_mobile: flag,
  senior_mode: flag,
  hired_date: { form: { type: "number", min: 1 }, clear: "never" },
  manager: { form: { type: "id" }, clear: "force" },
  departments: { form: { type: "ids", max: 100 }, clear: "never" },
  mainDepartment: { form: { type: "id" }, clear: "unwished" },
  departmentTitles: { form: { type: "perDepartment", value: "text" }, clear: "none" },
  departmentOrders: { form: { type: "perDepartment", value: "number" }, clear: "none" },
  roles: ids(1_000),
  exclusive_account_type: {
    form: { type: "choice", of: ["sso", "dingtalk"] },
    clear: "never",
    when: "create",
  },
  login_id: text(64, "omit", { clear: "never" }),
  nickname: text(80, "cut"),
  exclusive_mobile: { form: { type: "phone" }, clear: "never" },
};

/** docs/dingtalk.md 4.1 and 4.2. Each list of who may see a department has at most 50 entries. */
const DEPARTMENT: Readonly<Record<string, Field>> = {
  name: {
    form: { type: "text", max: DEPARTMENT_NAME_MAX, tooLong: "cut", departmentName: true },
    clear: "never",
    unique: true,
  },
  parent: { form: { type: "id" }, clear: "never" },
  // A manager has to be a member, and a new department has no members.
  managers: { form: { type: "ids", max: 50 }, clear: "force", when: "update" },
  order: { form: { type: "number", min: 0 }, clear: "never" },
  code: text(30, "omit", { when: "update" }),
  brief: text(255, "cut"),
  telephone: text(50, "omit"),
  hide_dept: flag,
  dept_permits: ids(50),
  user_permits: ids(50),
  outer_dept: flag,
  outer_dept_only_self: flag,
  outer_permit_depts: ids(50),
  outer_permit_users: ids(50),
  create_dept_group: flag,
  auto_add_user: { ...flag, when: "update" },
  auto_approve_apply: flag,
};

const ROLE: Readonly<Record<string, Field>> = {
  name: text(64, "cut", { clear: "never", unique: true }),
};

/** Attributes of a person that need more than one value, or another name, in calls. */
export const COMPOSED = new Set([
  "manager",
  "departments",
  "mainDepartment",
  "departmentTitles",
  "departmentOrders",
  "roles",
  "exclusive_account_type",
]);

export const EXTENSION = "extension.";
/** All custom fields together, as JSON text (docs/dingtalk.md 5.1). */
export const EXTENSION_MAX = 2_000;
const EXTENSION_FIELD: Field = text(EXTENSION_MAX, "cut", { permission: "personal" });

const FIELDS: Readonly<Record<EntityKind, Readonly<Record<string, Field>>>> = {
  user: USER,
  department: DEPARTMENT,
  role: ROLE,
  group: {},
};

/** Undefined: DingTalk has no field for this name. */
export function fieldOf(kind: EntityKind, name: string): Field | undefined {
  if (kind === "user" && name.startsWith(EXTENSION) && name.length > EXTENSION.length) return EXTENSION_FIELD;
  return Object.hasOwn(FIELDS[kind], name) ? FIELDS[kind][name] : undefined;
}

export const fieldsOf = (kind: EntityKind): readonly (readonly [string, Field])[] =>
  Object.entries(FIELDS[kind]);

/**
 * The attributes that a mapping may set: all fields except those that the loop sets, and each custom field of
 * a person.
 */
export const attributeNames = (kind: EntityKind): readonly string[] => [
  ...Object.keys(FIELDS[kind]).filter(
    (name) => !(RESERVED[kind === "user" ? "user" : "department"] as readonly string[]).includes(name),
  ),
  ...(kind === "user" ? [`${EXTENSION}*`] : []),
];
