import { TargetConflict, TargetDependency, TargetProtected, TargetRejected } from "../../target-failures.ts";

/**
 * What at the target keeps an entity parked: the same text for all that one change there would help. A comparison tries one of them. Undefined for what the
 * target cannot change, and for what is looked at by itself. Pure.
 */
export function causeOf(error: unknown, entityId: string): string | undefined {
  if (error instanceof TargetProtected) return undefined;
  if (error instanceof TargetConflict) return `${error.answer} ${error.attribute} ${error.heldBy ?? entityId}`;
  if (error instanceof TargetDependency) return `${error.answer} ${entityId}`;
  return error instanceof TargetRejected ? error.answer : undefined;
}
