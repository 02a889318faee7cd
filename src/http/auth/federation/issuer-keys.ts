import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { Clock } from "../../../core/clock.ts";
import { Unavailable } from "../../../core/errors.ts";
import type { Logger } from "../../../core/logger.ts";

/*
 * Public keys of other issuers, cached as docs/threats.md T8 says. While the host does not answer, the last
 * keys are used for a day. An unknown key causes at most one request every 30 seconds. jose's remote set
 * drops aged keys and waits only after a success, so this cache wraps jose's local set.
 */

export interface IssuerKeys {
  /**
   * The keys at an address that the caller has checked. Rejects with Unavailable if they cannot be read now,
   * and with jose's JWKSNoMatchingKey if they do not have the requested key.
   */
  at(address: string): JWTVerifyGetKey;
}

const FRESH_MS = 10 * 60_000;
const USABLE_MS = 24 * 3_600_000;
const COOLDOWN_MS = 30_000;
const TIMEOUT_MS = 5_000;
/** Entra publishes about 20 kB. */
const MAX_BYTES = 256 * 1_024;

interface Published {
  keys?: { readonly find: JWTVerifyGetKey; readonly atMs: number };
  /** Time of the last request, successful or not. */
  askedMs: number;
  /** The error of the last request. Undefined: it succeeded. */
  failure: unknown;
  asking?: Promise<void> | undefined;
}

export function createIssuerKeys({
  clock,
  logger,
}: {
  readonly clock: Clock;
  readonly logger: Logger;
}): IssuerKeys {
  /** By address. Operators choose the addresses, so there are few. */
  const known = new Map<string, Published>();

  async function ask(published: Published, address: string): Promise<void> {
    published.askedMs = clock.monotonicMs();
    try {
      published.keys = { find: createLocalJWKSet(await fetchKeys(address)), atMs: clock.monotonicMs() };
      published.failure = undefined;
    } catch (error) {
      published.failure = error;
      logger.warn({ host: new URL(address).host, error }, "the keys of an issuer cannot be read");
    }
  }

  /** Concurrent callers share one request. */
  function refresh(published: Published, address: string): Promise<void> {
    published.asking ??= ask(published, address).finally(() => {
      published.asking = undefined;
    });
    return published.asking;
  }

  const waitMs = ({ askedMs, asking }: Published): number =>
    asking ? 0 : Math.max(0, askedMs + COOLDOWN_MS - clock.monotonicMs());

  const unknown = (published: Published): Unavailable =>
    new Unavailable("the keys of the issuer cannot be read now", {
      cause: published.failure,
      retryAfterMs: waitMs(published),
    });

  function usable(published: Published): JWTVerifyGetKey {
    if (!published.keys || clock.monotonicMs() - published.keys.atMs >= USABLE_MS) throw unknown(published);
    return published.keys.find;
  }

  return {
    at(address) {
      const published: Published = known.get(address) ?? {
        askedMs: Number.NEGATIVE_INFINITY,
        failure: undefined,
      };
      known.set(address, published);
      return async (header, token) => {
        const isFresh = published.keys !== undefined && clock.monotonicMs() - published.keys.atMs < FRESH_MS;
        if (!isFresh && waitMs(published) === 0) await refresh(published, address);
        try {
          return await usable(published)(header, token);
        } catch (error) {
          if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
          if (waitMs(published) === 0) {
            await refresh(published, address);
            if (published.failure === undefined) return usable(published)(header, token);
          }
          // An old set of keys does not prove that a key does not exist.
          throw published.failure === undefined ? error : unknown(published);
        }
      };
    },
  };
}

/** Does not follow redirects, because only this address is allowed. */
async function fetchKeys(address: string): Promise<JSONWebKeySet> {
  const response = await fetch(address, {
    headers: { accept: "application/jwk-set+json, application/json", "user-agent": "dingtalk-scim" },
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Unavailable(`the address of the keys answers with ${response.status}`);
  }
  const set: unknown = JSON.parse(await bounded(response));
  // createLocalJWKSet checks the rest. An empty set would remove all known keys.
  if (
    typeof set !== "object" ||
    set === null ||
    !("keys" in set) ||
    !Array.isArray(set.keys) ||
    set.keys.length === 0
  )
    throw new Unavailable("the address of the keys does not answer with keys");
  return set as JSONWebKeySet;
}

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES)
      throw new Unavailable(`the address of the keys answers with more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
