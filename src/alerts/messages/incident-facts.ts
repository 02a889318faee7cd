import type { CauseKind, Detail, IncidentClass } from "../rules/condition.ts";

/** The reason of a message. */
export type Occasion = "opened" | "reminder" | "closed" | "test" | "checkpoint";

/** An incident as in a message. */
export interface IncidentFacts {
  readonly id: string;
  readonly kind: CauseKind;
  readonly code: string;
  readonly class: IncidentClass;
  readonly count: number;
  readonly detail: Detail;
  readonly openedAt: Date;
  readonly closedAt?: Date;
}
