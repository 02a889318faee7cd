import { createHash } from "node:crypto";
import type { EntityRef } from "../../core/entity.ts";
import { unreachable } from "../../core/errors.ts";
import type { Limits } from "../../policy/policy.ts";
import type { GraceStep } from "../desired/leaver.ts";
import type { Plan } from "../plan.ts";
import type { Actual, Attributes, AttributeValue } from "../target-values.ts";

/* What a plan spends of the limits of the policy, and whether there is enough left. Pure; the counting is the storage's. */

export const LIMIT_NAMES = ["peopleRemoved", "departmentsRemoved", "departmentEmptied", "attributeBlanked", "sourceCollapsed"] as const;

export type LimitName = (typeof LIMIT_NAMES)[number];

export interface Spending {
  readonly limit: LimitName;
  /** Remote id of the department or name of the attribute, where the limit counts for each; else empty. */
  readonly key: string;
}

/** Hours of the sliding window of each. */
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
  /** Where a leaver stands: with a grace they are counted when it begins, as those who are gone then, and not once more when they are removed. */
  readonly leaver?: GraceStep | undefined;
}

/** Nothing for a plan that takes nothing away. */
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

/** The root is exempt: newcomers pass through it. */
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

const isEmpty = (value: AttributeValue | undefined): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

/**
 * Values that are set in the place of others, as keys of `attributeBlanked`: many people who get one and the same lose what they had. `firstWrite`: the first one
 * to an account that was adopted. A flag that is off there was most likely never set by anybody, so nothing is lost when it is turned on: else taking over an
 * organisation would need an approval for each flag with a default (`hide_mobile`). At any later write it counts.
 */
export function replacements(plan: Plan, { firstWrite }: { readonly firstWrite: boolean }): readonly Spending[] {
  if (plan.action !== "update") return [];
  const { attributes } = plan.actual;
  const nothingLost = (name: string): boolean => isEmpty(attributes[name]) || (firstWrite && attributes[name] === false);
  return Object.entries(plan.set)
    .filter(([name, value]) => name !== "departments" && !isEmpty(value) && !nothingLost(name))
    .map(([name, value]) => ({ limit: "attributeBlanked", key: `${name}=${digestOf(value)}` }));
}

/** Values are personal, and a count needs none. */
const digestOf = (value: AttributeValue): string => createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);

/** How many acts of a limit pass in its window. `present`: of what the limit is a share. */
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

/** For so many people a value may be set or emptied however few there are: up to here nothing has to be known of the others. */
export const sureOf = ({ attributeBlanked: { people } }: Pick<Limits, "attributeBlanked">): number => people - 1;

/** Rounded after the digits that a product of two decimals can be wrong in. */
const shareOf = (whole: number, percent: number): number => Math.floor(Number(((whole * percent) / 100).toFixed(6)));

/** What is known of a limit and key in its window. */
export interface Counter {
  readonly spent: number;
  readonly present: number;
}

export type ReadCounter = (spending: Spending) => Counter;

export interface Tripped extends Spending, Counter {
  readonly allowed: number;
}

/** The limits that one more act would exceed. */
export function tripped(spendings: readonly Spending[], limits: Limits, counterOf: ReadCounter): readonly Tripped[] {
  return spendings.flatMap((spending) => {
    const counter = counterOf(spending);
    const allowed = allowedOf(spending, limits, counter.present);
    return counter.spent + 1 > allowed ? [{ ...spending, ...counter, allowed }] : [];
  });
}

/** What is known of a source since last night. */
export interface SourceFigure {
  readonly active: number;
  readonly activeNow: number;
  /** It changed nobody but those who left, and had been silent for long before. */
  readonly onlyRemovals: boolean;
}

/** Whether removals of its people are more likely a mistake than leavers. Pure. */
export function hasCollapsed({ active, activeNow, onlyRemovals }: SourceFigure, limits: Limits): boolean {
  const { people, percent } = limits.sourceCollapsed;
  if (active < people) return false;
  const lost = active - activeNow;
  return lost * 100 >= active * percent || (onlyRemovals && lost > limits.peopleRemoved.atLeast);
}

/** Whether so much happened that a limit may be near: below its fixed part nothing has to be counted of what is there. */
export function needsPresent({ limit }: Spending, limits: Limits, spent: number): boolean {
  if (limit === "peopleRemoved" || limit === "departmentsRemoved") return spent > limits[limit].atLeast;
  if (limit === "sourceCollapsed") return false;
  return limit === "departmentEmptied" ? true : spent > sureOf(limits);
}
