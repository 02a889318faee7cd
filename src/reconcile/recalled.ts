import type { EntityKind } from "../core/entity.ts";
import type { TargetAdapter } from "./target.ts";
import type { Actual, Attributes } from "./target-values.ts";

/** Undefined if another human has the remote id by now. The object of the entity is gone then. */
export function unlessReplaced(
  target: Pick<TargetAdapter, "isAnother">,
  kind: EntityKind,
  actual: Actual | undefined,
  remembered: Attributes | undefined,
): Actual | undefined {
  if (!actual || !remembered || kind !== "user") return actual;
  return target.isAnother?.(remembered, actual.attributes) ? undefined : actual;
}

/**
 * Completes the values of a read or a list with remembered values of attributes that it does not return.
 * Pure.
 */
export function withRecalled(
  target: Pick<TargetAdapter, "recall">,
  kind: EntityKind,
  actual: Actual,
  remembered: Attributes | undefined,
): Actual {
  if (!remembered) return actual;
  return {
    ...actual,
    attributes: { ...actual.attributes, ...target.recall(kind, remembered, actual.attributes) },
  };
}
