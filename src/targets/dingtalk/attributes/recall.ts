import type { EntityKind } from "../../../core/entity.ts";
import type { Attributes } from "../../../reconcile/target-values.ts";
import { EXTENSION, fieldsOf } from "./fields.ts";

/*
 * What reads leave out, and what that says (docs/dingtalk.md 5.5). Fields with a name of their own come as null where they are empty (user-record.ts,
 * department-wire.ts): here are those of which a read alone cannot tell, as it does not know that there could be something.
 */

/** Lists of who may see a department are shown while their switch is on (docs/dingtalk.md 4.4). */
const SWITCHES: Readonly<Record<string, string>> = {
  dept_permits: "hide_dept",
  user_permits: "hide_dept",
  outer_permit_depts: "outer_dept",
  outer_permit_users: "outer_dept",
};

/** Shown with the same permission as custom fields, and null where they are empty. An address is not: it may be there and not shown. */
const PERSONAL = fieldsOf("user").flatMap(([name, { permission }]) => (permission === "personal" && name !== "email" ? [name] : []));

export function recall(kind: EntityKind, remembered: Attributes, told: Attributes): Attributes {
  const untold = Object.entries(remembered).filter(([name]) => told[name] === undefined);
  return Object.fromEntries(untold.map(([name, value]) => [name, isShown(kind, name, told) ? null : value]));
}

/** Whether a value would have been shown. */
function isShown(kind: EntityKind, name: string, told: Attributes): boolean {
  if (kind === "user") return name.startsWith(EXTENSION) && PERSONAL.some((each) => told[each] !== undefined);
  const by = kind === "department" && Object.hasOwn(SWITCHES, name) ? SWITCHES[name] : undefined;
  return by !== undefined && told[by] === true;
}
