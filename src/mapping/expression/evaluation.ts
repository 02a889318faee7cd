import type { MappingNoteCode } from "../note-codes.ts";

export interface EvaluationNote {
  readonly code: MappingNoteCode;
  readonly text: string;
}

/** By variable name: `user`, `groups` and the extensions. */
export type Variables = Readonly<Record<string, unknown>>;

/** The state of one evaluation. Evaluations are synchronous, so a compiled mapping needs only one. */
export interface Evaluation {
  steps: number;
  notes: EvaluationNote[];
}

/** Far more than a sensible rule needs for one person, and a few milliseconds at most. */
export const MAX_STEPS = 10_000;

export class TooManySteps extends Error {}

export const exhausted = (evaluation: Evaluation): boolean => evaluation.steps > MAX_STEPS;
