import type { IncomingMessage } from "node:http";
import type { Request, RequestHandler } from "express";
import type { Authenticator } from "./auth.ts";
import { Forbidden, MethodNotAllowed, MisdirectedRequest, TooManyRequests, Unauthenticated } from "./errors.ts";
import { isOnLoopback } from "./host.ts";
import type { Limits } from "./limits.ts";
import type { Mount } from "./mount.ts";
import { traceOf } from "./request-context.ts";
import { type Actor, allows } from "./scopes.ts";

export type Gate = Omit<Mount, "handler" | "renderError">;

export interface GateDeps {
  readonly authenticator: Authenticator;
  readonly limits: Limits;
  readonly isOurHost: (header: string | undefined, localAddress: string | undefined) => boolean;
}

/** Stands before a mount and reads headers only: host, method, credential, limit, scope; in this order, each with its own error. */
export function createGate(gate: Gate, { authenticator, limits, isOurHost }: GateDeps): RequestHandler {
  const authenticate = async (req: Request): Promise<Actor> => {
    const token = bearerToken(req);
    // Whoever was let in a short while ago is not kept out because somebody else behind the same address guesses.
    if (token !== undefined && authenticator.recognises(token)) return verified(req, await authenticator.authenticate(token));
    const address = req.ip ?? "unknown";
    const waitMs = await limits.strangers.take(address);
    if (waitMs > 0) throw new TooManyRequests(waitMs);
    const actor = verified(req, token === undefined ? undefined : await authenticator.authenticate(token));
    await limits.strangers.giveBack(address);
    return actor;
  };

  return async (req, res, next) => {
    const trace = traceOf(res);
    trace.mount = gate.path;
    if (!gate.anyHost && !isOurHost(req.headers.host, req.socket.localAddress)) throw new MisdirectedRequest();
    if (req.method === "TRACE") throw new MethodNotAllowed(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
    if (gate.access !== "public" && !(gate.openOnLoopback && isOnLoopback(req))) {
      const actor = await authenticate(req);
      trace.actor = actor;
      if (gate.rateLimited) {
        const waitMs = limits.perClient.take(actor.tokenId);
        if (waitMs > 0) throw new TooManyRequests(waitMs);
      }
      if (!allows(actor, gate.access)) throw new Forbidden(gate.access);
    }
    next();
  };
}

function verified(req: Request, actor: Actor | undefined): Actor {
  if (actor) return actor;
  throw new Unauthenticated(req.headers.authorization === undefined ? "missing" : "invalid");
}

const SCHEME = /^Bearer +([\x21-\x7e]+) *$/i;

/** The token of the one Authorization header. Another scheme, an empty token and a second header are no credential (safety.md T3). */
function bearerToken(req: IncomingMessage): string | undefined {
  const header = req.headers.authorization;
  if (header === undefined || authorizationHeaders(req) !== 1) return undefined;
  return SCHEME.exec(header)?.[1];
}

/** Node keeps the first of several and hides the rest; `headersDistinct` would show them, at the price of a second table for every request. */
function authorizationHeaders({ rawHeaders }: IncomingMessage): number {
  let found = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 13 && name.toLowerCase() === "authorization") found++;
  }
  return found;
}
