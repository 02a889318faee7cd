import { once } from "node:events";
import type { Request, Response } from "express";
import { sendText } from "../../http/answer.ts";
import type { Text } from "./resource-kind.ts";

export const SCIM_JSON = "application/scim+json";
const PLAIN_JSON = "application/json";

/** Pieces are joined to about this many characters before they are written. */
const CHUNK = 65_536;

/**
 * Sends JSON text as `application/scim+json`, or as `application/json` if the client accepts only that. Other
 * values of Accept are ignored, as RFC 9110 section 12.5.1 allows, because an answer is more useful than 406.
 * Pieces are written as fast as the client reads them.
 */
export async function send(req: Request, res: Response, status: number, text: Text): Promise<void> {
  const type = contentType(req.headers.accept);
  if (typeof text === "string") sendText(res, status, type, text);
  else if (req.method === "HEAD") sendText(res, status, type, "");
  else await sendPieces(res, status, type, text);
}

function contentType(accept: string | undefined): string {
  return accept?.includes(PLAIN_JSON) && !accept.includes(SCIM_JSON) && !accept.includes("*")
    ? PLAIN_JSON
    : SCIM_JSON;
}

async function sendPieces(
  res: Response,
  status: number,
  type: string,
  pieces: AsyncIterable<string>,
): Promise<void> {
  let collected = "";
  for await (const piece of pieces) {
    collected += piece;
    if (collected.length < CHUNK) continue;
    if (!res.headersSent) {
      res.statusCode = status;
      res.setHeader("Content-Type", `${type}; charset=utf-8`);
    }
    if (!res.write(collected)) await drained(res);
    // The client disconnected. Leaving the loop also ends the reading from the database.
    if (res.destroyed) return;
    collected = "";
  }
  if (res.headersSent) res.end(collected);
  else sendText(res, status, type, collected);
}

async function drained(res: Response): Promise<void> {
  if (res.destroyed) return;
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    await Promise.race([once(res, "drain", { signal }), once(res, "close", { signal })]);
  } finally {
    waiting.abort();
  }
}
