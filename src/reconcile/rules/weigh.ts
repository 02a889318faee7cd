import type { EntityKind } from "../../core/entity.ts";
import type { Limits } from "../../policy/policy.ts";
import { allowedOf, type LimitName } from "../guard/limits.ts";

/* Whether other rules would touch more than the limits let through: by the plan of everybody under them, before the first write. Pure. */

/** What the plan says. */
export interface Touched {
  readonly peopleRemoved: number;
  readonly departmentsRemoved: number;
  /** People who were settled without being at the target, and would be made. */
  readonly peopleMade: number;
  /** People who are written because another policy no longer keeps them back, or has another end for leavers. */
  readonly peopleReleased: number;
  readonly changed: readonly { readonly kind: EntityKind; readonly attribute: string; readonly count: number }[];
  /** Departments that would lose more than half, as the guard met them while the plan was made. */
  readonly emptied: number;
  /** Of whom the plan could not tell. */
  readonly unknown: number;
  readonly present: Readonly<Record<EntityKind, number>>;
}

/** A limit that would be exceeded. `attribute`: of many people, departments or roles the same one. */
export interface Exceeded {
  readonly limit: LimitName | "peopleTouched";
  readonly count: number;
  readonly allowed: number;
  readonly attribute?: string;
  readonly kind?: EntityKind;
}

/** Larger figures first within a limit. Empty: the rules may be written by. */
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
      ({ kind, attribute, count }): Exceeded => ({ limit: "attributeBlanked", kind, attribute, count, allowed: share(kind) }),
    ),
    { limit: "peopleTouched", count: touched.peopleMade + touched.peopleReleased + touched.unknown, allowed: share("user") },
  ];
  return all.filter(({ count, allowed }) => count > allowed);
}
