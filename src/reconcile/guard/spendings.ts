import { createHash } from "node:crypto";
import type { EntityRef } from "../../core/entity.ts";
import { unreachable } from "../../core/errors.ts";
import type { GraceStep } from "../desired/leaver.ts";
import type { Plan } from "../plan.ts";
import { type Actual, type Attributes, type AttributeValue, isEmpty } from "../target-values.ts";

/* What a run spends of the limits. */

export const LIMIT_NAMES = [
  "peopleRemoved",
  "departmentsRemoved",
  "departmentEmptied",
  "attributeBlanked",
  "sourceCollapsed",
] as const;

export type LimitName = (typeof LIMIT_NAMES)[number];

export interface Spending {
  readonly limit: LimitName;
  /**
   * Remote id of the department or name of the attribute, if the limit counts for each of them. Otherwise
   * empty.
   */
  readonly key: string;
}

const FOR_ALL = "";
const REMOVED: Spending = { limit: "peopleRemoved", key: FOR_ALL };

export interface SpendingContext {
  readonly rootDepartment: string;
  /**
   * The step of a leaver's grace. With a grace the leaver is counted when it begins, and not again at the
   * removal.
   */
  readonly leaver?: GraceStep | undefined;
}

/** Empty for a plan that removes nothing. */
export function spendingsOf(
  { kind }: EntityRef,
  plan: Plan,
  { rootDepartment, leaver }: SpendingContext,
): readonly Spending[] {
  const leaves = (actual: Actual): readonly Spending[] => [
    REMOVED,
    ...left(actual.attributes, [], rootDepartment),
  ];
  switch (plan.action) {
    case "remove":
      if (kind === "department") return [{ limit: "departmentsRemoved", key: FOR_ALL }];
      return kind !== "user" || (leaver?.kind === "over" && leaver.counted) ? [] : leaves(plan.actual);
    case "suspend":
      return leaver?.kind === "starts" ? leaves(plan.actual) : [REMOVED];
    case "update": {
      if (kind !== "user") return [];
      const moved = moves(plan, rootDepartment);
      const parks = leaver?.kind === "starts" && leaver.standing === "parked" && moved.length > 0;
      return [...(parks ? [REMOVED] : []), ...moved, ...blanked(plan)];
    }
    case "create":
    case "resume":
    case "none":
      return [];
    default:
      return unreachable(plan);
  }
}

type Update = Extract<Plan, { action: "update" }>;

function moves({ actual, set }: Update, rootDepartment: string): readonly Spending[] {
  const { departments } = set;
  return Array.isArray(departments) ? left(actual.attributes, departments, rootDepartment) : [];
}

/** Leaving the root does not count, because new people pass through it. */
export function left(
  there: Attributes,
  staying: readonly string[],
  rootDepartment: string,
): readonly Spending[] {
  const { departments = [] } = there;
  if (!Array.isArray(departments)) return [];
  return departments
    .filter((id: string) => id !== rootDepartment && !staying.includes(id))
    .map((key: string) => ({ limit: "departmentEmptied", key }));
}

function blanked({ actual, set }: Update): readonly Spending[] {
  return Object.entries(set)
    .filter(([name, value]) => isEmpty(value) && !isEmpty(actual.attributes[name]))
    .map(([key]) => ({ limit: "attributeBlanked", key }));
}

/**
 * Overwritten values, as keys of `attributeBlanked`: if many people get the same value, they lose their old
 * ones. `firstWrite`: the first write to an adopted account. There a flag that is off was probably never set,
 * so turning it on loses nothing. Without this exception, an adoption of an organisation would need an
 * approval for each flag with a default (`hide_mobile`). Later writes count.
 */
export function replacements(
  plan: Plan,
  { firstWrite }: { readonly firstWrite: boolean },
): readonly Spending[] {
  if (plan.action !== "update") return [];
  const { attributes } = plan.actual;
  const nothingLost = (name: string): boolean =>
    isEmpty(attributes[name]) || (firstWrite && attributes[name] === false);
  return Object.entries(plan.set)
    .filter(([name, value]) => name !== "departments" && !isEmpty(value) && !nothingLost(name))
    .map(([name, value]) => ({ limit: "attributeBlanked", key: `${name}=${digestOf(value)}` }));
}

/** Values are personal data, and a digest is enough for counting. */
const digestOf = (value: AttributeValue): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
