import { type Request, type Response, Router } from "express";
import type { Clock } from "../core/clock.ts";
import { isUuid } from "../core/id.ts";
import { isStorableText } from "../core/storable-text.ts";
import { sendJson } from "../http/answer.ts";
import { isRole, ROLES, type Role } from "../http/auth/roles.ts";
import { isScope, SCOPES, type Scope } from "../http/auth/scopes.ts";
import { hashSecret } from "../http/auth/tokens.ts";
import { readJsonBody } from "../http/body.ts";
import { Forbidden, NotFoundPath } from "../http/errors.ts";
import { methodNotAllowed } from "../http/methods.ts";
import type { Mount } from "../http/mount.ts";
import { requestContext, requireRecentSignIn, requireRight, traceOf } from "../http/request-context.ts";
import { makeSecret } from "../http/session/cookie.ts";
import { InvalidParameter } from "./query-values.ts";
import { fieldsOf } from "./requests.ts";

/** Who did it, as the history names them. */
interface By {
  readonly actor: string;
  readonly requestId: string;
}

interface Usable {
  readonly id: string;
  readonly name: string;
  readonly sourceName: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Date;
  readonly lastUsedAt?: Date;
}

export interface AccessRecords {
  readonly tokens: {
    list(): Promise<readonly (Usable & { readonly expiresAt?: Date; readonly revokedAt?: Date })[]>;
    create(
      actor: string,
      token: { readonly name: string; readonly sourceId: string; readonly scopes: readonly Scope[]; readonly expiresAt: Date },
    ): Promise<{ readonly id: string; readonly secret: string; readonly text: string; readonly expiresAt: Date }>;
    revoke(actor: string, id: string): Promise<boolean>;
  };
  readonly trusts: {
    list(): Promise<readonly (Usable & { readonly issuer: string; readonly subject: string; readonly removedAt?: Date })[]>;
    remove(actor: string, id: string): Promise<boolean>;
  };
  readonly sessions: {
    /** Those that have not ended. */
    list(): Promise<readonly SessionSeen[]>;
    /** False when there is none. */
    end(id: string, by: By): Promise<boolean>;
  };
  readonly links: {
    /** Those that can be used. */
    list(): Promise<readonly { readonly id: string; readonly role: string; readonly madeBy: string; readonly expiresAt: Date }[]>;
    add(
      link: { readonly secretHash: Uint8Array; readonly role: Role; readonly reason: string; readonly madeBy: string },
      by: By,
    ): Promise<{ readonly id: string; readonly expiresAt: Date }>;
    remove(id: string, by: By): Promise<boolean>;
  };
  /** The id of a source by its name. */
  readonly sourceId: (name: string) => Promise<string | undefined>;
}

interface SessionSeen {
  readonly id: string;
  readonly actor: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly openedAt: Date;
  readonly usedAt: Date;
}

export interface AccessOptions {
  readonly records: AccessRecords;
  /** What the text of a token begins with, before its id. */
  readonly tokenPrefix: string;
  readonly publicUrl: string;
  readonly clock: Clock;
  /** A token that was good counts no more in this process. */
  readonly forget: (tokenId: string) => void;
}

const DAY_MS = 24 * 60 * 60_000;
const MOST_DAYS = 366;
const MAX_NAME = 200;
const MAX_REASON = 500;

/** `/api/access`: who has a way in, and giving and taking it (docs/threats.md T38). */
export function accessEndpoint({ records, tokenPrefix, publicUrl, clock, forget }: AccessOptions): Mount {
  const { tokens, trusts, sessions, links } = records;
  const router = Router();
  const fresh = requireRecentSignIn(clock);
  const byOf = (res: Response): By => {
    const { actor, requestId } = requestContext(res);
    return { actor, requestId };
  };
  const done = (res: Response, isThere: boolean): void => {
    if (!isThere) throw new NotFoundPath();
    res.statusCode = 204;
    res.end();
  };

  router
    .route("/")
    .get(requireRight("oversee"), async (_req: Request, res: Response) => {
      sendJson(res, 200, await everyWayIn(records, tokenPrefix, traceOf(res).actor?.tokenId));
    })
    .all(methodNotAllowed("GET"));

  router
    .route("/tokens")
    .post(requireRight("administer"), fresh, readJsonBody(), async (req: Request, res: Response) => {
      const { name, source, scopes, days } = tokenIn(req.body);
      demandGivable(res, scopes);
      const sourceId = await records.sourceId(source);
      if (sourceId === undefined) throw new InvalidParameter("there is no source of this name");
      const expiresAt = new Date(clock.now().getTime() + days * DAY_MS);
      const made = await tokens.create(byOf(res).actor, { name, sourceId, scopes, expiresAt });
      sendJson(res, 201, { id: made.id, token: made.text, clientSecret: made.secret, source, scopes, expiresAt: made.expiresAt });
    })
    .all(methodNotAllowed("POST"));

  router
    .route("/tokens/:id")
    .delete(requireRight("administer"), fresh, async (req: Request<{ id: string }>, res: Response) => {
      const isThere = await tokens.revoke(byOf(res).actor, req.params.id);
      forget(req.params.id);
      done(res, isThere);
    })
    .all(methodNotAllowed("DELETE"));

  router
    .route("/links")
    .post(requireRight("administer"), fresh, readJsonBody(), async (req: Request, res: Response) => {
      const { role, reason } = linkIn(req.body);
      const secret = makeSecret();
      const { actor } = byOf(res);
      const { id, expiresAt } = await links.add({ secretHash: hashSecret(secret), role, reason, madeBy: actor }, byOf(res));
      sendJson(res, 201, { id, url: `${publicUrl}/auth/link/${secret}`, role, expiresAt });
    })
    .all(methodNotAllowed("POST"));

  // One after another, so that the routes stand with their paths.
  router
    .route("/trusts/:id")
    .delete(requireRight("administer"), fresh, async (req: Request<{ id: string }>, res: Response) => {
      const { id } = req.params;
      const isThere = isUuid(id) && (await trusts.remove(byOf(res).actor, id));
      forget(id);
      done(res, isThere);
    })
    .all(methodNotAllowed("DELETE"));

  router
    .route("/links/:id")
    .delete(requireRight("administer"), fresh, async (req: Request<{ id: string }>, res: Response) =>
      done(res, isUuid(req.params.id) && (await links.remove(req.params.id, byOf(res)))),
    )
    .all(methodNotAllowed("DELETE"));

  router
    .route("/sessions/:id")
    .delete(requireRight("administer"), fresh, async (req: Request<{ id: string }>, res: Response) =>
      done(res, isUuid(req.params.id) && (await sessions.end(req.params.id, byOf(res)))),
    )
    .all(methodNotAllowed("DELETE"));

  return { path: "/api/access", access: ["admin", "history:read"], handler: router };
}

/** `own`: the id of the caller's session. */
async function everyWayIn({ tokens, trusts, sessions, links }: AccessRecords, tokenPrefix: string, own: string | undefined) {
  const [allTokens, allTrusts, allSessions, allLinks] = await Promise.all([tokens.list(), trusts.list(), sessions.list(), links.list()]);
  return {
    tokens: allTokens.map(({ id, name, sourceName, scopes, createdAt, ...token }) => ({
      ...{ id, name, prefix: `${tokenPrefix}${id}_`, source: sourceName, scopes, createdAt },
      expiresAt: token.expiresAt ?? null,
      lastUsedAt: token.lastUsedAt ?? null,
      revokedAt: token.revokedAt ?? null,
    })),
    trusts: allTrusts.map(({ id, name, sourceName, scopes, issuer, subject, createdAt, ...trust }) => ({
      ...{ id, name, source: sourceName, scopes, issuer, subject, createdAt },
      lastUsedAt: trust.lastUsedAt ?? null,
      removedAt: trust.removedAt ?? null,
    })),
    sessions: allSessions.map(({ id, actor, name, roles, scopes, openedAt, usedAt }) => ({
      ...{ id, actor, name, roles, scopes, openedAt, usedAt },
      own: own === id,
    })),
    links: allLinks.map(({ id, role, madeBy, expiresAt }) => ({ id, role, madeBy, expiresAt })),
  };
}

/** A token, and a session of one, gives no scope that it does not have itself; somebody with the role admin gives any. */
function demandGivable(res: Response, scopes: readonly Scope[]): void {
  const { actor } = traceOf(res);
  const missing = actor?.roles?.includes("admin") ? [] : scopes.filter((scope) => !actor?.scopes.includes(scope));
  if (missing.length > 0) throw new Forbidden(missing);
}

function tokenIn(body: unknown) {
  const { name, source = "default", scopes, days = MOST_DAYS, ...more } = fieldsOf(body) ?? {};
  const isDays = typeof days === "number" && Number.isInteger(days) && days >= 1 && days <= MOST_DAYS;
  const areScopes = Array.isArray(scopes) && scopes.length > 0 && scopes.every((scope) => typeof scope === "string" && isScope(scope));
  if (isText(name, MAX_NAME) && isText(source, MAX_NAME) && areScopes && isDays && Object.keys(more).length === 0)
    return { name: name.trim(), source, scopes: [...new Set(scopes as readonly Scope[])], days };
  throw new InvalidParameter(
    `the body must be {"name": "<text>", "scopes": [some of ${SCOPES.join(", ")}]}, and may hold "source" and "days" (1 to ${MOST_DAYS})`,
  );
}

function linkIn(body: unknown): { readonly role: Role; readonly reason: string } {
  const { role, reason } = fieldsOf(body) ?? {};
  if (typeof role === "string" && isRole(role) && isText(reason, MAX_REASON)) return { role, reason: reason.trim() };
  throw new InvalidParameter(`the body must be {"role": "<${ROLES.join(", ")}>", "reason": "<why>"}`);
}

const isText = (value: unknown, most: number): value is string =>
  typeof value === "string" && value.trim() !== "" && value.length <= most && isStorableText(value);
