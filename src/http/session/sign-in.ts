import { type Request, type Response, Router } from "express";
import { sendJson } from "../answer.ts";
import type { Authenticator } from "../auth/auth.ts";
import {
  attemptOfUnknownCaller,
  createSessionFinder,
  type IdentifyDeps,
  type SignedIn,
} from "../auth/identify.ts";
import { type LogRefusal, type Refusal, refusal } from "../auth/refusals.ts";
import { rightsOf } from "../auth/rights.ts";
import { readJsonBody } from "../body.ts";
import { Malformed, Unauthenticated } from "../errors.ts";
import { methodNotAllowed } from "../methods.ts";
import type { Mount } from "../mount.ts";
import { type OidcSignIn, oidcRoutes, redirect } from "../oidc/routes.ts";
import { requestIdOf } from "../request-context.ts";
import { csrfTokenOf } from "./cookie.ts";
import { checkSignIn } from "./same-origin.ts";
import type { OpenedSession, Session } from "./session.ts";
import { SESSION_SECONDS } from "./sessions.ts";

export interface SignInOptions extends Pick<IdentifyDeps, "limits" | "addressOf"> {
  /** Undefined: no identity provider is set. */
  readonly oidc: OidcSignIn | undefined;
  readonly authenticator: Authenticator;
  readonly logRefusal: LogRefusal;
  readonly signedIn: SignedIn;
}

const BODY = { limitBytes: 16_384, types: ["application/json"] };

/**
 * `/auth`: the signed-in person; signing in with an identity provider, a token or a one-time link; signing
 * out.
 */
export function signInMount(options: SignInOptions): Mount {
  const { authenticator, limits, addressOf, logRefusal, signedIn, oidc } = options;
  const { sessions, cookie, publicUrl } = signedIn;
  const find = createSessionFinder(options);

  /** A browser gets a page with the reason, a program gets the status. */
  function refuse(req: Request, res: Response, why: Refusal): void {
    const requestId = requestIdOf(res);
    logRefusal(why, {
      requestId,
      path: req.baseUrl + req.path.replace(/^\/link\/.*/, "/link"),
      address: addressOf(req),
    });
    if (!isForPerson(req)) throw new Unauthenticated("invalid");
    redirect(res, `/?refused=${why.code}&request=${requestId}`);
  }

  const router = Router();
  router
    .route("/session")
    .get(async (req, res) => {
      const session = await find(req, res);
      const secret = cookie.read(req);
      if (!session || secret === undefined) throw new Unauthenticated("missing");
      sendSession(res, session, secret);
    })
    .post(readJsonBody(BODY), async (req, res) => {
      checkSignIn(req, publicUrl);
      const token = tokenIn(req.body);
      const attempt = attemptOfUnknownCaller(limits, addressOf(req));
      const verdict = await authenticator.authenticate(token);
      if (!verdict.ok || verdict.passing) {
        const why = verdict.ok ? refusal("unknownForm") : verdict.refusal;
        logRefusal(why, {
          requestId: requestIdOf(res),
          path: req.originalUrl,
          address: addressOf(req),
          credential: token,
        });
        throw new Unauthenticated("invalid");
      }
      attempt.good();
      const opened = await sessions.openWithToken(verdict.actor, requestIdOf(res));
      await letIn(signedIn, req, res, opened);
      sendSession(res, opened.session, opened.secret);
    })
    .delete(async (req, res) => {
      const session = await find(req, res);
      if (!session) throw new Unauthenticated("missing");
      await sessions.close(session, requestIdOf(res));
      cookie.clear(res);
      res.statusCode = 204;
      res.end();
    })
    .all(methodNotAllowed("GET", "POST", "DELETE"));

  router
    .route("/link/:code")
    .get(async (req: Request<{ code: string }>, res) => {
      // Previews, prefetching and HEAD must not use up the link.
      if (req.method === "HEAD" || req.headers["sec-purpose"] !== undefined)
        throw new Unauthenticated("missing");
      const attempt = attemptOfUnknownCaller(limits, addressOf(req));
      const opened = await sessions.openWithLink(req.params.code, requestIdOf(res));
      if (!opened) return refuse(req, res, refusal("linkRefused"));
      attempt.good();
      await letIn(signedIn, req, res, opened);
      redirect(res, "/");
    })
    .all(methodNotAllowed("GET"));

  router.use(
    oidcRoutes({
      ...{ oidc, limits, addressOf, refuse },
      async letIn(req, res, { person, refreshToken, returnTo }) {
        const opened = await sessions.openByProvider(person, refreshToken, requestIdOf(res));
        await letIn(signedIn, req, res, opened);
        redirect(res, returnTo);
      },
    }),
  );

  return { path: "/auth", access: "public", handler: router };
}

/** Gives the browser the new session. It replaces the present one. */
async function letIn(
  { sessions, cookie }: SignedIn,
  req: Request,
  res: Response,
  { secret: opened }: OpenedSession,
): Promise<void> {
  const secret = cookie.read(req);
  const before = secret === undefined ? undefined : await sessions.find(secret);
  if (before) await sessions.close(before, requestIdOf(res));
  cookie.write(res, opened, SESSION_SECONDS);
}

function sendSession(res: Response, { actor, name, openedAt }: Session, secret: string): void {
  sendJson(res, 200, {
    actor: actor.id,
    name,
    roles: actor.roles ?? [],
    scopes: actor.scopes,
    rights: rightsOf(actor),
    csrf: csrfTokenOf(secret),
    signedInAt: openedAt,
  });
}

function tokenIn(body: unknown): string {
  const token =
    typeof body === "object" && body !== null ? (body as { readonly token?: unknown }).token : undefined;
  if (typeof token === "string" && token.trim() !== "") return token.trim();
  throw new Malformed('the body must be {"token": "<token>"}');
}

const isForPerson = (req: Request): boolean => (req.headers.accept ?? "").includes("text/html");
