import type { Clock } from "../../../core/clock.ts";
import type { JsonObject } from "../../../core/entity.ts";
import { uuidv7 } from "../../../core/id.ts";
import type { HistoryEvent, Outcome } from "../../../history/event.ts";
import type { Mapping } from "../../../mapping/mapping.ts";
import type { GraceStep } from "../../desired/leaver.ts";
import type { Plan } from "../../plan.ts";
import type { Claim } from "../../ports.ts";
import type { TargetAdapter } from "../../target.ts";
import { TargetError } from "../../target-failures.ts";
import type { TargetCall } from "../../target-values.ts";
import { changesOf } from "../plan/changes.ts";
import { heldBy, type OpenRefusal } from "../plan/refusals.ts";

export interface RunEventDeps {
  readonly clock: Clock;
  readonly target: Pick<TargetAdapter, "name">;
  readonly mapping: Pick<Mapping, "version">;
}

/** The events of a write to the target: intent and outcome. */
export type RunEvents = ReturnType<typeof createRunEvents>;

export function createRunEvents({ clock, target, mapping }: RunEventDeps) {
  function intentOf(claim: Claim, next: Plan, leaver?: GraceStep): HistoryEvent {
    const at = clock.now();
    return {
      id: uuidv7(at.getTime()),
      at,
      code: "target.intent",
      actor: "worker",
      causes: claim.causes,
      subject: claim.ref,
      target: target.name,
      attempt: claim.attempts + 1,
      changes: changesOf(next),
      detail: { action: next.action, mapping: mapping.version, ...graceOf(leaver) },
    };
  }

  function outcomeOf(
    intent: HistoryEvent,
    outcome: Outcome,
    result: {
      readonly calls: readonly TargetCall[];
      readonly error?: unknown;
      readonly refused: readonly OpenRefusal[];
    },
  ): HistoryEvent {
    const at = clock.now();
    const { changes: _changes, personal: _personal, ...same } = intent;
    const failure: JsonObject =
      result.error instanceof TargetError
        ? { error: result.error.code, answer: result.error.answer, reasonCode: result.error.reasonCode }
        : {};
    return {
      ...same,
      id: uuidv7(at.getTime()),
      at,
      code: "target.outcome",
      causes: [intent.id],
      outcome,
      detail: {
        ...intent.detail,
        calls: result.calls.map((call) => ({ ...call })),
        ...failure,
        ...refusedIn(result.refused, intent, withoutUnmanaged),
      },
      // The remote id of an unmanaged object may identify a person, so it is stored as personal data.
      ...(result.refused.some(({ stranger }) => stranger !== undefined)
        ? { personal: refusedIn(result.refused, intent, heldBy) }
        : {}),
    };
  }

  return { intentOf, outcomeOf };
}

/** The grace that ended before a removal. */
const graceOf = (leaver: GraceStep | undefined): JsonObject =>
  leaver?.kind === "over"
    ? { grace: { since: leaver.since.toISOString(), until: leaver.until.toISOString() } }
    : {};

const withoutUnmanaged: typeof heldBy = (kind, open) => (open?.holder ? heldBy(kind, open) : {});

/** The refused attributes without their values, and the holders. */
const refusedIn = (
  refused: readonly OpenRefusal[],
  { subject }: HistoryEvent,
  holderOf: typeof heldBy,
): JsonObject =>
  refused.length === 0
    ? {}
    : {
        refused: refused.map((one) => ({
          attribute: one.attribute,
          answer: one.told.answer,
          reasonCode: one.told.reasonCode,
          ...(subject ? (holderOf(subject.kind, one) as JsonObject) : {}),
        })),
      };
