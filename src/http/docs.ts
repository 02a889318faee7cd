import { Router } from "express";
import { sendText } from "./answer.ts";
import { methodNotAllowed } from "./methods.ts";
import type { Mount } from "./mount.ts";

/** `/openapi.yaml`, the contract as it is, and `/docs`, the same for reading in a browser. `openapi` is the text of the file. */
export function docsMounts(openapi: string): readonly Mount[] {
  const page = docsPage(openapi);
  const contract = Router();
  contract
    .route("/")
    .get((_req, res) => sendText(res, 200, "application/yaml", openapi))
    .all(methodNotAllowed("GET"));

  const docs = Router();
  docs
    .route("/")
    .get((_req, res) => {
      res.setHeader(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      );
      res.setHeader("Referrer-Policy", "no-referrer");
      sendText(res, 200, "text/html", page);
    })
    .all(methodNotAllowed("GET"));

  return [
    { path: "/openapi.yaml", access: "public", handler: contract },
    { path: "/docs", access: "public", handler: docs },
  ];
}

const docsPage = (openapi: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>dingtalk-scim: HTTP interface</title>
<style>
  body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color-scheme: light dark; }
  pre { overflow-x: auto; font-size: .85rem; }
</style>
<h1>dingtalk-scim: HTTP interface</h1>
<p>This is <a href="/openapi.yaml">openapi.yaml</a>, the description that tools read.</p>
<pre>${escaped(openapi)}</pre>
</html>
`;

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
