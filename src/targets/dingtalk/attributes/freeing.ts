import type { EntityRef } from "../../../core/entity.ts";
import type { AttributeValue } from "../../../reconcile/target-values.ts";
import { fieldOf } from "./fields.ts";

/**
 * See `TargetAdapter.freeing`. A number belongs to the person who signs in with it, and a mailbox would be
 * frozen (docs/dingtalk.md 5.2 and 6).
 */
export function freeing({ kind, id }: EntityRef, attribute: string): AttributeValue | undefined {
  if (kind !== "user") return undefined;
  // An account must have a login name. This one is unused.
  if (attribute === "login_id") return `left-${id}`;
  const clear = fieldOf(kind, attribute)?.clear;
  return clear === "empty" || clear === "force" ? null : undefined;
}
