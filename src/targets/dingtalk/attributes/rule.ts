import type { Actual, Attributes } from "../../../reconcile/target-values.ts";
import type { NoteCode } from "./note-codes.ts";

/** Code and text of a note. */
export type Reason = readonly [code: NoteCode, text: string];

/** What one attribute means for another, or what actual forbids. Answers the names to leave out, with the reason where somebody would miss them. */
export type Rule = (attributes: Attributes, actual: Actual | undefined) => readonly (readonly [name: string, reason?: Reason])[];
