import type { JsonValue } from "../core/entity.ts";
import { AppError } from "../core/errors.ts";

/** One record about a person: a line of a CSV file, or an element of a JSON list. */
export interface Row {
  /** Where it stands: the line of a CSV file (the first is 1), or the place in a JSON list (from 1). */
  readonly at: number;
  /** By the name of the column, as the file writes it. */
  readonly values: Readonly<Record<string, JsonValue>>;
}

/** The file is not what its reader can read: encoding, form, a header that names a column twice. Nothing was imported. */
export class UnreadableFile extends AppError {
  readonly code = "UNREADABLE_FILE";
}
