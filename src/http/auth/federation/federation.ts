import { hash } from "node:crypto";
import type { Clock } from "../../../core/clock.ts";
import { isUuid } from "../../../core/id.ts";
import type { Logger } from "../../../core/logger.ts";
import type { AssertionLedger, TrustLookup, TrustRecord } from "../../ports.ts";
import type { Actor } from "../scopes.ts";
import { type AssertionRefusal, verifyAssertion } from "./assertion.ts";
import type { IssuerKeys } from "./issuer-keys.ts";
import { isKeyAddress } from "./key-address.ts";

/** The result of checking an assertion. The reason is for the log, never for the answer. */
export type Exchange =
  | { readonly ok: true; readonly actor: Actor }
  | {
      readonly ok: false;
      readonly reason:
        | AssertionRefusal
        | "there is no such trust"
        | "it was used before"
        | "ASSERTION_KEY_HOSTS does not name the key host";
    };

/**
 * Workload identity federation (RFC 7523 section 2.2). A workload with a key of a trusted issuer needs no
 * secret of ours.
 */
export interface Federation {
  /** Throws Unavailable if the database does not answer or the issuer's keys cannot be read. */
  exchange(clientId: string, assertion: string): Promise<Exchange>;
}

export interface FederationOptions {
  readonly trusts: TrustLookup;
  readonly ledger: AssertionLedger;
  readonly keys: IssuerKeys;
  /** Origins from which keys may be fetched. */
  readonly keyOrigins: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Used assertions are stored for this time after their end, because the clocks of two processes differ. */
const CLOCK_MARGIN_MS = 5 * 60_000;

export function createFederation({
  trusts,
  ledger,
  keys,
  keyOrigins,
  clock,
  logger,
}: FederationOptions): Federation {
  return {
    async exchange(clientId, assertion) {
      const trust = isUuid(clientId) ? await trusts.find(clientId) : undefined;
      const actor = trust && actorOf(trust);
      if (!trust || !actor) return { ok: false, reason: "there is no such trust" };
      // Checked again, because the setting may have changed since the trust was created.
      if (!isKeyAddress(trust.jwksUrl, keyOrigins))
        return { ok: false, reason: "ASSERTION_KEY_HOSTS does not name the key host" };
      const verdict = await verifyAssertion(assertion, {
        trust,
        keys: keys.at(trust.jwksUrl),
        now: clock.now(),
      });
      if (!verdict.ok) return verdict;
      const { jti, endsAt } = verdict;
      if (
        jti !== undefined &&
        !(await ledger.consume(digestOf(trust.issuer, jti), new Date(endsAt.getTime() + CLOCK_MARGIN_MS)))
      )
        return { ok: false, reason: "it was used before" };
      // Not awaited: a failure does not affect the request, and the next request tries again.
      trusts
        .touch(trust.id)
        .catch((error: unknown) =>
          logger.warn({ actor: actor.id, error }, "the last use of a trust was not recorded"),
        );
      return { ok: true, actor };
    },
  };
}

/** Undefined: the trust was removed. */
export function actorOf({ id, sourceId, scopes, removedAt }: TrustRecord): Actor | undefined {
  return removedAt === undefined ? { id: `trust:${id}`, tokenId: id, sourceId, scopes } : undefined;
}

/** A digest of fixed size, because ids may be long. An id is unique only within its issuer. */
const digestOf = (issuer: string, jti: string): Uint8Array =>
  hash("sha256", JSON.stringify([issuer, jti]), "buffer");
