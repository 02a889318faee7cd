import { AppError } from "../../core/errors.ts";

/** An argument names something that does not exist. */
export class NotFoundHere extends AppError {
  readonly code = "NOT_FOUND";
}
