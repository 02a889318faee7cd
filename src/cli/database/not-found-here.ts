import { AppError } from "../../core/errors.ts";

/** What an argument names does not exist. */
export class NotFoundHere extends AppError {
  readonly code = "NOT_FOUND";
}
