import * as client from "openid-client";
import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Attempt } from "./attempt.ts";
import { personOf } from "./claims.ts";
import { type NotSignedIn, refused, type SignedInPerson, verdictOn } from "./provider-answers.ts";
import type { OidcSettings } from "./settings.ts";

/*
 * The identity provider: code flow with PKCE (RFC 9700 section 2.1.1). It is contacted at the first sign-in,
 * so a provider that is down does not keep the server from starting. Its keys are fetched for each sign-in,
 * which is rare, so a new key is accepted immediately.
 */

export interface Provider {
  /** The provider's address for the browser. */
  addressFor(attempt: Attempt): Promise<URL | NotSignedIn>;
  /** The person who came back. `query`: that of the return address. */
  redeem(query: URLSearchParams, attempt: Attempt): Promise<SignedInPerson>;
  /** The present state of the person. */
  lookAgain(refreshToken: string): Promise<SignedInPerson>;
}

export interface ProviderOptions {
  readonly settings: OidcSettings;
  readonly publicUrl: string;
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly logger: Logger;
}

const TIMEOUT_SECONDS = 5;
/** The provider's metadata are cached for this time, because they rarely change. */
const KNOWN_MS = 10 * 60_000;
/** `offline_access`: a refresh token, for checking the roles again. */
const SCOPE = "openid profile offline_access";

const callbackOf = (publicUrl: string): string => `${publicUrl}/auth/callback`;

export function createProvider({ settings, publicUrl, clock, logger }: ProviderOptions): Provider {
  let known: { readonly metadata: client.ServerMetadata; readonly atMs: number } | undefined;
  const isPlain = settings.issuer.startsWith("http:");
  const secret = settings.clientSecret.reveal();

  async function metadata(): Promise<client.ServerMetadata> {
    if (known && clock.monotonicMs() - known.atMs < KNOWN_MS) return known.metadata;
    const found = await client.discovery(new URL(settings.issuer), settings.clientId, secret, undefined, {
      timeout: TIMEOUT_SECONDS,
      // The settings allow this only for a provider on this machine.
      ...(isPlain ? { execute: [client.allowInsecureRequests] } : {}),
    });
    known = { metadata: { ...found.serverMetadata() }, atMs: clock.monotonicMs() };
    return known.metadata;
  }

  /** Made new each time, because the library caches keys by configuration. */
  async function configuration(): Promise<client.Configuration> {
    const server = await metadata();
    const byPost = server.token_endpoint_auth_methods_supported?.includes("client_secret_post") ?? false;
    const made = new client.Configuration(
      server,
      settings.clientId,
      { client_secret: secret },
      byPost ? client.ClientSecretPost(secret) : client.ClientSecretBasic(secret),
    );
    made.timeout = TIMEOUT_SECONDS;
    if (isPlain) client.allowInsecureRequests(made);
    // The signature of the ID token is checked too, although it comes from the provider over TLS.
    client.enableNonRepudiationChecks(made);
    return made;
  }

  /** `ask` requests tokens from the provider. */
  async function personBy(
    ask: (
      made: client.Configuration,
    ) => Promise<client.TokenEndpointResponse & client.TokenEndpointResponseHelpers>,
  ): Promise<SignedInPerson> {
    let made: client.Configuration;
    try {
      made = await configuration();
    } catch (error) {
      return unavailable(error);
    }
    try {
      const tokens = await ask(made);
      const claims = tokens.claims();
      if (!claims) return refused("oidcToken", "the provider sent no ID token");
      const reading = personOf(claims, settings);
      if (reading.kind === "refused") return refused(reading.code, reading.reason);
      return {
        ...reading,
        ...(tokens.refresh_token === undefined ? {} : { refreshToken: tokens.refresh_token }),
      };
    } catch (error) {
      return verdictOn(error) ?? unavailable(error);
    }
  }

  function unavailable(error: unknown) {
    logger.warn({ error }, "the identity provider did not answer");
    return refused("oidcUnavailable");
  }

  return {
    async addressFor({ state, nonce, verifier, fresh }) {
      try {
        return client.buildAuthorizationUrl(await configuration(), {
          redirect_uri: callbackOf(publicUrl),
          scope: SCOPE,
          state,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
          ...(fresh ? { prompt: "login" } : {}),
        });
      } catch (error) {
        return unavailable(error);
      }
    },
    redeem: (query, { state, nonce, verifier }) =>
      personBy((made) =>
        client.authorizationCodeGrant(made, new URL(`?${query}`, callbackOf(publicUrl)), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        }),
      ),
    lookAgain: (refreshToken) => personBy((made) => client.refreshTokenGrant(made, refreshToken)),
  };
}
