import type { Rule } from "../organisation/organisation.ts";
import {
  accountStatus,
  authoriseOrganisation,
  disableAccount,
  enableAccount,
  signOutAccount,
} from "../people/accounts.ts";
import { createUser } from "../people/create.ts";
import { deleteUser } from "../people/delete.ts";
import {
  createContact,
  deleteContact,
  getContact,
  listContacts,
  listLabelGroups,
  updateContact,
} from "../people/external-contacts.ts";
import {
  dismissionInfos,
  listDismissions,
  revokeDismission,
  startDismission,
  updateDismission,
} from "../people/hr/dismissions.ts";
import { addPreEntry, terminateAndHandOver, transfer } from "../people/hr/hr.ts";
import { listLeaveRecords } from "../people/hr/leavers.ts";
import { listSimple, listUsers } from "../people/member-lists.ts";
import {
  countUsers,
  getByMobile,
  getByUnionid,
  getUser,
  listAdmins,
  listIds,
  listInactive,
} from "../people/reads.ts";
import { searchDepartments, searchUsers } from "../people/search.ts";
import { updateUser } from "../people/update.ts";
import {
  addSceneMembers,
  createGroup,
  createOldChat,
  createSceneGroup,
  deleteSceneMembers,
  updateGroup,
} from "../structure/chats.ts";
import {
  getDepartment,
  listParentByDepartment,
  listParentByUser,
  listSub,
  listSubId,
} from "../structure/department-reads.ts";
import { createDepartment, deleteDepartment, updateDepartment } from "../structure/departments.ts";
import { addRolesForPeople, listRoleMembers, removeRolesForPeople } from "../structure/role-members.ts";
import {
  addRole,
  addRoleGroup,
  deleteRole,
  getRole,
  getRoleGroup,
  listRoles,
  updateRole,
  updateRoleScope,
} from "../structure/roles.ts";
import { authScopes } from "./auth-scopes.ts";

/** One call of DingTalk, and the rule that answers it. */
export interface Route {
  readonly path: string;
  readonly generation: "old" | "new";
  readonly method: "GET" | "POST" | "PUT";
  /** The permission point that the app needs (docs/dingtalk.md 2.3). */
  readonly permission: string;
  readonly rule: Rule;
  /** Whether the call counts against the monthly quota. Contact calls do not (docs/dingtalk.md 9.1). */
  readonly paid?: boolean;
}

const WRITE = "qyapi_manage_addresslist";
const DEPARTMENTS = "qyapi_get_department_list";
const MEMBERS = "qyapi_get_department_member";
const MEMBER = "qyapi_get_member";
const SECURITY = "Contact.OrgAccountSecurity.ReadWrite";
const SEARCH = "qyapi_addresslist_search";
const CONTACTS_READ = "qyapi_ext_read";
const CONTACTS_WRITE = "qyapi_ext_write";
const HR_READ = "qyapi_hrm_read_user";
const HR_PROCESS = "Hrm.Process.ReadWrite";
const CHATS = "qyapi_chat_manage";

type Row = readonly [path: string, permission: string, rule: Rule];

const OLD: readonly Row[] = [
  ["/topapi/v2/department/create", WRITE, createDepartment],
  ["/topapi/v2/department/update", WRITE, updateDepartment],
  ["/topapi/v2/department/delete", WRITE, deleteDepartment],
  ["/topapi/v2/department/get", DEPARTMENTS, getDepartment],
  ["/topapi/v2/department/listsub", DEPARTMENTS, listSub],
  ["/topapi/v2/department/listsubid", DEPARTMENTS, listSubId],
  ["/topapi/v2/department/listparentbydept", DEPARTMENTS, listParentByDepartment],
  ["/topapi/v2/department/listparentbyuser", DEPARTMENTS, listParentByUser],
  ["/topapi/v2/user/create", WRITE, createUser],
  ["/topapi/v2/user/update", WRITE, updateUser],
  ["/topapi/v2/user/delete", WRITE, deleteUser],
  ["/topapi/v2/user/get", MEMBER, getUser],
  ["/topapi/v2/user/list", MEMBERS, listUsers],
  ["/topapi/user/listsimple", MEMBERS, listSimple],
  ["/topapi/user/listid", MEMBER, listIds],
  ["/topapi/user/count", MEMBER, countUsers],
  ["/topapi/user/listadmin", MEMBER, listAdmins],
  ["/topapi/user/getbyunionid", MEMBER, getByUnionid],
  ["/topapi/v2/user/getbymobile", "qyapi_get_member_by_mobile", getByMobile],
  ["/topapi/inactive/user/v2/get", "qyapi_liveness_base", listInactive],
  ["/role/add_role_group", WRITE, addRoleGroup],
  ["/role/add_role", WRITE, addRole],
  ["/role/update_role", WRITE, updateRole],
  ["/topapi/role/deleterole", WRITE, deleteRole],
  ["/topapi/role/addrolesforemps", WRITE, addRolesForPeople],
  ["/topapi/role/removerolesforemps", WRITE, removeRolesForPeople],
  ["/topapi/role/scope/update", WRITE, updateRoleScope],
  ["/topapi/role/list", DEPARTMENTS, listRoles],
  ["/topapi/role/getrolegroup", DEPARTMENTS, getRoleGroup],
  ["/topapi/role/getrole", MEMBERS, getRole],
  ["/topapi/role/simplelist", MEMBERS, listRoleMembers],
  ["/topapi/extcontact/create", CONTACTS_WRITE, createContact],
  ["/topapi/extcontact/update", CONTACTS_WRITE, updateContact],
  ["/topapi/extcontact/delete", CONTACTS_WRITE, deleteContact],
  ["/topapi/extcontact/list", CONTACTS_READ, listContacts],
  ["/topapi/extcontact/get", CONTACTS_READ, getContact],
  ["/topapi/extcontact/listlabelgroups", CONTACTS_READ, listLabelGroups],
  ["/topapi/smartwork/hrm/employee/addpreentry", "qyapi_hrm_manager", addPreEntry],
  ["/chat/create", CHATS, createOldChat],
];

/**
 * Calls that count against the monthly quota. For account switches, searches and HR processes this is an
 * assumption (docs/dingtalk.md 9.1).
 */
const PAID: readonly Row[] = [
  ["/v1.0/contact/orgAccounts/disable", SECURITY, disableAccount],
  ["/v1.0/contact/orgAccounts/enable", SECURITY, enableAccount],
  ["/v1.0/contact/orgAccounts/signOut", SECURITY, signOutAccount],
  ["/v1.0/contact/orgAccounts/multiOrgPermissions/auth", SECURITY, authoriseOrganisation],
  ["/v1.0/contact/users/search", SEARCH, searchUsers],
  ["/v1.0/contact/departments/search", SEARCH, searchDepartments],
  ["/v1.0/hrm/pendingDismission/start", HR_PROCESS, startDismission],
  ["/v1.0/hrm/pendingDismission/revoke", HR_PROCESS, revokeDismission],
  ["/v1.0/hrm/processes/terminateAndHandOver", HR_PROCESS, terminateAndHandOver],
  ["/v1.0/hrm/processes/transfer", HR_PROCESS, transfer],
  ["/v1.0/im/group/create", CHATS, createGroup],
  ["/v1.0/im/group/update", CHATS, updateGroup],
  ["/v1.0/im/sceneGroup/create", CHATS, createSceneGroup],
  ["/v1.0/im/sceneGroup/member/add", CHATS, addSceneMembers],
  ["/v1.0/im/sceneGroup/member/delete", CHATS, deleteSceneMembers],
];

/**
 * The calls whose rules need only the organisation. `route-table.ts` adds those of messages and events;
 * `open-calls.ts` has the calls for tokens.
 */
export const routes: ReadonlyMap<string, Route> = new Map(
  [
    ...OLD.map((row) => route("old", "POST", row)),
    ...PAID.map((row) => ({ ...route("new", "POST", row), paid: true })),
    route("old", "GET", ["/auth/scopes", "qyapi_base", authScopes]),
    { ...route("new", "GET", ["/v1.0/contact/orgAccounts/status", SECURITY, accountStatus]), paid: true },
    {
      ...route("new", "PUT", ["/v1.0/hrm/pendingDismission/infos", HR_PROCESS, updateDismission]),
      paid: true,
    },
    route("new", "GET", ["/v1.0/hrm/employees/dismissions", HR_READ, listDismissions]),
    route("new", "GET", ["/v1.0/hrm/employees/dimissionInfos", HR_READ, dismissionInfos]),
    route("new", "GET", ["/v1.0/contact/empLeaveRecords", "Contact.Common.Read", listLeaveRecords]),
  ].map((one) => [one.path, one]),
);

function route(
  generation: Route["generation"],
  method: Route["method"],
  [path, permission, rule]: Row,
): Route {
  return { path, generation, method, permission, rule };
}
