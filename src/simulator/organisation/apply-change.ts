import { unreachable } from "../../core/errors.ts";
import { putUser, removeUser } from "./apply-user.ts";
import { departmentNameKey } from "./department-names.ts";
import { add, drop } from "./indexes.ts";
import type { Organisation } from "./model.ts";
import type { Change, Department } from "./records.ts";
import { phoneKey } from "./user-record.ts";

/**
 * The only writer of the state. It updates every index. Applying a change twice has no further effect, except
 * for `leave.add`.
 */
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

function putDepartment(organisation: Organisation, department: Department): void {
  const before = organisation.departments.get(department.dept_id);
  if (before) unlistDepartment(organisation, before);
  organisation.departments.set(department.dept_id, department);
  if (department.parent_id === undefined) return;
  add(organisation.childrenOf, department.parent_id, department.dept_id);
  add(
    organisation.departmentNames,
    departmentNameKey(department.parent_id, department.name),
    department.dept_id,
  );
}

function unlistDepartment(organisation: Organisation, department: Department): void {
  if (department.parent_id === undefined) return;
  drop(organisation.childrenOf, department.parent_id, department.dept_id);
  drop(
    organisation.departmentNames,
    departmentNameKey(department.parent_id, department.name),
    department.dept_id,
  );
}

function removeDepartment(organisation: Organisation, deptId: number): void {
  const before = organisation.departments.get(deptId);
  if (!before) return;
  unlistDepartment(organisation, before);
  organisation.departments.delete(deptId);
  organisation.memberVersions.delete(deptId);
}

function removeContact(organisation: Organisation, userid: string): void {
  const before = organisation.contacts.get(userid);
  if (before) organisation.contactMobiles.delete(phoneKey(before.phone));
  organisation.contacts.delete(userid);
}
