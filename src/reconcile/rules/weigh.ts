import type { EntityKind } from "../../core/entity.ts";
import type { Limits } from "../../policy/policy.ts";
import { allowedOf } from "../guard/limits.ts";
import type { LimitName } from "../guard/spendings.ts";

/*
 * Whether new rules would exceed the limits, by the plan of everybody under them, before the first write.
 * Pure.
 */

/** The size of the plan. */
export interface Touched {
  readonly peopleRemoved: number;
  readonly departmentsRemoved: number;
  /** People who were settled without an account at the target, and would be created. */
  readonly peopleMade: number;
  /** People who are written because a new policy no longer holds them, or has another end for leavers. */
  readonly peopleReleased: number;
  readonly changed: readonly {
    readonly kind: EntityKind;
    readonly attribute: string;
    readonly count: number;
  }[];
  /**
   * Departments that would lose more than half of their people, as the guard counted them during the plan.
   */
  readonly emptied: number;
  /** Entities whose plan could not be computed. */
  readonly unknown: number;
  readonly present: Readonly<Record<EntityKind, number>>;
}

/**
 * A limit that would be exceeded. `attribute`: the attribute that would change for many people, departments
 * or roles.
 */
export interface Exceeded {
  readonly limit: LimitName | "peopleTouched";
  readonly count: number;
  readonly allowed: number;
  readonly attribute?: string;
  readonly kind?: EntityKind;
}

/** The exceeded limits, largest number first within a limit. Empty: the rules may be used. */
export function weigh(touched: Touched, limits: Limits): readonly Exceeded[] {
  const { present } = touched;
  const share = (kind: EntityKind): number => allowedOf({ limit: "attributeBlanked" }, limits, present[kind]);
  const budget = (limit: "peopleRemoved" | "departmentsRemoved", count: number, there: number): Exceeded => ({
    limit,
    count,
    allowed: allowedOf({ limit }, limits, there),
  });
  const all: readonly Exceeded[] = [
    budget("peopleRemoved", touched.peopleRemoved, present.user),
    budget("departmentsRemoved", touched.departmentsRemoved, present.department),
    { limit: "departmentEmptied", count: touched.emptied, allowed: 0 },
    ...touched.changed.map(
      ({ kind, attribute, count }): Exceeded => ({
        limit: "attributeBlanked",
        kind,
        attribute,
        count,
        allowed: share(kind),
      }),
    ),
    {
      limit: "peopleTouched",
      count: touched.peopleMade + touched.peopleReleased + touched.unknown,
      allowed: share("user"),
    },
  ];
  return all.filter(({ count, allowed }) => count > allowed);
}
