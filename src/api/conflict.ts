import { AppError } from "../core/errors.ts";

/** The request conflicts with the present state. */
export class Conflict extends AppError {
  readonly code = "CONFLICT";
}
