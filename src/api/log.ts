import { type Request, type Response, Router } from "express";
import type { LogReader } from "../history/log/ports.ts";
import { sendText } from "../http/answer.ts";
import { NotFoundPath } from "../http/errors.ts";
import { methodNotAllowed } from "../http/methods.ts";
import type { Mount } from "../http/mount.ts";
import { entryBundle } from "../tlog/bundle.ts";
import { parseCheckpoint } from "../tlog/checkpoint.ts";
import { isWithin, parseTilePath } from "../tlog/tiles.ts";

/* The history as a tiled transparency log (C2SP tlog-tiles), as programs that verify such logs read it. */

const ACCESS = ["history:read"] as const;
const HASHES = "application/octet-stream";
const FOREVER = "private, max-age=31536000, immutable";

/** Below `/history`, beside the view of the dashboard: checkpoint, verifier key, tiles, bundles of entries, and what is kept of their events. */
export function logMounts(log: LogReader): readonly Mount[] {
  const at = (path: string, handler: Router): Mount => ({ path: `/history/${path}`, access: ACCESS, handler });
  return [at("checkpoint", checkpoint(log)), at("key", key(log)), at("tile", tiles(log)), at("events", events(log))];
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

/** What can be compared with the entries, a line of JSON for each; not cached, as retention takes values away. */
function events(log: LogReader): Router {
  const router = Router();
  router
    .route("/*tile")
    .get(async (req: Request, res: Response) => {
      const { index, width } = placeOf(req);
      const kept = found(await log.events(index, width));
      sendText(res, 200, "application/jsonl", kept.map((event) => `${JSON.stringify(event)}\n`).join(""));
    })
    .all(methodNotAllowed("GET"));
  return router;
}

function placeOf(req: Request): { readonly index: number; readonly width: number } {
  // Express gives the parts between the slashes.
  const parts = (req.params as unknown as { readonly tile: readonly string[] }).tile;
  return found(parseTilePath(parts.join("/")));
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new NotFoundPath();
  return value;
}
