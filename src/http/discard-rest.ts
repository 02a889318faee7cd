import type { IncomingMessage } from "node:http";
import type { Response } from "express";
import type { Clock } from "../core/clock.ts";

const MAX_DISCARDED_BYTES = 8 * 1_048_576;
/** The pause after each piece of at most 64 kB: 6 MB a second for each connection. */
const DISCARD_PAUSE_MS = 10;

/**
 * Data that a client sends after its answer is discarded: closing immediately would reset the connection and
 * lose the answer. It is read slowly, so that TCP slows down a client that sends large unwanted data; each
 * chunk read delays other clients. Bounded here in bytes and by the server's request time-out in time. A
 * client that waits for `100 Continue` sends nothing, and its connection is closed.
 */
export function discardRest(req: IncomingMessage, res: Response, clock: Pick<Clock, "sleep">): void {
  if (req.complete) return;
  if (req.headers.expect !== undefined && !req.readableDidRead) res.setHeader("Connection", "close");
  let left = MAX_DISCARDED_BYTES;
  req.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) req.socket.destroy();
    req.pause();
    void clock.sleep(DISCARD_PAUSE_MS).then(() => req.resume());
  });
  req.on("error", () => undefined);
  req.resume();
}
