import { add, drop, emailKey, loginKey } from "./indexes.ts";
import type { Organisation } from "./model.ts";
import { phoneKey, type User } from "./user-record.ts";

/* Stores and removes people, with all indexes that name them. */

export function putUser(organisation: Organisation, user: User): void {
  const before = organisation.users.get(user.userid);
  if (before) unindex(organisation, before, user);
  organisation.users.set(user.userid, user);
  for (const post of user.posts) {
    add(organisation.membersOf, post.dept_id, user.userid);
    touch(organisation, post.dept_id);
  }
  for (const grant of user.roles) add(organisation.roleMembers, grant.role_id, user.userid);
  if (user.phone) organisation.byMobile.set(phoneKey(user.phone), user.userid);
  if (user.email) organisation.byEmail.set(emailKey(user.email), user.userid);
  if (user.org_email) organisation.byOrgEmail.set(emailKey(user.org_email), user.userid);
  if (user.telephone) organisation.byTelephone.set(user.telephone, user.userid);
  if (user.account?.login_id) organisation.byLoginId.set(loginKey(user.account.login_id), user.userid);
  if (user.account?.phone) add(organisation.byExclusiveMobile, phoneKey(user.account.phone), user.userid);
  organisation.byUnionid.set(user.unionid, user.userid);
}

export function removeUser(organisation: Organisation, userid: string): void {
  const before = organisation.users.get(userid);
  if (!before) return;
  unindex(organisation, before, undefined);
  organisation.users.delete(userid);
}

/**
 * Removes a record from the indexes. It stays in the indexes of the departments and roles that `after` has
 * too, so that its place among the members stays.
 */
function unindex(organisation: Organisation, before: User, after: User | undefined): void {
  for (const post of before.posts) {
    touch(organisation, post.dept_id);
    if (!after?.posts.some((kept) => kept.dept_id === post.dept_id))
      drop(organisation.membersOf, post.dept_id, before.userid);
  }
  for (const grant of before.roles) {
    if (!after?.roles.some((kept) => kept.role_id === grant.role_id))
      drop(organisation.roleMembers, grant.role_id, before.userid);
  }
  if (before.phone) organisation.byMobile.delete(phoneKey(before.phone));
  if (before.email) organisation.byEmail.delete(emailKey(before.email));
  if (before.org_email) organisation.byOrgEmail.delete(emailKey(before.org_email));
  if (before.telephone) organisation.byTelephone.delete(before.telephone);
  if (before.account?.login_id) organisation.byLoginId.delete(loginKey(before.account.login_id));
  if (before.account?.phone)
    drop(organisation.byExclusiveMobile, phoneKey(before.account.phone), before.userid);
  organisation.byUnionid.delete(before.unionid);
}

function touch(organisation: Organisation, deptId: number): void {
  organisation.memberVersions.set(deptId, (organisation.memberVersions.get(deptId) ?? 0) + 1);
}
