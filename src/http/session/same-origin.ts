import type { IncomingMessage } from "node:http";
import { CrossSite } from "../errors.ts";
import { isCsrfTokenOf } from "./cookie.ts";

/*
 * Whether a browser's request comes from our own page (docs/threats.md T21). There are three signs, and each
 * is enough in most browsers: the origin, the browser's header about the relation of the two sites, and a
 * token that only our page knows.
 */

const READS: readonly (string | undefined)[] = ["GET", "HEAD"];

/** Throws CrossSite for a write with a session that another page may have caused. */
export function checkWrite(req: IncomingMessage, secret: string, publicUrl: string): void {
  if (READS.includes(req.method)) return;
  const { origin, "sec-fetch-site": site, "x-csrf-token": token } = req.headers;
  requireSame(origin, publicUrl);
  if (site !== "same-origin") throw new CrossSite(OTHER_SITE);
  if (!isCsrfTokenOf(secret, token))
    throw new CrossSite("X-CSRF-Token must be the one that GET /auth/session answers");
}

/**
 * For signing in, which programs may do too. The browser's headers must be right, and missing headers are
 * accepted.
 */
export function checkSignIn(req: IncomingMessage, publicUrl: string): void {
  const { origin, "sec-fetch-site": site } = req.headers;
  if (origin !== undefined) requireSame(origin, publicUrl);
  if (site !== undefined && site !== "same-origin" && site !== "none") throw new CrossSite(OTHER_SITE);
}

const OTHER_SITE = "Sec-Fetch-Site must be same-origin";

function requireSame(origin: string | undefined, publicUrl: string): void {
  if (origin !== new URL(publicUrl).origin)
    throw new CrossSite(`open the dashboard at ${publicUrl}: the setting PUBLIC_URL says so`);
}
