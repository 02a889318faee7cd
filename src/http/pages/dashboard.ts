import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Request, type Response, Router } from "express";
import { sendText } from "../answer.ts";
import { methodNotAllowed } from "../methods.ts";
import type { Mount } from "../mount.ts";

/*
 * The dashboard: files built from web/, the same for all users. Their data come from the API, with the
 * session of the user.
 */

/** Each view has an address that can be bookmarked and shared. The page reads it. */
const PAGES = [
  "/",
  "/needs-you",
  "/holds/:id",
  "/incidents/:id",
  "/people",
  "/people/:id",
  "/departments",
  "/plan",
  "/mapping",
  "/history",
  "/history/:id",
  "/connections",
  "/access",
  "/reports",
  "/reports/leavers",
  "/reports/evidence",
  "/report",
  "/verify",
] as const;

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

interface Part {
  readonly type: string;
  readonly bytes: Buffer;
  readonly zipped: Buffer;
}

/**
 * `folder` is dist/web, read at the start of the server. If it was not built, the page shows the command to
 * build it.
 */
export function dashboardMounts(folder: string): readonly Mount[] {
  const html = existsSync(join(folder, "index.html"))
    ? readFileSync(join(folder, "index.html"), "utf8")
    : NOT_BUILT;
  const parts = readParts(join(folder, "assets"));

  const assets = Router();
  assets
    .route("/:part")
    .get((req, res, next) => {
      const part = parts.get(req.params.part);
      if (!part) return next("route");
      sendPart(req, res, part);
    })
    .all(methodNotAllowed("GET"));

  const pages = Router();
  for (const path of PAGES)
    pages
      .route(path)
      .get((_req, res) => {
        res.setHeader("Content-Security-Policy", POLICY);
        res.setHeader("Referrer-Policy", "no-referrer");
        res.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        sendText(res, 200, "text/html", html);
      })
      .all(methodNotAllowed("GET"));

  return [
    { path: "/assets", access: "public", handler: assets },
    { path: "/", access: "public", handler: pages },
  ];
}

/** Only own files, no inline scripts, and no text that becomes markup (docs/threats.md T22). */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

function readParts(folder: string): ReadonlyMap<string, Part> {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => extname(name) in TYPES) : [];
  return new Map(
    names.map((name) => {
      const bytes = readFileSync(join(folder, name));
      return [name, { type: TYPES[extname(name)]!, bytes, zipped: gzipSync(bytes, { level: 9 }) }];
    }),
  );
}

/** The name of a part has a hash of its content. */
function sendPart(req: Request, res: Response, { type, bytes, zipped }: Part): void {
  const isZipped = /\bgzip\b/.test(req.headers["accept-encoding"] ?? "");
  res.statusCode = 200;
  res.setHeader("Content-Type", type);
  res.setHeader("Cache-Control", "public, max-age=31536000, immutable");
  res.setHeader("Vary", "Accept-Encoding");
  if (isZipped) res.setHeader("Content-Encoding", "gzip");
  res.end(isZipped ? zipped : bytes);
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>dingtalk-scim</title>
<p>The dashboard was not built. Install with the development packages (<code>npm ci</code>), then <code>npm run build</code> and start again.</p>
<p>The interface for programs is described at <a href="/docs">/docs</a>.</p>
</html>
`;
