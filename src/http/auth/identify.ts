import type { IncomingMessage } from "node:http";
import type { Request, Response } from "express";
import { networkOf } from "../connection/address.ts";
import type { ClientAddress } from "../connection/client-address.ts";
import type { Limits } from "../connection/limits.ts";
import { TooManyRequests, Unauthenticated } from "../errors.ts";
import { traceOf } from "../request-context.ts";
import type { SecretCookie } from "../session/cookie.ts";
import { checkWrite } from "../session/same-origin.ts";
import type { Session } from "../session/session.ts";
import type { Sessions } from "../session/sessions.ts";
import type { Authenticator } from "./auth.ts";
import { type LogRefusal, type Refusal, refusal } from "./refusals.ts";
import type { Actor } from "./scopes.ts";
import type { Verdict } from "./verdict.ts";

export interface IdentifyDeps {
  readonly authenticator: Authenticator;
  readonly limits: Limits;
  readonly addressOf: ClientAddress;
  readonly logRefusal: LogRefusal;
  /** Finds dashboard sessions. Absent: only bearer tokens are accepted. */
  readonly signedIn?: SignedIn;
}

export interface SignedIn {
  readonly sessions: Sessions;
  readonly cookie: SecretCookie;
  readonly publicUrl: string;
}

/**
 * The sender of a request: the actor of its bearer token, or of its session cookie. An Authorization header
 * always has priority. Throws Unauthenticated, TooManyRequests for unknown callers, and CrossSite for a write
 * that another site may have caused.
 */
export type Identify = (req: Request, res: Response) => Promise<Actor>;

export function createIdentify(deps: IdentifyDeps): Identify {
  const { authenticator, limits, addressOf, logRefusal } = deps;
  const findSession = createSessionFinder(deps);

  return async (req, res) => {
    const session = await findSession(req, res);
    if (session) return session.actor;
    const credential = bearerCredential(req);
    const { token } = credential;
    // Guesses from the same address must not lock out a recently valid client.
    const isKnown = token !== undefined && authenticator.wasValidRecently(token);
    const address = isKnown ? "" : addressOf(req);
    const attempt = isKnown ? undefined : attemptOfUnknownCaller(limits, address);
    const verdict: Verdict =
      token === undefined
        ? { ok: false, refusal: credential.refusal }
        : await authenticator.authenticate(token);
    if (verdict.ok) {
      attempt?.good();
      return verdict.actor;
    }
    const from = isKnown ? addressOf(req) : address;
    logRefusal(verdict.refusal, {
      requestId: traceOf(res).requestId,
      path: req.originalUrl,
      address: from,
      credential: token,
    });
    throw new Unauthenticated(req.headers.authorization === undefined ? "missing" : "invalid");
  };
}

/** The session of a request's cookie, also set in its trace. Undefined: there is no valid session. */
export function createSessionFinder({
  signedIn,
  limits,
  addressOf,
}: Pick<IdentifyDeps, "signedIn" | "limits" | "addressOf">) {
  return async (req: Request, res: Response): Promise<Session | undefined> => {
    const secret =
      signedIn && req.headers.authorization === undefined ? signedIn.cookie.read(req) : undefined;
    if (!signedIn || secret === undefined) return undefined;
    const attempt = attemptOfUnknownCaller(limits, addressOf(req));
    const session = await signedIn.sessions.find(secret);
    if (!session) return undefined;
    attempt.good();
    checkWrite(req, secret, signedIn.publicUrl);
    traceOf(res).session = {
      secret,
      ...(session.authenticatedAt ? { authenticatedAt: session.authenticatedAt } : {}),
    };
    return session;
  };
}

/**
 * Takes one of the attempts that unknown callers of this network have. Throws TooManyRequests if there is
 * none. `good` returns the attempt.
 */
export function attemptOfUnknownCaller(
  { unauthenticated }: Pick<Limits, "unauthenticated">,
  address: string,
): { good(): void } {
  const network = networkOf(address);
  const waitMs = unauthenticated.take(network);
  if (waitMs > 0) throw new TooManyRequests(waitMs);
  return { good: () => unauthenticated.giveBack(network) };
}

const SCHEME = /^Bearer +([\x21-\x7e]+) *$/i;

type Credential = { readonly token: string } | { readonly token: undefined; readonly refusal: Refusal };

/**
 * The token of the Authorization header. Another scheme, an empty token or a second header is no credential
 * (docs/threats.md T3).
 */
function bearerCredential(req: IncomingMessage): Credential {
  const header = req.headers.authorization;
  if (header === undefined) return { token: undefined, refusal: refusal("missing") };
  if (countOfHeader(req, "authorization") !== 1)
    return { token: undefined, refusal: refusal("severalHeaders") };
  const token = SCHEME.exec(header)?.[1];
  return token === undefined ? { token, refusal: refusal("notBearer") } : { token };
}

/**
 * Node keeps the first header of a name and hides the others. `headersDistinct` has them all, but costs a
 * second table for every request.
 */
export function countOfHeader({ rawHeaders }: IncomingMessage, lowerName: string): number {
  let found = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === lowerName.length && name.toLowerCase() === lowerName) found++;
  }
  return found;
}
