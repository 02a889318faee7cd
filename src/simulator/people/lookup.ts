import type { Organisation } from "../organisation/model.ts";
import type { Act } from "../organisation/organisation.ts";
import { requireUser } from "../organisation/scope.ts";
import type { User } from "../organisation/user-record.ts";
import { refuse } from "../wire/refusal.ts";

/**
 * The person with this userid, also outside the contact scope. Refuses an unknown userid with 60121 or 33012
 * (switch `unknownUser`).
 */
export function requireKnownUser(organisation: Organisation, userid: string): User {
  const user = organisation.users.get(userid);
  if (!user) throw refuse(organisation.switches.unknownUser);
  return user;
}

/** The same, but refuses a person outside the contact scope with 50002. */
export function requireReachableUser(organisation: Organisation, act: Act, userid: string): User {
  const user = requireKnownUser(organisation, userid);
  requireUser(organisation, act, user);
  return user;
}
