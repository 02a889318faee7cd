import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { scopesOf } from "../auth/rights.ts";
import type { SignedInPerson } from "../oidc/provider.ts";
import type { SessionRecord, SessionStore } from "../ports.ts";
import { seal, unseal } from "./sealed.ts";

/*
 * Whoever was let in by an identity provider keeps their roles for a quarter of an hour (docs/threats.md T42). Then the next request asks the provider again, with the refresh token
 * of the sign-in, and the session goes on with the roles of now, or ends.
 *
 *   the provider says        the session
 *   roles                    goes on with them
 *   none that counts here    ends (roleLost)
 *   no to the refresh token  ends (signInEnded): the account is blocked, signed out or gone
 *   nothing                  goes on, is asked for again each half minute, and ends half an hour after the last answer (providerSilent)
 */

/** The record as it is now; undefined when the session has ended. */
export type RoleWatch = (record: SessionRecord, checkedAt: Date, secret: string) => Promise<SessionRecord | undefined>;

export type EndReason = "roleLost" | "signInEnded" | "providerSilent";

export interface RoleWatchOptions {
  readonly store: Pick<SessionStore, "claimCheck" | "renew" | "remove">;
  /** Undefined where no provider is set any more: those whom it let in are out. */
  readonly lookAgain: ((refreshToken: string) => Promise<SignedInPerson>) | undefined;
  readonly clock: Pick<Clock, "now">;
  readonly logger: Logger;
}

const GOOD_MS = 15 * 60_000;
/** With a provider that does not answer. */
const LAST_MS = 30 * 60_000;
const AGAIN_MS = 30_000;

export function createRoleWatch({ store, lookAgain, clock, logger }: RoleWatchOptions): RoleWatch {
  async function end({ id, actor }: SessionRecord, reason: EndReason): Promise<undefined> {
    logger.info({ actor, reasonCode: reason }, "a session was ended");
    await store.remove(id, { actor, reason });
  }

  return async (record, checkedAt, secret) => {
    const now = clock.now();
    const ageMs = now.getTime() - checkedAt.getTime();
    if (ageMs < GOOD_MS) return record;
    if (!lookAgain || !record.sealedRefresh) return end(record, "signInEnded");
    // Requests of a page come together; one of them asks, the others go on with what is known.
    if (!(await store.claimCheck(record.id, now, AGAIN_MS))) return ageMs < LAST_MS ? record : undefined;
    const answer = await lookAgain(unseal(record.sealedRefresh, secret));
    if (answer.kind === "refused") {
      if (answer.refusal.code !== "oidcUnavailable") return end(record, answer.refusal.code === "oidcNoRole" ? "roleLost" : "signInEnded");
      return ageMs < LAST_MS ? record : end(record, "providerSilent");
    }
    const { person, refreshToken } = answer;
    if (`user:${person.subject}` !== record.actor) return end(record, "signInEnded");
    const renewed = {
      roles: person.roles,
      scopes: scopesOf(person.roles),
      name: person.name,
      checkedAt: now,
      // Providers that give a new one with each answer refuse the old one afterwards.
      sealedRefresh: refreshToken === undefined ? record.sealedRefresh : seal(refreshToken, secret),
    };
    await store.renew(record.id, { ...renewed, actor: record.actor });
    return { ...record, ...renewed };
  };
}
