import { timingSafeEqual } from "node:crypto";
import { type Request, type Response, Router } from "express";
import type { Clock } from "../../core/clock.ts";
import { sendJson } from "../answer.ts";
import { attemptOfUnknownCaller, type IdentifyDeps } from "../auth/identify.ts";
import { type Refusal, refusal } from "../auth/refusals.ts";
import { NotFoundPath } from "../errors.ts";
import { methodNotAllowed } from "../methods.ts";
import type { AssertionLedger } from "../ports.ts";
import type { SecretCookie } from "../session/cookie.ts";
import { ATTEMPT_SECONDS, type Attempt, beginAttempt, readAttempt } from "./attempt.ts";
import type { Person } from "./claims.ts";
import type { Provider } from "./provider.ts";

export interface OidcSignIn {
  readonly provider: Provider;
  /** The cookie with the data of the attempt. */
  readonly cookie: SecretCookie;
  /** Ensures in all processes that each answer of the provider is used once. */
  readonly ledger: AssertionLedger;
  readonly clock: Pick<Clock, "now">;
}

export interface OidcRoutesOptions extends Pick<IdentifyDeps, "limits" | "addressOf"> {
  /** Undefined: no provider is set. */
  readonly oidc: OidcSignIn | undefined;
  /** Sends the refusal of a sign-in. */
  readonly refuse: (req: Request, res: Response, why: Refusal) => void;
  /** Opens the person's session and answers with its cookie. */
  readonly letIn: (req: Request, res: Response, who: LetIn) => Promise<void>;
}

export interface LetIn {
  readonly person: Person;
  readonly refreshToken?: string;
  readonly returnTo: string;
}

/**
 * `/auth/login`: the redirect to the identity provider. `/auth/callback`: the return (code flow of OpenID
 * Connect Core 1.0).
 */
export function oidcRoutes({ oidc, limits, addressOf, refuse, letIn }: OidcRoutesOptions): Router {
  const router = Router();

  router
    .route("/methods")
    .get((_req, res) => sendJson(res, 200, { methods: oidc ? ["provider", "token"] : ["token"] }))
    .all(methodNotAllowed("GET"));

  router
    .route("/login")
    .get(async (req, res) => {
      if (!oidc) throw new NotFoundPath();
      attemptOfUnknownCaller(limits, addressOf(req));
      const now = oidc.clock.now();
      const text = beginAttempt(now, {
        fresh: req.query.fresh !== undefined,
        returnTo: oneText(req.query.return),
      });
      // Always valid, because it was just made.
      const address = await oidc.provider.addressFor(readAttempt(text, now)!);
      if (!(address instanceof URL)) return refuse(req, res, address.refusal);
      oidc.cookie.write(res, text, ATTEMPT_SECONDS);
      redirect(res, address.href);
    })
    .all(methodNotAllowed("GET"));

  router
    .route("/callback")
    .get(async (req, res) => {
      if (!oidc) throw new NotFoundPath();
      // Previews, prefetching and HEAD must not consume the answer.
      if (req.method === "HEAD" || req.headers["sec-purpose"] !== undefined)
        return refuse(req, res, refusal("oidcState"));
      const caller = attemptOfUnknownCaller(limits, addressOf(req));
      const text = oidc.cookie.read(req);
      oidc.cookie.clear(res);
      const attempt = text === undefined ? undefined : readAttempt(text, oidc.clock.now());
      const query = new URLSearchParams(req.originalUrl.split("?", 2)[1]);
      if (!attempt || !isStateOf(attempt, query)) return refuse(req, res, refusal("oidcState"));
      if (!(await oidc.ledger.consume(attempt.digest, attempt.expiresAt)))
        return refuse(req, res, refusal("oidcReplayed"));
      const answer = await oidc.provider.redeem(query, attempt);
      if (answer.kind === "refused") return refuse(req, res, answer.refusal);
      caller.good();
      const person = withProof(answer.person, attempt, oidc.clock.now());
      await letIn(req, res, { ...answer, person, returnTo: attempt.returnTo });
    })
    .all(methodNotAllowed("GET"));

  return router;
}

/**
 * Without `auth_time`, the time is that of the answer if a new authentication was requested. Otherwise it is
 * unknown.
 */
const withProof = (person: Person, { fresh }: Attempt, now: Date): Person =>
  person.authenticatedAt || !fresh ? person : { ...person, authenticatedAt: now };

function isStateOf({ state }: Attempt, query: URLSearchParams): boolean {
  const [given, right] = [Buffer.from(query.get("state") ?? ""), Buffer.from(state)];
  return given.length === right.length && timingSafeEqual(given, right);
}

const oneText = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

export function redirect(res: Response, to: string): void {
  res.statusCode = 303;
  res.setHeader("Location", to);
  res.setHeader("Referrer-Policy", "no-referrer");
  res.end();
}
