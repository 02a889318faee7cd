import type { RequestHandler, Response } from "express";
import type { Clock } from "../core/clock.ts";
import { HOLDERS, mayDo, type Right } from "./auth/rights.ts";
import type { Actor, Scope } from "./auth/scopes.ts";
import type { Turn } from "./connection/client-share.ts";
import { Forbidden, SignInAgain, Unauthenticated } from "./errors.ts";

/** Caller, source and id of a request. Routers pass it to the rooms behind them. */
export interface RequestContext {
  readonly requestId: string;
  readonly receivedAt: Date;
  /** `token:<id>`, `trust:<id>` or `link:<id>`. */
  readonly actor: string;
  readonly sourceId: string;
  readonly scopes: readonly Scope[];
}

/** What the HTTP entry knows about a running request. One object for each request, in `res.locals`. */
export interface Trace {
  readonly requestId: string;
  readonly startedMs: number;
  readonly startedAt: Date;
  /** Path of the mount that answers. Unset: no mount answers. */
  mount?: string;
  actor?: Actor;
  /** Set if a session cookie identified the actor. */
  session?: { readonly secret: string; readonly authenticatedAt?: Date };
  /** Its slot among the client's running requests. */
  turn?: Turn;
}

export function startTrace(res: Response, trace: Trace): void {
  res.locals.trace = trace;
}

// `locals` is untyped in express; only startTrace writes this entry.
export const traceOf = (res: Response): Trace => res.locals.trace as Trace;

/** Our id of the request: `X-Request-Id` of the answer, `requestId` in the log and the history. */
export const requestIdOf = (res: Response): string => traceOf(res).requestId;

/** The authenticated context. Throws Unauthenticated if the mount is public. */
export function requestContext(res: Response): RequestContext {
  const { requestId, startedAt, actor } = traceOf(res);
  if (!actor) throw new Unauthenticated("missing");
  return {
    requestId,
    receivedAt: startedAt,
    actor: actor.id,
    sourceId: actor.sourceId,
    scopes: actor.scopes,
  };
}

/** For a route that needs more rights than its mount. Throws Forbidden if the caller lacks the right. */
export function requireRight(right: Right): RequestHandler {
  return (_req, res, next) => {
    const { actor } = traceOf(res);
    if (!actor) throw new Unauthenticated("missing");
    if (!mayDo(actor, right)) throw new Forbidden(HOLDERS[right].scopes, HOLDERS[right].roles);
    next();
  };
}

const RECENT_MS = 5 * 60_000;

/**
 * For acts that need a recent sign-in: throws SignInAgain if the last authentication is older than five
 * minutes. Tokens pass.
 */
export function assertRecentSignIn(res: Response, clock: Pick<Clock, "now">): void {
  const { session } = traceOf(res);
  const provedMs = session?.authenticatedAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  if (session && clock.now().getTime() - provedMs > RECENT_MS) throw new SignInAgain();
}

/** Does the same before the body of a request is read. */
export function requireRecentSignIn(clock: Pick<Clock, "now">): RequestHandler {
  return (_req, res, next) => {
    assertRecentSignIn(res, clock);
    next();
  };
}
