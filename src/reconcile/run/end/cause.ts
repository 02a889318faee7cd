import { TargetConflict, TargetDependency, TargetProtected, TargetRejected } from "../../target-failures.ts";

/**
 * The condition at the target that keeps an entity parked. Entities that the same change would help have the
 * same text. A comparison tries one of them. Undefined if no change at the target can help, and for entities
 * that are retried anyway. Pure.
 */
export function causeOf(error: unknown, entityId: string): string | undefined {
  if (error instanceof TargetProtected) return undefined;
  if (error instanceof TargetConflict)
    return `${error.answer} ${error.attribute} ${error.heldBy ?? entityId}`;
  if (error instanceof TargetDependency) return `${error.answer} ${entityId}`;
  return error instanceof TargetRejected ? error.answer : undefined;
}
