import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { uuidv7 } from "../../core/id.ts";
import { type RenderError, renderProblem } from "../problem.ts";

/*
 * Input that never becomes a request: no HTTP, or a head that is too large or incomplete. The answer goes
 * directly to the connection, in the form of the room whose path the first line names, if that line is
 * readable.
 */

/** Why node could not read the request, by the status of the answer. */
class Unreadable extends AppError {
  readonly code:
    | "BAD_REQUEST"
    | "REQUEST_TIMEOUT"
    | "URI_TOO_LONG"
    | "EXPECTATION_FAILED"
    | "HEADERS_TOO_LARGE";
  constructor(code: Unreadable["code"], message: string) {
    super(message);
    this.code = code;
  }
}

export interface UnreadableOptions {
  readonly clock: Clock;
  /** The renderer of the room that owns a path. */
  readonly renderFor: (path: string) => RenderError;
}

export const renderPlain: UnreadableOptions["renderFor"] = () => renderProblem;

type ReadingError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/**
 * Time in which further data of the client are discarded. An immediate close would reset the connection and
 * lose the answer.
 */
const LINGER_MS = 1_000;

export function answerUnreadable(
  error: ReadingError,
  socket: Socket,
  { clock, renderFor }: UnreadableOptions,
): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const { path, length } = firstLine(error.rawPacket);
  const { status, head, body } = bareAnswer(understood(error, length), renderFor(path), clock);
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
  // Parsing stops, because node would report each further piece.
  socket.removeAllListeners("data");
  socket.on("data", () => undefined);
  socket.on("error", () => undefined);
  socket.end([`HTTP/1.1 ${status}`, ...lines, "", body].join("\r\n"));
  socket.resume();
  closeSoon(socket, clock);
}

/** Closes the connection after the time above, even if the client does not close its side. */
function closeSoon(socket: Socket, clock: Clock): void {
  const closed = new AbortController();
  socket.once("close", () => closed.abort());
  const destroy = () => socket.destroy();
  clock.sleep(LINGER_MS, closed.signal).then(destroy, destroy);
}

export function refuseExpectation(
  path: string,
  res: ServerResponse,
  { clock, renderFor }: UnreadableOptions,
): void {
  const error = new Unreadable("EXPECTATION_FAILED", "the only supported expectation is 100-continue");
  const { head, body } = bareAnswer(error, renderFor(path), clock);
  res.writeHead(417, head).end(body);
}

function understood({ code }: ReadingError, lineLength: number): Unreadable {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT")
    return new Unreadable("REQUEST_TIMEOUT", "the request did not arrive in time");
  if (code !== "HPE_HEADER_OVERFLOW")
    return new Unreadable("BAD_REQUEST", "this is not a request of HTTP/1.1 (RFC 9112)");
  return lineLength > LONG_LINE
    ? new Unreadable(
        "URI_TOO_LONG",
        "the address and the headers are larger than 32 kB together; send a long filter with POST to .search",
      )
    : new Unreadable("HEADERS_TOO_LARGE", "the headers are larger than 32 kB");
}

/** Half of node's limit for the whole head. Beyond it the address is too long. */
const LONG_LINE = 8_192;

/** The path and the length of the request line in the data read last. The path is empty if there is none. */
function firstLine(read: Buffer | undefined): { readonly path: string; readonly length: number } {
  const [line = "", path = ""] = /^[A-Z]{1,20} ([^\s?]*)[^\r\n]*/.exec(read?.toString("latin1") ?? "") ?? [];
  return { path, length: line.length };
}

function bareAnswer(error: Unreadable, render: RenderError, clock: Clock) {
  const requestId = uuidv7(clock.now().getTime());
  const { status, contentType, body } = render(error, requestId);
  const text = JSON.stringify(body);
  const head: Record<string, string> = {
    "X-Request-Id": requestId,
    "Content-Type": `${contentType}; charset=utf-8`,
    "Cache-Control": "no-store",
    "Content-Length": String(Buffer.byteLength(text)),
    Connection: "close",
  };
  return { status: `${status} ${REASONS[error.code]}`, head, body: text };
}

const REASONS: Readonly<Record<Unreadable["code"], string>> = {
  BAD_REQUEST: "Bad Request",
  REQUEST_TIMEOUT: "Request Timeout",
  URI_TOO_LONG: "URI Too Long",
  EXPECTATION_FAILED: "Expectation Failed",
  HEADERS_TOO_LARGE: "Request Header Fields Too Large",
};
