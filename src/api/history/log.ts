import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Request, type Response, Router } from "express";
import type { LogReader } from "../../history/log/ports.ts";
import { readAhead } from "../../history/log/read-ahead.ts";
import { eventLines } from "../../history/log/sources.ts";
import { packedParts, STRETCH_BUNDLES } from "../../history/log/stretches.ts";
import { sendText } from "../../http/answer.ts";
import { NotFoundPath } from "../../http/errors.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import type { Mount } from "../../http/mount.ts";
import { entryBundle } from "../../tlog/bundle.ts";
import { parseCheckpoint } from "../../tlog/checkpoint.ts";
import { isWithin, parseTilePath, TILE } from "../../tlog/tiles.ts";
import { InvalidParameter, textOf } from "../query-values.ts";

/* The history as a tiled transparency log (C2SP tlog-tiles), as programs that verify such logs read it. */

const ACCESS = ["history:read"] as const;
const HASHES = "application/octet-stream";
const FOREVER = "private, max-age=31536000, immutable";

/**
 * Below `/history`, next to the view of the dashboard: checkpoint, verifier key, tiles, bundles of entries,
 * the data of their events, and ranges of these.
 */
export function logMounts(log: LogReader): readonly Mount[] {
  const at = (path: string, handler: Router): Mount => ({
    path: `/history/${path}`,
    access: ACCESS,
    handler,
  });
  return [
    at("checkpoint", checkpoint(log)),
    at("key", key(log)),
    at("tile", tiles(log)),
    at("events", events(log)),
    at("stretch", stretch(log)),
  ];
}

function checkpoint(log: LogReader): Router {
  const router = Router();
  router
    .route("/")
    .get(async (_req, res) => sendText(res, 200, "text/plain", found(await log.checkpoint())))
    .all(methodNotAllowed("GET"));
  return router;
}

function key(log: LogReader): Router {
  const router = Router();
  router
    .route("/")
    .get(async (_req, res) => {
      const keys = await log.keys();
      if (keys.length === 0) throw new NotFoundPath();
      sendText(res, 200, "text/plain", `${keys.join("\n")}\n`);
    })
    .all(methodNotAllowed("GET"));
  return router;
}

function tiles(log: LogReader): Router {
  const router = Router();
  const published = async (): Promise<number> => parseCheckpoint(found(await log.checkpoint())).size;
  const immutable = (res: Response, bytes: Buffer): void => {
    res.statusCode = 200;
    res.setHeader("Content-Type", HASHES);
    res.setHeader("Cache-Control", FOREVER);
    res.end(bytes);
  };

  router
    .route("/entries/*tile")
    .get(async (req: Request, res: Response) => {
      const { index, width } = placeOf(req);
      if (!isWithin(await published(), { level: 0, index, width })) throw new NotFoundPath();
      immutable(res, entryBundle(found(await log.entries(index, width))));
    })
    .all(methodNotAllowed("GET"));
  router
    .route("/:level/*tile")
    .get(async (req: Request<{ level: string }>, res: Response) => {
      const { index, width } = placeOf(req);
      const level = /^(0|[1-9]\d?)$/.test(req.params.level) ? Number(req.params.level) : Number.NaN;
      if (!(level <= 63) || !isWithin(await published(), { level, index, width })) throw new NotFoundPath();
      immutable(res, found(await log.tile(level, index, width)));
    })
    .all(methodNotAllowed("GET"));
  return router;
}

/** The data of the entries, one JSON line each. Not cached, because retention removes values. */
function events(log: LogReader): Router {
  const router = Router();
  router
    .route("/*tile")
    .get(async (req: Request, res: Response) => {
      const { index, width } = placeOf(req);
      const kept = found(await log.events(index, width));
      sendText(res, 200, "application/jsonl", eventLines(kept));
    })
    .all(methodNotAllowed("GET"));
  return router;
}

/** Up to 16 bundles in one streamed answer: tile, entries and events of each. */
function stretch(log: LogReader): Router {
  const router = Router();
  router
    .route("/")
    .get(async (req: Request, res: Response) => {
      const [first, count] = [
        numberOf(req, "first", Number.MAX_SAFE_INTEGER),
        numberOf(req, "count", STRETCH_BUNDLES * TILE),
      ];
      if (first % TILE !== 0 || count === 0)
        throw new InvalidParameter("first must be a multiple of 256, and count above 0");
      if (first + count > parseCheckpoint(found(await log.checkpoint())).size) throw new NotFoundPath();
      const bundles = readAhead(Math.ceil(count / TILE), async (at) => {
        const [index, width] = [first / TILE + at, Math.min(TILE, count - at * TILE)];
        const [tile, kept] = await Promise.all([log.tile(0, index, width), log.kept(index, width)]);
        const { entries, events: lines } = found(kept);
        return packedParts({
          tile: found(tile),
          entries: entryBundle(entries),
          events: Buffer.from(eventLines(lines)),
        });
      });
      res.statusCode = 200;
      res.setHeader("Content-Type", HASHES);
      await pipeline(Readable.from(bundles), res);
    })
    .all(methodNotAllowed("GET"));
  return router;
}

function numberOf(req: Request, name: string, most: number): number {
  const value = textOf(req, name) ?? "";
  if (!/^\d{1,16}$/.test(value) || Number(value) > most)
    throw new InvalidParameter(`${name} must be a whole number, at most ${most}`);
  return Number(value);
}

function placeOf(req: Request): { readonly index: number; readonly width: number } {
  // Express returns the parts between the slashes.
  const parts = (req.params as unknown as { readonly tile: readonly string[] }).tile;
  return found(parseTilePath(parts.join("/")));
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new NotFoundPath();
  return value;
}
