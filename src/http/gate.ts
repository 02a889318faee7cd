import type { IncomingMessage } from "node:http";
import type { Request, RequestHandler, Response } from "express";
import type { Authenticator, Verdict } from "./auth/auth.ts";
import { type LogRefusal, type Refusal, refusal } from "./auth/refusals.ts";
import { type Actor, allows } from "./auth/scopes.ts";
import { networkOf } from "./connection/address.ts";
import type { ClientAddress } from "./connection/client-address.ts";
import { isOnLoopback } from "./connection/host.ts";
import type { Limits } from "./connection/limits.ts";
import { Forbidden, Malformed, MethodNotAllowed, MisdirectedRequest, TooManyRequests, Unauthenticated } from "./errors.ts";
import type { Mount } from "./mount.ts";
import { traceOf } from "./request-context.ts";

export type Gate = Omit<Mount, "handler" | "renderError">;

export interface GateDeps {
  readonly authenticator: Authenticator;
  readonly limits: Limits;
  readonly isOurHost: (header: string | undefined, localAddress: string | undefined) => boolean;
  readonly addressOf: ClientAddress;
  readonly logRefusal: LogRefusal;
}

/** Stands before a mount and reads headers only: address, host, method, credential, limit, scope; in this order, each with its own error. */
export function createGate(gate: Gate, deps: GateDeps): RequestHandler {
  const { authenticator, limits, isOurHost, addressOf, logRefusal } = deps;

  async function authenticate(req: Request, res: Response): Promise<Actor> {
    const credential = bearerCredential(req);
    const { token } = credential;
    // Whoever was let in a short while ago is not kept out because somebody else behind the same address guesses.
    const isKnown = token !== undefined && authenticator.wasValidRecently(token);
    const address = isKnown ? "" : addressOf(req);
    const network = isKnown ? "" : networkOf(address);
    if (!isKnown) {
      const waitMs = limits.unauthenticated.take(network);
      if (waitMs > 0) throw new TooManyRequests(waitMs);
    }
    const verdict: Verdict = token === undefined ? { ok: false, refusal: credential.refusal } : await authenticator.authenticate(token);
    if (verdict.ok) {
      if (!isKnown) limits.unauthenticated.giveBack(network);
      return verdict.actor;
    }
    const from = isKnown ? addressOf(req) : address;
    logRefusal(verdict.refusal, { requestId: traceOf(res).requestId, path: req.originalUrl, address: from, credential: token });
    throw new Unauthenticated(req.headers.authorization === undefined ? "missing" : "invalid");
  }

  return async (req, res, next) => {
    const trace = traceOf(res);
    trace.mount = gate.path;
    // PostgreSQL stores no NUL, so nothing can have such a name; and no proxy or log has to meet it.
    if (req.url.includes("%00")) throw new Malformed("the address holds the character NUL");
    if (count(req, "host") > 1) throw new Malformed("there is more than one Host header");
    if (!gate.anyHost && !isOurHost(req.headers.host, req.socket.localAddress)) throw new MisdirectedRequest();
    if (req.method === "TRACE") throw new MethodNotAllowed(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
    if (gate.access !== "public" && !(gate.openOnLoopback && isOnLoopback(req))) {
      const actor = await authenticate(req, res);
      trace.actor = actor;
      if (gate.rateLimited) {
        const waitMs = limits.perClient.take(actor.tokenId);
        if (waitMs > 0) throw new TooManyRequests(waitMs);
      }
      if (!allows(actor, gate.access)) throw new Forbidden(gate.access);
      const turn = limits.share.enter(actor.tokenId);
      trace.turn = turn;
      // Gone while the token was looked up: nobody would end the turn.
      if (res.closed) turn.end();
      if (turn.granted) await turn.granted;
    }
    next();
  };
}

const SCHEME = /^Bearer +([\x21-\x7e]+) *$/i;

type Credential = { readonly token: string } | { readonly token: undefined; readonly refusal: Refusal };

/** The token of the one Authorization header. Another scheme, an empty token and a second header are no credential (docs/threats.md T3). */
function bearerCredential(req: IncomingMessage): Credential {
  const header = req.headers.authorization;
  if (header === undefined) return { token: undefined, refusal: refusal("missing") };
  if (count(req, "authorization") !== 1) return { token: undefined, refusal: refusal("severalHeaders") };
  const token = SCHEME.exec(header)?.[1];
  return token === undefined ? { token, refusal: refusal("notBearer") } : { token };
}

/** Node keeps the first of several and hides the rest; `headersDistinct` would show them, at the price of a second table for every request. */
function count({ rawHeaders }: IncomingMessage, lowerName: string): number {
  let found = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === lowerName.length && name.toLowerCase() === lowerName) found++;
  }
  return found;
}
