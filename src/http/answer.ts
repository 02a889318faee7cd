import type { Request, Response } from "express";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { discardRest } from "./discard-rest.ts";
import { errorHeaders, Malformed } from "./errors.ts";
import type { RenderError } from "./problem.ts";
import { requestIdOf } from "./request-context.ts";

/**
 * Minimum length in characters of a text that is encoded before it is sent. Node would process such a text
 * twice: for its length and for its bytes.
 */
const LONG = 4_096;

/** Sends a whole body in one write. Node adds the length, and leaves out the body for HEAD. */
export function sendText(res: Response, status: number, contentType: string, text: string): void {
  res.statusCode = status;
  res.setHeader("Content-Type", `${contentType}; charset=utf-8`);
  res.end(text.length < LONG ? text : Buffer.from(text));
}

export const sendJson = (
  res: Response,
  status: number,
  body: unknown,
  contentType = "application/json",
): void => sendText(res, status, contentType, JSON.stringify(body));

export interface ErrorAnswer {
  readonly error: unknown;
  readonly render: RenderError;
  readonly logger: Logger;
  readonly clock: Pick<Clock, "sleep">;
}

/**
 * Ends a failed request: an answer in the form of the room that owns the path, and a log entry if an operator
 * has to act.
 */
export function sendError(
  req: Request,
  res: Response,
  { error: thrown, render, logger, clock }: ErrorAnswer,
): void {
  const error = normalizeError(thrown);
  const requestId = requestIdOf(res);
  const { status, contentType, body, unexpected } = render(error, requestId);
  if (unexpected) logger.error({ requestId, error }, "unexpected failure of a request");
  else if (status === 503) logger.warn({ requestId, error }, "a request could not be served");
  if (res.headersSent) {
    // A part of the answer is already sent. A broken connection is the only way to mark it as incomplete.
    res.destroy();
    return;
  }
  for (const [name, value] of Object.entries(errorHeaders(error))) res.setHeader(name, value);
  discardRest(req, res, clock);
  sendJson(res, status, body, contentType);
}

/**
 * Express throws a URIError with a status for invalid percent-encoding in a path. A URIError of ours has no
 * status and stays an unknown error.
 */
function normalizeError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const isBrokenPath = error instanceof URIError && (error as { status?: unknown }).status === 400;
  return isBrokenPath ? new Malformed("the path is not validly percent-encoded") : error;
}
