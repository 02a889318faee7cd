/// <reference path="./oidc-provider.d.ts" />
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import {
  type CryptoKey,
  decodeJwt,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from "jose";
import { Provider } from "oidc-provider";

/*
 * A local identity provider, made with the library oidc-provider. Its addresses and claims are like those of
 * Entra ID: one tenant, app roles in `roles`. It signs in every caller as `person` without a page. Tests can
 * falsify its ID tokens and change its keys.
 */

export interface IdentityProvider {
  readonly issuer: string;
  readonly tenant: string;
  /** The settings OIDC_… of a server that trusts this provider. */
  readonly settings: Readonly<Record<string, string>>;
  /** The person who signs in, with their claims. */
  person: { sub: string; name: string; roles: readonly string[] | undefined };
  /** Falsifies each later ID token. Undefined leaves them unchanged. */
  spoil: ((claims: JWTPayload) => Spoilt) | undefined;
  /** Parameters of the requests to the authorization endpoint, oldest first. */
  readonly asked: URLSearchParams[];
  /** Changes the signing key. Only the new key is published. */
  rotate(): Promise<void>;
  /** While it is true, no request gets an answer. */
  isDown: boolean;
  /** While it is true, the provider issues no refresh tokens. */
  isForgetful: boolean;
  /** While it is true, the provider refuses all refresh tokens. */
  isBlocking: boolean;
  close(): Promise<void>;
}

export interface Spoilt {
  readonly claims?: JWTPayload;
  /** Signed with a key that is not published. */
  readonly forged?: true;
  /** Replaces the whole token. */
  readonly text?: string;
}

export const TENANT = "ce5f061f-abe6-4e40-9615-301f87bcb7f0";
const CLIENT = { id: "5a1e2f3b-0c4d-4e5f-8a9b-0c1d2e3f4a5b", secret: "a-client-secret-of-the-provider" };

interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly published: JWK;
}

/** `publicUrl`: URL of the server that people sign in to. */
export async function openIdentityProvider(publicUrl: string): Promise<IdentityProvider> {
  const app = express();
  const server = createServer(app);
  await once(server.listen(0, "127.0.0.1"), "listening");
  // The address of a server that listens on a port is an object.
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const path = `/${TENANT}/v2.0`;
  const [first, stranger] = [await makeKey("key-1"), await makeKey("key-1")];
  let key = first;
  let made = 1;

  const state: IdentityProvider = {
    issuer: origin + path,
    tenant: TENANT,
    settings: { OIDC_ISSUER: origin + path, OIDC_CLIENT_ID: CLIENT.id, OIDC_CLIENT_SECRET: CLIENT.secret },
    person: {
      sub: "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
      name: "Wong Siu Ling 黃小玲",
      roles: ["admin"],
    },
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
    return new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: key.kid })
      .sign(privateKey);
  }

  const provider = providerOf(state, publicUrl, await exportJWK(first.privateKey));
  provider.use(async (context, next) => {
    await next();
    if (context.path.endsWith("/jwks")) context.body = { keys: [key.published] };
    const body = context.body as { id_token?: string } | undefined;
    if (context.path.endsWith("/token") && body?.id_token !== undefined)
      context.body = { ...body, id_token: await signed(body.id_token) };
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
    provider
      .interactionFinished(req, res, { login: { accountId: state.person.sub, remember: true } })
      .catch(next);
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
    interactions: {
      url: (_context: unknown, { uid }: { uid: string }) => `/${TENANT}/v2.0/interaction/${uid}`,
    },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: state.person.name,
        tid: TENANT,
        ...(state.person.roles ? { roles: state.person.roles } : {}),
      }),
    }),
    async loadExistingGrant({
      oidc,
    }: {
      oidc: { client: { clientId: string }; session: { accountId: string } };
    }) {
      const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope(scope);
      await grant.save();
      return grant;
    },
    issueRefreshToken: async () => !state.isForgetful,
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      IdToken: 600,
      Interaction: 600,
      Grant: 86_400,
      RefreshToken: 86_400,
      Session: 86_400,
    },
  });
  return provider;
}

async function makeKey(kid: string): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { kid, privateKey, published: { ...(await exportJWK(publicKey)), kid, use: "sig", alg: "RS256" } };
}
