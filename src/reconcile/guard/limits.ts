import { createHash } from "node:crypto";
import type { EntityRef } from "../../core/entity.ts";
import { unreachable } from "../../core/errors.ts";
import type { Limits } from "../../policy/policy.ts";
import type { GraceStep } from "../desired/leaver.ts";
import type { Plan } from "../plan.ts";
import { type Actual, type Attributes, type AttributeValue, isEmpty } from "../target-values.ts";

/* The part of the policy's limits that a plan uses, and whether the limits allow it. Pure; the store counts. */

export const LIMIT_NAMES = ["peopleRemoved", "departmentsRemoved", "departmentEmptied", "attributeBlanked", "sourceCollapsed"] as const;

export type LimitName = (typeof LIMIT_NAMES)[number];

export interface Spending {
  readonly limit: LimitName;
  /** Remote id of the department or name of the attribute, if the limit counts for each of them. Otherwise empty. */
  readonly key: string;
}

/** Length of each sliding window in hours. */
export const WINDOW_HOURS: Readonly<Record<LimitName, number>> = {
  peopleRemoved: 24,
  departmentsRemoved: 24,
  departmentEmptied: 1,
  attributeBlanked: 1,
  sourceCollapsed: 24,
};

const FOR_ALL = "";
const REMOVED: Spending = { limit: "peopleRemoved", key: FOR_ALL };

export interface SpendingContext {
  readonly rootDepartment: string;
  /** The step of a leaver's grace. With a grace the leaver is counted when it begins, and not again at the removal. */
  readonly leaver?: GraceStep | undefined;
}

/** Empty for a plan that removes nothing. */
export function spendingsOf({ kind }: EntityRef, plan: Plan, { rootDepartment, leaver }: SpendingContext): readonly Spending[] {
  const leaves = (actual: Actual): readonly Spending[] => [REMOVED, ...left(actual.attributes, [], rootDepartment)];
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
function left(there: Attributes, staying: readonly string[], rootDepartment: string): readonly Spending[] {
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
 * Overwritten values, as keys of `attributeBlanked`: if many people get the same value, they lose their old ones. `firstWrite`: the first write to an
 * adopted account. There a flag that is off was probably never set, so turning it on loses nothing. Without this exception, an adoption of an
 * organisation would need an approval for each flag with a default (`hide_mobile`). Later writes count.
 */
export function replacements(plan: Plan, { firstWrite }: { readonly firstWrite: boolean }): readonly Spending[] {
  if (plan.action !== "update") return [];
  const { attributes } = plan.actual;
  const nothingLost = (name: string): boolean => isEmpty(attributes[name]) || (firstWrite && attributes[name] === false);
  return Object.entries(plan.set)
    .filter(([name, value]) => name !== "departments" && !isEmpty(value) && !nothingLost(name))
    .map(([name, value]) => ({ limit: "attributeBlanked", key: `${name}=${digestOf(value)}` }));
}

/** Values are personal data, and a digest is enough for counting. */
const digestOf = (value: AttributeValue): string => createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);

/** The number of changes that a limit allows in its window. `present`: the number of which the limit is a percentage. */
export function allowedOf({ limit }: Pick<Spending, "limit">, limits: Limits, present: number): number {
  switch (limit) {
    case "peopleRemoved":
    case "departmentsRemoved": {
      const { atLeast, percent } = limits[limit];
      return Math.max(atLeast, shareOf(present, percent));
    }
    case "departmentEmptied": {
      const { people, percent } = limits[limit];
      return present < people ? Number.POSITIVE_INFINITY : shareOf(present, percent);
    }
    case "attributeBlanked": {
      const { percent } = limits[limit];
      return Math.max(sureOf(limits), shareOf(present, percent));
    }
    case "sourceCollapsed":
      return 0;
    default:
      return unreachable(limit);
  }
}

/** A value may be set or emptied for this number of people in any organisation. Up to it no other counts are needed. */
export const sureOf = ({ attributeBlanked: { people } }: Pick<Limits, "attributeBlanked">): number => people - 1;

/** Rounded to 6 digits first, because a product of two decimals can be slightly too small. */
const shareOf = (whole: number, percent: number): number => Math.floor(Number(((whole * percent) / 100).toFixed(6)));

/** The count of a limit and key in its window. */
export interface Counter {
  readonly spent: number;
  readonly present: number;
}

export type ReadCounter = (spending: Spending) => Counter;

export interface Tripped extends Spending, Counter {
  readonly allowed: number;
}

/** The limits that one more change would exceed. */
export function tripped(spendings: readonly Spending[], limits: Limits, counterOf: ReadCounter): readonly Tripped[] {
  return spendings.flatMap((spending) => {
    const counter = counterOf(spending);
    const allowed = allowedOf(spending, limits, counter.present);
    return counter.spent + 1 > allowed ? [{ ...spending, ...counter, allowed }] : [];
  });
}

/** Counts of a source since last night. */
export interface SourceFigure {
  readonly active: number;
  readonly activeNow: number;
  /** The source changed only people who left, after a long silence. */
  readonly onlyRemovals: boolean;
}

/** Whether removals of this source are more likely an error than real leavers. Pure. */
export function hasCollapsed({ active, activeNow, onlyRemovals }: SourceFigure, limits: Limits): boolean {
  const { people, percent } = limits.sourceCollapsed;
  if (active < people) return false;
  const lost = active - activeNow;
  return lost * 100 >= active * percent || (onlyRemovals && lost > limits.peopleRemoved.atLeast);
}

/** Whether the present number is needed. Below the fixed part of a limit it is not. */
export function needsPresent({ limit }: Spending, limits: Limits, spent: number): boolean {
  if (limit === "peopleRemoved" || limit === "departmentsRemoved") return spent > limits[limit].atLeast;
  if (limit === "sourceCollapsed") return false;
  return limit === "departmentEmptied" ? true : spent > sureOf(limits);
}
