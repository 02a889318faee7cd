import { AppError } from "../core/errors.ts";

/**
 * A filter that cannot be read, is beyond the bounds, or cannot be answered exactly. `reason` never repeats
 * the filter.
 */
export class InvalidFilter extends AppError {
  readonly code = "INVALID_FILTER";
}
