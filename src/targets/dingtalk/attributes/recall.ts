import type { EntityKind } from "../../../core/entity.ts";
import type { Attributes } from "../../../reconcile/target-values.ts";
import { EXTENSION, fieldsOf } from "./fields.ts";

/*
 * Attributes that reads leave out, and the meaning of their absence (docs/dingtalk.md 5.5). Fields with a
 * name of their own are null when empty (user-record.ts, department-wire.ts). For the fields here, a read
 * alone cannot distinguish "empty" from "not shown".
 */

/**
 * The lists of who may see a department are returned only while their switch is on (docs/dingtalk.md 4.4).
 */
const SWITCHES: Readonly<Record<string, string>> = {
  dept_permits: "hide_dept",
  user_permits: "hide_dept",
  outer_permit_depts: "outer_dept",
  outer_permit_users: "outer_dept",
};

/**
 * Attributes with the permission of custom fields, null when empty. Without the e-mail address, because it
 * may exist without being shown.
 */
const PERSONAL = fieldsOf("user").flatMap(([name, { permission }]) =>
  permission === "personal" && name !== "email" ? [name] : [],
);

export function recall(kind: EntityKind, remembered: Attributes, read: Attributes): Attributes {
  const unread = Object.entries(remembered).filter(([name]) => read[name] === undefined);
  return Object.fromEntries(unread.map(([name, value]) => [name, isShown(kind, name, read) ? null : value]));
}

/** Whether the read would have returned a value. */
function isShown(kind: EntityKind, name: string, read: Attributes): boolean {
  if (kind === "user") return name.startsWith(EXTENSION) && PERSONAL.some((each) => read[each] !== undefined);
  const by = kind === "department" && Object.hasOwn(SWITCHES, name) ? SWITCHES[name] : undefined;
  return by !== undefined && read[by] === true;
}
