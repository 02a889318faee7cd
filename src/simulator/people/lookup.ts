import type { Organisation } from "../organisation/model.ts";
import type { Act } from "../organisation/organisation.ts";
import type { User } from "../organisation/records.ts";
import { demandUser } from "../organisation/scope.ts";
import { refuse } from "../wire/refusal.ts";

/** The person with this userid, also outside the contact scope. Refuses an unknown userid with 60121 or 33012 (switch `unknownUser`). */
export function demandKnownUser(organisation: Organisation, userid: string): User {
  const user = organisation.users.get(userid);
  if (!user) throw refuse(organisation.switches.unknownUser);
  return user;
}

/** The same, but refuses a person outside the contact scope with 50002. */
export function demandReachableUser(organisation: Organisation, act: Act, userid: string): User {
  const user = demandKnownUser(organisation, userid);
  demandUser(organisation, act, user);
  return user;
}
