import { AppError } from "../core/errors.ts";

/** The demo cannot go on: no server, a wrong token, an organisation that is not a sandbox. */
export class DemoFailed extends AppError {
  readonly code = "DEMO_FAILED";
}
