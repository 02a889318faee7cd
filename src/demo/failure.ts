import { AppError } from "../core/errors.ts";

/**
 * The demo cannot continue, for example without a server, with a wrong token, or against an organisation that
 * is not a sandbox.
 */
export class DemoFailed extends AppError {
  readonly code = "DEMO_FAILED";
}
