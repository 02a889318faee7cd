import type { Disproved } from "../../../../reconcile/target.ts";

const DEPARTMENTS: readonly Disproved[] = [
  { attribute: "departments", kind: "department" },
  { attribute: "parent", kind: "department" },
];
/**
 * The new parent is below the department itself, so the stored place of the parent, or of a department above
 * it, is wrong.
 */
const PATH: readonly Disproved[] = [{ attribute: "parent", kind: "department", andAbove: true }];
const MANAGER: readonly Disproved[] = [
  { attribute: "manager", kind: "user" },
  { attribute: "managers", kind: "user" },
];
const ROLES: readonly Disproved[] = [{ attribute: "roles", kind: "role" }];

/** Refusals about an object other than that of the call (docs/dingtalk.md 12). */
const BY_ANSWER: Readonly<Record<string, readonly Disproved[]>> = {
  "60003": DEPARTMENTS,
  "40009": DEPARTMENTS,
  "60004": DEPARTMENTS,
  "40010": DEPARTMENTS,
  "60010": PATH,
  "60128": MANAGER,
  "60068": MANAGER,
  "40031": MANAGER,
  "33011": ROLES,
  "660000": ROLES,
};

/** See `TargetAdapter.disproved`. */
export const disproved = (answer: string): readonly Disproved[] => BY_ANSWER[answer] ?? [];
