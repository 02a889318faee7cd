import { refuse } from "../wire/refusal.ts";
import type { Organisation } from "./model.ts";
import { type Act, ROOT } from "./organisation.ts";
import type { User } from "./user-record.ts";

/**
 * Whether the contact scope (docs/dingtalk.md 2.3) does not limit this call. Otherwise it is some departments
 * with all below them, and some people.
 */
function isWholeOrganisation(organisation: Organisation, act: Act): boolean {
  return act.by === "administrator" || organisation.switches.contactScope.departments.includes(ROOT);
}

function covers(organisation: Organisation, deptId: number): boolean {
  const authorised = organisation.switches.contactScope.departments;
  let at: number | undefined = deptId;
  while (at !== undefined) {
    if (authorised.includes(at)) return true;
    at = organisation.departments.get(at)?.parent_id;
  }
  return false;
}

/** Refuses a department outside the contact scope with 50004. */
export function requireDepartment(organisation: Organisation, act: Act, deptId: number): void {
  if (!isWholeOrganisation(organisation, act) && !covers(organisation, deptId)) throw refuse(50004);
}

/** Refuses a person outside the contact scope with 50002. */
export function requireUser(organisation: Organisation, act: Act, user: User): void {
  if (
    isWholeOrganisation(organisation, act) ||
    organisation.switches.contactScope.users.includes(user.userid)
  )
    return;
  if (!user.posts.some((post) => covers(organisation, post.dept_id))) throw refuse(50002);
}
