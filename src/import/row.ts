import type { JsonValue } from "../core/entity.ts";
import { AppError } from "../core/errors.ts";

/** One record about a person: a line of a CSV file, or an element of a JSON list. */
export interface Row {
  /** Position: the line of a CSV file, or the index in a JSON list, both from 1. */
  readonly at: number;
  /** By the name of the column, as the file writes it. */
  readonly values: Readonly<Record<string, JsonValue>>;
}

/**
 * The file is unreadable: its encoding, its form, or a header with two equal columns. Nothing was imported.
 */
export class UnreadableFile extends AppError {
  readonly code = "UNREADABLE_FILE";
}
