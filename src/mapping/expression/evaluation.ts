import type { MappingNoteCode } from "../note-codes.ts";

export interface EvaluationNote {
  readonly code: MappingNoteCode;
  readonly text: string;
}

/** By variable name: `user`, `groups` and the extensions. */
export type Variables = Readonly<Record<string, unknown>>;
