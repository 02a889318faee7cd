import type { Actual, Attributes } from "../../../reconcile/target-values.ts";
import type { NoteCode } from "./note-codes.ts";

/** Code and text of a note. */
export type Reason = readonly [code: NoteCode, text: string];

/**
 * The effect of one attribute on another, or of the actual state. Returns the attributes to leave out, with a
 * reason if the operator should see one.
 */
export type Rule = (
  attributes: Attributes,
  actual: Actual | undefined,
) => readonly (readonly [name: string, reason?: Reason])[];
