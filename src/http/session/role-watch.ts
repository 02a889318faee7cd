import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { scopesOf } from "../auth/rights.ts";
import type { SignedInPerson } from "../oidc/provider-answers.ts";
import type { SessionRecord, SessionStore } from "../ports.ts";
import { seal, unseal } from "./sealed.ts";

/*
 * A person whom an identity provider let in keeps the roles for 15 minutes (docs/threats.md T42). The next
 * request then asks the provider again, with the refresh token of the sign-in. The session continues with the
 * present roles, or ends.
 *
 *   the provider's answer        the session
 *   roles                        continues with them
 *   no valid role                ends (roleLost)
 *   refuses the refresh token    ends (signInEnded): the account is blocked, signed out or deleted
 *   no answer                    continues, asks again every 30 seconds, and ends 30 minutes after the last answer (providerSilent)
 */

/** The present record. Undefined: the session has ended. */
export type RoleWatch = (
  record: SessionRecord,
  checkedAt: Date,
  secret: string,
) => Promise<SessionRecord | undefined>;

export type EndReason = "roleLost" | "signInEnded" | "providerSilent";

export interface RoleWatchOptions {
  readonly store: Pick<SessionStore, "claimCheck" | "renew" | "remove">;
  /** Undefined: no provider is set any more, so its sessions end. */
  readonly lookAgain: ((refreshToken: string) => Promise<SignedInPerson>) | undefined;
  readonly clock: Pick<Clock, "now">;
  readonly logger: Logger;
}

const GOOD_MS = 15 * 60_000;
/** Maximum time without an answer of the provider. */
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
    // Requests of a page come together. One of them asks, and the others continue with the known roles.
    if (!(await store.claimCheck(record.id, now, AGAIN_MS))) return ageMs < LAST_MS ? record : undefined;
    const answer = await lookAgain(unseal(record.sealedRefresh, secret));
    if (answer.kind === "refused") {
      if (answer.refusal.code !== "oidcUnavailable")
        return end(record, answer.refusal.code === "oidcNoRole" ? "roleLost" : "signInEnded");
      return ageMs < LAST_MS ? record : end(record, "providerSilent");
    }
    const { person, refreshToken } = answer;
    if (`user:${person.subject}` !== record.actor) return end(record, "signInEnded");
    const renewed = {
      roles: person.roles,
      scopes: scopesOf(person.roles),
      name: person.name,
      checkedAt: now,
      // Some providers send a new refresh token with each answer and then refuse the old one.
      sealedRefresh: refreshToken === undefined ? record.sealedRefresh : seal(refreshToken, secret),
    };
    await store.renew(record.id, { ...renewed, actor: record.actor });
    return { ...record, ...renewed };
  };
}
