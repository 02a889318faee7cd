import { type Request, type Response, Router } from "express";
import type { Clock } from "../../core/clock.ts";
import { isUuid } from "../../core/id.ts";
import { sendJson } from "../../http/answer.ts";
import { isKeyAddress } from "../../http/auth/federation/key-address.ts";
import type { Scope } from "../../http/auth/scopes.ts";
import { hashSecret } from "../../http/auth/tokens.ts";
import { readJsonBody } from "../../http/body.ts";
import { Forbidden, NotFoundPath } from "../../http/errors.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import type { Mount } from "../../http/mount.ts";
import { requestContext, requireRecentSignIn, requireRight, traceOf } from "../../http/request-context.ts";
import { makeSecret } from "../../http/session/cookie.ts";
import { InvalidParameter } from "../query-values.ts";
import type { AccessRecords, By } from "./access-records.ts";
import { linkIn, tokenIn, trustIn } from "./new-access.ts";
import { everyWayIn } from "./ways-in.ts";

export interface AccessOptions {
  readonly records: AccessRecords;
  /** The text of a token before its id. */
  readonly tokenPrefix: string;
  readonly publicUrl: string;
  /** Origins from which keys of issuers may be fetched. */
  readonly keyOrigins: readonly string[];
  readonly clock: Clock;
  /** Drops cached results of a token in this process. */
  readonly forget: (tokenId: string) => void;
}

const DAY_MS = 24 * 60 * 60_000;

/** `/api/access`: tokens, trusts, sessions and links; creating and ending them (docs/threats.md T38). */
export function accessEndpoint(options: AccessOptions): Mount {
  const { records, tokenPrefix, clock, forget } = options;
  const router = Router();
  const administers = [requireRight("administer"), requireRecentSignIn(clock)] as const;

  router
    .route("/")
    .get(requireRight("oversee"), async (_req: Request, res: Response) => {
      sendJson(res, 200, await everyWayIn(records, tokenPrefix, traceOf(res).actor?.tokenId));
    })
    .all(methodNotAllowed("GET"));

  for (const [path, make] of Object.entries(makersOf(options)))
    router
      .route(path)
      .post(...administers, readJsonBody(), async (req: Request, res: Response) =>
        sendJson(res, 201, await make(req.body, res)),
      )
      .all(methodNotAllowed("POST"));

  for (const [path, end] of Object.entries(endersOf(records, forget)))
    router
      .route(path)
      .delete(...administers, async (req: Request<{ id: string }>, res: Response) => {
        if (!(await end(req.params.id, byOf(res)))) throw new NotFoundPath();
        res.statusCode = 204;
        res.end();
      })
      .all(methodNotAllowed("DELETE"));

  return { path: "/api/access", access: ["admin", "history:read"], handler: router };
}

function byOf(res: Response): By {
  const { actor, requestId } = requestContext(res);
  return { actor, requestId };
}

type Maker = (body: unknown, res: Response) => Promise<object>;

/** Creates access, by its path. Resolves with the visible fields, and with secrets only this once. */
function makersOf({ records, publicUrl, keyOrigins, clock }: AccessOptions): Readonly<Record<string, Maker>> {
  const { tokens, trusts, links } = records;
  /** Rejects if the caller may not give these scopes, or if there is no such source. */
  const sourceFor = async (
    res: Response,
    { source, scopes }: { readonly source: string; readonly scopes: readonly Scope[] },
  ) => {
    requireGivable(res, scopes);
    const sourceId = await records.sourceId(source);
    if (sourceId === undefined) throw new InvalidParameter("there is no source of this name");
    return sourceId;
  };
  return {
    async "/tokens"(body, res) {
      const { name, source, scopes, days } = tokenIn(body);
      const sourceId = await sourceFor(res, { source, scopes });
      const expiresAt = new Date(clock.now().getTime() + days * DAY_MS);
      const made = await tokens.create(byOf(res).actor, { name, sourceId, scopes, expiresAt });
      return {
        id: made.id,
        token: made.text,
        clientSecret: made.secret,
        source,
        scopes,
        expiresAt: made.expiresAt,
      };
    },

    async "/trusts"(body, res) {
      const { name, source, scopes, decided } = trustIn(body);
      if (!isKeyAddress(decided.jwksUrl, keyOrigins))
        throw new InvalidParameter(
          `the keys may be fetched from ${keyOrigins.join(", ")} only; ASSERTION_KEY_HOSTS names the hosts`,
        );
      const sourceId = await sourceFor(res, { source, scopes });
      const id = await trusts.add(byOf(res).actor, { name, sourceId, scopes, ...decided });
      return {
        id,
        tokenEndpoint: `${publicUrl}/oauth2/token`,
        tenantUrl: `${publicUrl}/scim/v2`,
        source,
        scopes,
        ...decided,
      };
    },

    async "/links"(body, res) {
      const { role, reason } = linkIn(body);
      const secret = makeSecret();
      const { actor } = byOf(res);
      const { id, expiresAt } = await links.add(
        { secretHash: hashSecret(secret), role, reason, madeBy: actor },
        byOf(res),
      );
      return { id, url: `${publicUrl}/auth/link/${secret}`, role, expiresAt };
    },
  };
}

type Ender = (id: string, by: By) => Promise<boolean>;

/** Ends access, by its path. Resolves with whether it existed. */
function endersOf(
  { tokens, trusts, sessions, links }: AccessRecords,
  forget: AccessOptions["forget"],
): Readonly<Record<string, Ender>> {
  return {
    async "/tokens/:id"(id, { actor }) {
      const isThere = await tokens.revoke(actor, id);
      forget(id);
      return isThere;
    },
    async "/trusts/:id"(id, { actor }) {
      const isThere = isUuid(id) && (await trusts.remove(actor, id));
      forget(id);
      return isThere;
    },
    "/links/:id": async (id, by) => isUuid(id) && links.remove(id, by),
    "/sessions/:id": async (id, by) => isUuid(id) && sessions.end(id, by),
  };
}

/**
 * A token, or a session opened with one, can give only scopes that it has itself. A person with the role
 * admin can give all.
 */
function requireGivable(res: Response, scopes: readonly Scope[]): void {
  const { actor } = traceOf(res);
  const missing = actor?.roles?.includes("admin")
    ? []
    : scopes.filter((scope) => !actor?.scopes.includes(scope));
  if (missing.length > 0) throw new Forbidden(missing);
}
