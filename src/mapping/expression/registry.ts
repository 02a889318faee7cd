import type { Environment } from "@marcbachmann/cel-js";
import type { MappingNoteCode } from "../note-codes.ts";
import type { EMPTY } from "./scim-values.ts";

/** Where functions are registered. */
export interface Registry {
  readonly environment: Environment;
  /** Registers a function of any values, for each number of arguments. */
  register(name: string, handler: (...values: unknown[]) => unknown, ...arities: readonly number[]): void;
  readonly note: Note;
}

export type Note = (code: MappingNoteCode, text: string) => typeof EMPTY;
