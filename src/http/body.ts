import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { RequestHandler, Response } from "express";
import { createJsonScan, type JsonBounds, type JsonExcess } from "./connection/json-scan.ts";
import { BodyTooLarge, Malformed, RequestAborted, UnsupportedMediaType } from "./errors.ts";
import { parseJson } from "./parse-json.ts";

/*
 * Routers read bodies after the gate has authenticated the request, and only if they need one
 * (docs/threats.md T9, T10).
 * - readJsonBody(options): middleware; req.body = the parsed JSON, undefined without a body
 * - readFormBody(options): middleware; req.body = URLSearchParams
 */

export interface BodyOptions {
  /** A larger body is refused with 413 before the rest is read. */
  readonly limitBytes: number;
  /** Accepted media types in lower case. Any other type, and any Content-Encoding, is refused with 415. */
  readonly types: readonly string[];
}

/**
 * Bounds of a JSON body. A Bulk request for a thousand people, or a group of 5,000 members, has half of these
 * values.
 */
export const JSON_BOUNDS: JsonBounds = { depth: 32, members: 1_000, values: 50_000 };

export const JSON_BODY: BodyOptions = {
  limitBytes: 1_048_576,
  types: ["application/scim+json", "application/json"],
};

/**
 * Throws BodyTooLarge, UnsupportedMediaType, Malformed (no JSON, no UTF-8, exceeds JSON_BOUNDS),
 * RequestAborted.
 */
export function readJsonBody(options: BodyOptions = JSON_BODY): RequestHandler {
  return async (req, res, next) => {
    const bytes = await readBytes(req, res, { ...options, check: createBodyCheck(req) });
    req.body = bytes === undefined ? undefined : parseJson(bytes);
    next();
  };
}

/** Does the same for `application/x-www-form-urlencoded`. No body is an empty form. */
export function readFormBody(limitBytes: number): RequestHandler {
  const options: BodyOptions = { limitBytes, types: ["application/x-www-form-urlencoded"] };
  return async (req, res, next) => {
    req.body = new URLSearchParams((await readBytes(req, res, options))?.toString("utf8") ?? "");
    next();
  };
}

/**
 * A body up to this size can exceed only the depth, and scim/json.ts checks the depth too. Its depth cannot
 * overflow the stack.
 */
const SMALL_BYTES = 4_096;

const EXCESSES: Readonly<Record<JsonExcess, string>> = {
  depth: `the body is nested deeper than ${JSON_BOUNDS.depth} levels`,
  members: `an object of the body has more than ${JSON_BOUNDS.members} members`,
  values: `the body holds more than ${JSON_BOUNDS.values} values`,
};

/** Checks each chunk on arrival, so that a refused body is not read to its end. */
function createBodyCheck(req: IncomingMessage): BodyCheck | undefined {
  if (Number(req.headers["content-length"] ?? Number.POSITIVE_INFINITY) <= SMALL_BYTES) return undefined;
  const scan = createJsonScan(JSON_BOUNDS);
  return (piece) => {
    const excess = scan(piece);
    return excess && new Malformed(EXCESSES[excess]);
  };
}

/** Returns the reason for a refusal as soon as a chunk of the body has one. */
type BodyCheck = (piece: Buffer) => Malformed | undefined;

interface ReadOptions extends BodyOptions {
  readonly check?: BodyCheck | undefined;
}

/** The bytes of the body. They are valid UTF-8. */
async function readBytes(
  req: IncomingMessage,
  res: Response,
  options: ReadOptions,
): Promise<Buffer | undefined> {
  const declared = req.headers["content-length"];
  if (declared === "0" || (declared === undefined && req.headers["transfer-encoding"] === undefined))
    return undefined;
  checkType(req, options.types);
  // Node has already checked that the length is a number.
  if (declared !== undefined && Number(declared) > options.limitBytes)
    throw new BodyTooLarge(options.limitBytes);
  // The server delegates this to us (http/connection/server.ts), so that clients do not send a body that will
  // be refused.
  if (req.headers.expect !== undefined) res.writeContinue();
  const bytes = await collect(req, options);
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw new Malformed("the body is not valid UTF-8");
  return bytes;
}

const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,60}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}$/;

function checkType(req: IncomingMessage, types: readonly string[]): void {
  const header = req.headers["content-type"];
  const encoding = req.headers["content-encoding"];
  if (header === undefined) throw new UnsupportedMediaType(types, "Content-Type is missing");
  if (encoding !== undefined && encoding.toLowerCase() !== "identity")
    throw new UnsupportedMediaType(types, "Content-Encoding is set", true);
  // Parameters have no effect (RFC 8259 section 11). Some clients name a charset that differs from the bytes.
  // The bytes must be UTF-8.
  const type = header.toLowerCase().split(";", 1)[0]!.trim();
  if (!types.includes(type))
    throw new UnsupportedMediaType(
      types,
      `Content-Type is ${MEDIA_TYPE.test(type) ? type : "no media type"}`,
    );
}

function collect(req: IncomingMessage, { limitBytes, check }: ReadOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = () => {
      req.off("data", onData);
      req.off("end", onEnd);
      req.off("close", onClose);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      const refusal = size > limitBytes ? new BodyTooLarge(limitBytes) : check?.(chunk);
      if (refusal) {
        stop();
        req.pause();
        reject(refusal);
      } else chunks.push(chunk);
    };
    const onEnd = () => {
      stop();
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
    };
    const onClose = () => {
      stop();
      reject(new RequestAborted());
    };
    req.on("data", onData);
    req.on("end", onEnd);
    // Without an `end` before it, the connection was lost. The error event has no more information.
    req.on("close", onClose);
    req.on("error", onClose);
  });
}
