import { isRole } from "../auth/roles.ts";
import { type Actor, isScope } from "../auth/scopes.ts";
import type { SessionRecord } from "../ports.ts";

/** A signed-in person: actor, time of sign-in and name. */
export interface Session {
  readonly id: string;
  readonly actor: Actor;
  readonly name: string;
  readonly openedAt: Date;
  /**
   * Time of the last authentication. Undefined: an identity provider let the person in without a proof of a
   * new authentication.
   */
  readonly authenticatedAt?: Date;
}

export interface OpenedSession {
  readonly session: Session;
  /** The secret for the cookie. It is not stored. */
  readonly secret: string;
}

/** The session of a stored record. */
export function sessionOf({
  id,
  actor,
  sourceId,
  roles: givenRoles,
  name,
  scopes: given,
  openedAt,
  authenticatedAt,
}: SessionRecord): Session {
  // Unknown scopes and roles, from a later version, are ignored.
  const [scopes, roles] = [given.filter(isScope), givenRoles.filter(isRole)];
  // It has limits of its own, apart from those of the token that opened it.
  const by = { id: actor, tokenId: id, sourceId, scopes, roles };
  return { id, actor: by, name, openedAt, ...(authenticatedAt ? { authenticatedAt } : {}) };
}
