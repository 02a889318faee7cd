import { AppError } from "../core/errors.ts";

/** What is asked for cannot be done as things stand now. */
export class Conflict extends AppError {
  readonly code = "CONFLICT";
}
