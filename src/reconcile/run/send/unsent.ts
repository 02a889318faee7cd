import type { Plan } from "../../plan.ts";
import type { Note } from "../../target-values.ts";

const NOT_SENT = { code: "notSent", text: "the target has no call that carries this change" };

/**
 * Notes for values that no call has sent. Such a value is not stored, because later plans rely on stored
 * values. Pure.
 */
export function notesOfUnsent(plan: Plan, notes: readonly Note[]): readonly Note[] {
  const noted = new Set(notes.map(({ attribute }) => attribute));
  const unsent = plan.action === "update" ? Object.keys(plan.set) : [];
  return [
    ...notes,
    ...unsent.filter((attribute) => !noted.has(attribute)).map((attribute) => ({ attribute, ...NOT_SENT })),
  ];
}
