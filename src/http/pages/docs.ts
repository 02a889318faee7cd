import { createRequire } from "node:module";
import { dirname } from "node:path";
import { type RequestHandler, Router } from "express";
import { sendText } from "../answer.ts";
import { methodNotAllowed } from "../methods.ts";
import type { Mount } from "../mount.ts";

/**
 * `/openapi.yaml`: the contract with this server's address. `/docs`: the contract in a viewer. `openapi`: the
 * text of the file.
 */
export function docsMounts(openapi: string, publicUrl: string): readonly Mount[] {
  const contract = openapi.replace(
    /^servers:\n(?: +.*\n)+/m,
    `servers:\n  - url: ${JSON.stringify(publicUrl)}\n`,
  );
  const docs = Router();
  docs
    .route("/")
    .get((_req, res) => {
      res.setHeader("Content-Security-Policy", POLICY);
      res.setHeader("Referrer-Policy", "no-referrer");
      sendText(res, 200, "text/html", PAGE);
    })
    .all(methodNotAllowed("GET"));
  docs
    .route("/:part")
    .get((req, res, next) => {
      if (req.params.part === "start.js") return sendText(res, 200, "text/javascript", START);
      const part = PARTS.get(req.params.part);
      if (!part) return next("route");
      res.sendFile(part.file, {
        ...AS_IT_IS,
        root: VIEWER,
        headers: { "Content-Type": `${part.contentType}; charset=utf-8` },
      });
    })
    .all(methodNotAllowed("GET"));
  const description = Router();
  description.route("/").get(file("application/yaml", contract)).all(methodNotAllowed("GET"));
  return [
    { path: "/openapi.yaml", access: "public", handler: description },
    { path: "/docs", access: "public", handler: docs },
  ];
}

const file =
  (contentType: string, text: string): RequestHandler =>
  (_req, res) =>
    sendText(res, 200, contentType, text);

/**
 * The folder of the viewer. A missing package is reported at start. Its 2 MB are read for each request and
 * not cached.
 */
const VIEWER = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/swagger-ui-bundle.js"));

/** The headers of every answer already forbid storing. */
const AS_IT_IS = { cacheControl: false, etag: false, lastModified: false, acceptRanges: false } as const;

/** Only own files. The viewer uses style attributes, and its stylesheet has pictures as data. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>dingtalk-scim: HTTP interface</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/viewer.css">
<noscript>This page needs JavaScript; <a href="/openapi.yaml">openapi.yaml</a> is the same for programs.</noscript>
<div id="docs"></div>
<script src="/docs/viewer.js"></script>
<script src="/docs/start.js"></script>
</html>
`;

/** The page can try only reads, because a click must not change a real organisation. */
const START = `SwaggerUIBundle({
  url: "/openapi.yaml",
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  supportedSubmitMethods: ["get"],
  validatorUrl: null,
});
`;

const PARTS: ReadonlyMap<string, { readonly contentType: string; readonly file: string }> = new Map([
  ["viewer.css", { contentType: "text/css", file: "swagger-ui.css" }],
  ["viewer.js", { contentType: "text/javascript", file: "swagger-ui-bundle.js" }],
]);
