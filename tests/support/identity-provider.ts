/// <reference path="./oidc-provider.d.ts" />
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { type CryptoKey, decodeJwt, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import { Provider } from "oidc-provider";

/*
 * An identity provider on this machine, of the library oidc-provider, with addresses and claims like those of Entra ID: one tenant, app roles in `roles`. Whoever
 * comes is signed in as `person` without being asked. Its ID tokens can be spoiled on their way out, and its keys changed.
 */

export interface IdentityProvider {
  readonly issuer: string;
  readonly tenant: string;
  /** OIDC_… of a server that trusts it. */
  readonly settings: Readonly<Record<string, string>>;
  /** Who sits at the browser, and what the directory says of them. */
  person: { sub: string; name: string; roles: readonly string[] | undefined };
  /** What becomes of every ID token from now on; undefined leaves them as they are. */
  spoil: ((claims: JWTPayload) => Spoilt) | undefined;
  /** What people were asked for at the authorization endpoint, oldest first. */
  readonly asked: URLSearchParams[];
  /** Signs with a new key from now on, and publishes that alone. */
  rotate(): Promise<void>;
  /** Answers nobody while it is true. */
  isDown: boolean;
  /** Whether it gives no refresh tokens. */
  isForgetful: boolean;
  /** Every refresh token counts no more. */
  isBlocking: boolean;
  close(): Promise<void>;
}

export interface Spoilt {
  readonly claims?: JWTPayload;
  /** Signs with a key that it does not publish. */
  readonly forged?: true;
  /** In place of the whole token. */
  readonly text?: string;
}

export const TENANT = "ce5f061f-abe6-4e40-9615-301f87bcb7f0";
const CLIENT = { id: "5a1e2f3b-0c4d-4e5f-8a9b-0c1d2e3f4a5b", secret: "a-client-secret-of-the-provider" };

interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly published: JWK;
}

/** `publicUrl` is that of the server that people sign in to. */
export async function openIdentityProvider(publicUrl: string): Promise<IdentityProvider> {
  const app = express();
  const server = createServer(app);
  await once(server.listen(0, "127.0.0.1"), "listening");
  // A server that listens on a port has an address of this form.
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const path = `/${TENANT}/v2.0`;
  const [first, stranger] = [await makeKey("key-1"), await makeKey("key-1")];
  let key = first;
  let made = 1;

  const state: IdentityProvider = {
    issuer: origin + path,
    tenant: TENANT,
    settings: { OIDC_ISSUER: origin + path, OIDC_CLIENT_ID: CLIENT.id, OIDC_CLIENT_SECRET: CLIENT.secret },
    person: { sub: "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", name: "Wong Siu Ling 黃小玲", roles: ["admin"] },
    spoil: undefined,
    asked: [],
    isDown: false,
    isForgetful: false,
    isBlocking: false,
    async rotate() {
      key = await makeKey(`key-${++made}`);
    },
    async close() {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };

  async function signed(token: string): Promise<string> {
    const { claims = decodeJwt(token), forged, text } = state.spoil?.(decodeJwt(token)) ?? {};
    if (text !== undefined) return text;
    const { privateKey } = forged ? stranger : key;
    return new SignJWT(claims).setProtectedHeader({ alg: "RS256", typ: "JWT", kid: key.kid }).sign(privateKey);
  }

  const provider = providerOf(state, publicUrl, await exportJWK(first.privateKey));
  provider.use(async (context, next) => {
    await next();
    if (context.path.endsWith("/jwks")) context.body = { keys: [key.published] };
    const body = context.body as { id_token?: string } | undefined;
    if (context.path.endsWith("/token") && body?.id_token !== undefined) context.body = { ...body, id_token: await signed(body.id_token) };
  });

  app.use((_req, res, next) => {
    if (state.isDown) res.destroy();
    else next();
  });
  app.use(path, (req, res, next) => {
    if (req.path === "/auth") state.asked.push(new URLSearchParams(req.originalUrl.split("?")[1]));
    if (req.path === "/token" && state.isBlocking) res.status(400).json({ error: "invalid_grant" });
    else next();
  });
  app.get(`${path}/interaction/:id`, (req, res, next) => {
    provider.interactionFinished(req, res, { login: { accountId: state.person.sub, remember: true } }).catch(next);
  });
  app.use(path, provider.callback());
  return state;
}

function providerOf(state: IdentityProvider, publicUrl: string, jwk: JWK): Provider {
  const scope = "openid profile offline_access";
  const provider: Provider = new Provider(state.issuer, {
    jwks: { keys: [{ ...jwk, use: "sig", alg: "RS256" }] },
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${publicUrl}/auth/callback`],
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    claims: { openid: ["sub"], profile: ["name", "roles", "tid"] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ["a-key-of-a-test"] },
    pkce: { required: () => true },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/${TENANT}/v2.0/interaction/${uid}` },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, name: state.person.name, tid: TENANT, ...(state.person.roles ? { roles: state.person.roles } : {}) }),
    }),
    async loadExistingGrant({ oidc }: { oidc: { client: { clientId: string }; session: { accountId: string } } }) {
      const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope(scope);
      await grant.save();
      return grant;
    },
    issueRefreshToken: async () => !state.isForgetful,
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Grant: 86_400, RefreshToken: 86_400, Session: 86_400 },
  });
  return provider;
}

async function makeKey(kid: string): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { kid, privateKey, published: { ...(await exportJWK(publicKey)), kid, use: "sig", alg: "RS256" } };
}
