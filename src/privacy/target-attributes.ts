import { type AttributeClass, type AttributeClasses, open, personal } from "./classification.ts";

/* What is sent to DingTalk, by its own names (docs/dingtalk.md 4 to 6). */

const PERSON: AttributeClasses = {
  name: personal("name"),
  mobile: personal("contact"),
  title: personal("work"),
  job_number: personal("identity"),
  email: personal("contact"),
  org_email: personal("contact"),
  org_email_type: personal("account"),
  telephone: personal("contact"),
  work_place: personal("place"),
  remark: personal("work"),
  hide_mobile: personal("account"),
  senior_mode: personal("account"),
  hired_date: personal("terms"),
  manager: personal("place"),
  departments: personal("place"),
  mainDepartment: personal("place"),
  departmentTitles: personal("work"),
  departmentOrders: personal("place"),
  roles: personal("place"),
  exclusive_account_type: personal("account"),
  login_id: personal("account"),
  nickname: personal("name"),
  exclusive_mobile: personal("contact"),
};

/** Custom fields of the organisation: `extension.<name of the field>`. */
const CUSTOM_FIELD = "extension.*";

const DEPARTMENT: AttributeClasses = {
  name: open("structure"),
  parent: open("structure"),
  managers: personal("structure"),
  order: open("structure"),
  code: open("structure"),
  brief: open("structure"),
  telephone: open("structure"),
  hide_dept: open("structure"),
  dept_permits: open("structure"),
  user_permits: personal("structure"),
  outer_dept: open("structure"),
  outer_dept_only_self: open("structure"),
  outer_permit_depts: open("structure"),
  outer_permit_users: personal("structure"),
  create_dept_group: open("structure"),
  auto_add_user: open("structure"),
  auto_approve_apply: open("structure"),
};

export const TARGET_ATTRIBUTES: Readonly<Record<"user" | "department" | "role", AttributeClasses>> = {
  user: { ...PERSON, [CUSTOM_FIELD]: personal("work") },
  department: DEPARTMENT,
  role: { name: open("structure") },
};

/** Undefined: not classified. */
export function classOfTargetAttribute(
  kind: keyof typeof TARGET_ATTRIBUTES,
  name: string,
): AttributeClass | undefined {
  const classes = TARGET_ATTRIBUTES[kind];
  const known = kind === "user" && name.startsWith("extension.") ? CUSTOM_FIELD : name;
  return Object.hasOwn(classes, known) ? classes[known] : undefined;
}
