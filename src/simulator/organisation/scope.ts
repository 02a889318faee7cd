import { refuse } from "../wire/refusal.ts";
import type { Organisation } from "./model.ts";
import { type Act, ROOT } from "./organisation.ts";
import type { User } from "./records.ts";

/** The app's contact scope (docs/dingtalk.md 2.3): whole organisation, or some departments with everything below them and some people. */
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

/** 50004 for a department the app may not touch. */
export function demandDepartment(organisation: Organisation, act: Act, deptId: number): void {
  if (!isWholeOrganisation(organisation, act) && !covers(organisation, deptId)) throw refuse(50004);
}

/** 50002 for a person the app may not touch. */
export function demandUser(organisation: Organisation, act: Act, user: User): void {
  if (isWholeOrganisation(organisation, act) || organisation.switches.contactScope.users.includes(user.userid)) return;
  if (!user.posts.some((post) => covers(organisation, post.dept_id))) throw refuse(50002);
}
