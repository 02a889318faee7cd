import type { RequestHandler } from "express";
import { countOfHeader, type Identify } from "./auth/identify.ts";
import { allows } from "./auth/scopes.ts";
import { isOnLoopback } from "./connection/host.ts";
import type { Limits } from "./connection/limits.ts";
import { Forbidden, Malformed, MethodNotAllowed, MisdirectedRequest, TooManyRequests } from "./errors.ts";
import type { Mount } from "./mount.ts";
import { traceOf } from "./request-context.ts";

export type Gate = Omit<Mount, "handler" | "renderError">;

export interface GateDeps {
  readonly identify: Identify;
  readonly limits: Limits;
  readonly isOurHost: (header: string | undefined, localAddress: string | undefined) => boolean;
}

/**
 * Runs before a mount and reads only headers. Checks address, host, method, credential, limit and scope, in
 * this order, each with its own error.
 */
export function createGate(gate: Gate, { identify, limits, isOurHost }: GateDeps): RequestHandler {
  return async (req, res, next) => {
    const trace = traceOf(res);
    trace.mount = gate.path;
    // PostgreSQL cannot store NUL, so no resource has such a name. Proxies and logs should not get it either.
    if (req.url.includes("%00")) throw new Malformed("the address holds the character NUL");
    if (countOfHeader(req, "host") > 1) throw new Malformed("there is more than one Host header");
    if (!gate.anyHost && !isOurHost(req.headers.host, req.socket.localAddress))
      throw new MisdirectedRequest();
    if (req.method === "TRACE") throw new MethodNotAllowed(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
    if (gate.access !== "public" && !(gate.openOnLoopback && isOnLoopback(req))) {
      const actor = await identify(req, res);
      trace.actor = actor;
      if (gate.rateLimited) {
        const waitMs = limits.perClient.take(actor.tokenId);
        if (waitMs > 0) throw new TooManyRequests(waitMs);
      }
      if (!allows(actor, gate.access)) throw new Forbidden(gate.access);
      const turn = limits.share.enter(actor.tokenId);
      trace.turn = turn;
      // The client disconnected during the token look-up. Nothing else would release its slot.
      if (res.closed) turn.end();
      if (turn.granted) await turn.granted;
    }
    next();
  };
}
