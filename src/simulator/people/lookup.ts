import type { Organisation } from "../organisation/model.ts";
import type { Act } from "../organisation/organisation.ts";
import type { User } from "../organisation/records.ts";
import { demandUser } from "../organisation/scope.ts";
import { refuse } from "../wire/refusal.ts";

/** 60121 (or 33012) when there is no such person; not limited by the contact scope. */
export function demandKnownUser(organisation: Organisation, userid: string): User {
  const user = organisation.users.get(userid);
  if (!user) throw refuse(organisation.switches.unknownUser);
  return user;
}

/** The same, and 50002 when the app may not touch the person. */
export function demandReachableUser(organisation: Organisation, act: Act, userid: string): User {
  const user = demandKnownUser(organisation, userid);
  demandUser(organisation, act, user);
  return user;
}
