import { unreachable } from "../../core/errors.ts";
import type { Limits } from "../../policy/policy.ts";
import type { LimitName, Spending } from "./spendings.ts";

/*
 * The part of the policy's limits that a plan uses, and whether the limits allow it. Pure; the store counts.
 */

/** Length of each sliding window in hours. */
export const WINDOW_HOURS: Readonly<Record<LimitName, number>> = {
  peopleRemoved: 24,
  departmentsRemoved: 24,
  departmentEmptied: 1,
  attributeBlanked: 1,
  sourceCollapsed: 24,
};

/**
 * The number of changes that a limit allows in its window. `present`: the number of which the limit is a
 * percentage.
 */
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

/**
 * A value may be set or emptied for this number of people in any organisation. Up to it no other counts are
 * needed.
 */
export const sureOf = ({ attributeBlanked: { people } }: Pick<Limits, "attributeBlanked">): number =>
  people - 1;

/** Rounded to 6 digits first, because a product of two decimals can be slightly too small. */
const shareOf = (whole: number, percent: number): number =>
  Math.floor(Number(((whole * percent) / 100).toFixed(6)));

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
export function tripped(
  spendings: readonly Spending[],
  limits: Limits,
  counterOf: ReadCounter,
): readonly Tripped[] {
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
