import type { EntityKind } from "../../../../core/entity.ts";

interface Named {
  readonly attribute: string;
  readonly kind: EntityKind;
}

const DEPARTMENTS: readonly Named[] = [
  { attribute: "departments", kind: "department" },
  { attribute: "parent", kind: "department" },
];
const MANAGER: readonly Named[] = [
  { attribute: "manager", kind: "user" },
  { attribute: "managers", kind: "user" },
];
const ROLES: readonly Named[] = [{ attribute: "roles", kind: "role" }];

/** Refusals about an object other than that of the call (docs/dingtalk.md 12). */
const BY_ANSWER: Readonly<Record<string, readonly Named[]>> = {
  "60003": DEPARTMENTS,
  "40009": DEPARTMENTS,
  "60004": DEPARTMENTS,
  "40010": DEPARTMENTS,
  "60128": MANAGER,
  "60068": MANAGER,
  "40031": MANAGER,
  "33011": ROLES,
  "660000": ROLES,
};

/** See `TargetAdapter.disproved`. */
export const disproved = (answer: string): readonly Named[] => BY_ANSWER[answer] ?? [];
