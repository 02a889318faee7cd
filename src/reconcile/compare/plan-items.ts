import type { EntityRef } from "../../core/entity.ts";
import { AppError } from "../../core/errors.ts";
import type { Changes } from "../../history/event.ts";
import type { Plan } from "../plan.ts";
import type { TargetCall } from "../target-values.ts";

export type PlannedAction = Exclude<Plan["action"], "none">;

export interface PlannedWrite {
  readonly ref: EntityRef;
  readonly action: PlannedAction;
  readonly changes: Changes;
  readonly calls: readonly TargetCall[];
}

export interface PlanItem {
  readonly kind: EntityRef["kind"];
  readonly id: string;
  readonly name?: string;
  readonly action: PlannedAction;
  readonly changes: Changes;
  /** The mode, limit or grace that holds it back. */
  readonly heldBy?: string;
  /** Only of a leaver: the end of the grace, when the person is removed. */
  readonly until?: Date;
}

export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly remove: number;
  readonly suspend: number;
  readonly resume: number;
  /** People, departments and roles that are updated, by attribute. */
  readonly byAttribute: Readonly<Record<string, number>>;
  readonly held: number;
  /** The number of writes, and the numbers for each API of the target. */
  readonly calls: number;
  readonly byApi: Readonly<Record<string, number>>;
}

/** The minimum duration of the writes in minutes. Each API has its own rate of `perSecond`. Pure. */
export const minutesFor = ({ byApi }: Pick<PlanSummary, "byApi">, perSecond: number): number =>
  perSecond > 0 ? Math.max(0, ...Object.values(byApi)) / perSecond / 60 : 0;

export interface PlanQuery {
  readonly action?: PlannedAction;
  readonly kind?: EntityRef["kind"];
  readonly after?: string;
  readonly count: number;
}

/** The items of a plan are not there any more: its session with the database has ended. */
export class PlanGone extends AppError {
  readonly code = "PLAN_GONE";
}
