import { unreachable } from "../../core/errors.ts";
import { departmentNameKey } from "./department-names.ts";
import type { Organisation } from "./model.ts";
import { type Change, type Department, phoneKey, type User } from "./records.ts";

/** The only writer of the state. It updates every index. Applying a change twice has no further effect, except for `leave.add`. */
export function applyChange(organisation: Organisation, change: Change): void {
  switch (change.type) {
    case "department.put":
      putDepartment(organisation, change.department);
      return;
    case "department.remove":
      removeDepartment(organisation, change.dept_id);
      return;
    case "user.put":
      putUser(organisation, change.user);
      return;
    case "user.remove":
      removeUser(organisation, change.userid);
      return;
    case "role-group.put":
      organisation.roleGroups.set(change.group.id, change.group);
      return;
    case "role.put":
      organisation.roles.set(change.role.id, change.role);
      return;
    case "role.remove":
      organisation.roles.delete(change.role_id);
      organisation.roleMembers.delete(change.role_id);
      return;
    case "leave.add":
      organisation.leaves.push(change.record);
      return;
    case "invitation.put":
      organisation.invitations.set(change.invitation.mobile, change.invitation);
      return;
    case "invitation.remove":
      organisation.invitations.delete(change.mobile);
      return;
    case "mobile.registered":
      organisation.registeredMobiles.add(change.mobile);
      return;
    case "mobile.consented":
      organisation.consentedMobiles.add(change.mobile);
      return;
    case "chat.put":
      organisation.chats.set(change.chat.openConversationId, change.chat);
      organisation.chatIds.set(change.chat.chatid, change.chat.openConversationId);
      return;
    case "contact.put":
      organisation.contacts.set(change.contact.userid, change.contact);
      organisation.contactMobiles.set(phoneKey(change.contact.phone), change.contact.userid);
      return;
    case "contact.remove":
      removeContact(organisation, change.userid);
      return;
    case "dismission.put":
      organisation.dismissions.set(change.dismission.userId, change.dismission);
      return;
    case "dismission.remove":
      organisation.dismissions.delete(change.userId);
      return;
    case "pre-entry.put":
      organisation.preEntries.set(change.entry.mobile, change.entry);
      return;
    case "grant.put":
      organisation.grants.set(change.grant.joinCorpId, change.grant);
      return;
    default:
      unreachable(change);
  }
}

/** The index key of an e-mail address. Letter case makes no difference. */
export const emailKey = (email: string): string => email.toLowerCase();

/** The index key of the login name of an enterprise account. Letter case makes no difference. */
export const loginKey = emailKey;

function putDepartment(organisation: Organisation, department: Department): void {
  const before = organisation.departments.get(department.dept_id);
  if (before) unlistDepartment(organisation, before);
  organisation.departments.set(department.dept_id, department);
  if (department.parent_id === undefined) return;
  add(organisation.childrenOf, department.parent_id, department.dept_id);
  add(organisation.departmentNames, departmentNameKey(department.parent_id, department.name), department.dept_id);
}

function unlistDepartment(organisation: Organisation, department: Department): void {
  if (department.parent_id === undefined) return;
  drop(organisation.childrenOf, department.parent_id, department.dept_id);
  drop(organisation.departmentNames, departmentNameKey(department.parent_id, department.name), department.dept_id);
}

function removeDepartment(organisation: Organisation, deptId: number): void {
  const before = organisation.departments.get(deptId);
  if (!before) return;
  unlistDepartment(organisation, before);
  organisation.departments.delete(deptId);
  organisation.memberVersions.delete(deptId);
}

function putUser(organisation: Organisation, user: User): void {
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

function removeUser(organisation: Organisation, userid: string): void {
  const before = organisation.users.get(userid);
  if (!before) return;
  unindex(organisation, before, undefined);
  organisation.users.delete(userid);
}

/** Removes a record from the indexes. It stays in the indexes of the departments and roles that `after` has too, so that its place among the members stays. */
function unindex(organisation: Organisation, before: User, after: User | undefined): void {
  for (const post of before.posts) {
    touch(organisation, post.dept_id);
    if (!after?.posts.some((kept) => kept.dept_id === post.dept_id)) drop(organisation.membersOf, post.dept_id, before.userid);
  }
  for (const grant of before.roles) {
    if (!after?.roles.some((kept) => kept.role_id === grant.role_id)) drop(organisation.roleMembers, grant.role_id, before.userid);
  }
  if (before.phone) organisation.byMobile.delete(phoneKey(before.phone));
  if (before.email) organisation.byEmail.delete(emailKey(before.email));
  if (before.org_email) organisation.byOrgEmail.delete(emailKey(before.org_email));
  if (before.telephone) organisation.byTelephone.delete(before.telephone);
  if (before.account?.login_id) organisation.byLoginId.delete(loginKey(before.account.login_id));
  if (before.account?.phone) drop(organisation.byExclusiveMobile, phoneKey(before.account.phone), before.userid);
  organisation.byUnionid.delete(before.unionid);
}

function removeContact(organisation: Organisation, userid: string): void {
  const before = organisation.contacts.get(userid);
  if (before) organisation.contactMobiles.delete(phoneKey(before.phone));
  organisation.contacts.delete(userid);
}

function touch(organisation: Organisation, deptId: number): void {
  organisation.memberVersions.set(deptId, (organisation.memberVersions.get(deptId) ?? 0) + 1);
}

function add<K, V>(index: Map<K, Set<V>>, key: K, value: V): void {
  const set = index.get(key);
  if (set) set.add(value);
  else index.set(key, new Set([value]));
}

function drop<K, V>(index: Map<K, Set<V>>, key: K, value: V): void {
  const set = index.get(key);
  if (set?.delete(value) && set.size === 0) index.delete(key);
}
