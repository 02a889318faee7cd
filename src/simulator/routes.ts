import { accountStatus, authoriseOrganisation, disableAccount, enableAccount, signOutAccount } from "./accounts.ts";
import { authScopes } from "./auth-scopes.ts";
import { getDepartment, listParentByDepartment, listParentByUser, listSub, listSubId } from "./department-reads.ts";
import { createDepartment, deleteDepartment, updateDepartment } from "./departments.ts";
import { listLeaveRecords } from "./leavers.ts";
import type { Rule } from "./organisation.ts";
import {
  addRole,
  addRoleGroup,
  addRolesForPeople,
  deleteRole,
  getRole,
  getRoleGroup,
  listRoleMembers,
  listRoles,
  removeRolesForPeople,
  updateRole,
  updateRoleScope,
} from "./roles.ts";
import { searchDepartments, searchUsers } from "./search.ts";
import { createUser } from "./user-create.ts";
import { deleteUser } from "./user-delete.ts";
import { countUsers, getByMobile, getByUnionid, getUser, listAdmins, listIds, listInactive, listSimple, listUsers } from "./user-reads.ts";
import { updateUser } from "./user-update.ts";

/** One call of DingTalk that a rule of the organisation answers. */
export interface Route {
  readonly path: string;
  readonly generation: "old" | "new";
  readonly method: "GET" | "POST";
  /** The permission point the app needs (2.3). */
  readonly permission: string;
  readonly rule: Rule;
}

const WRITE = "qyapi_manage_addresslist";
const DEPARTMENTS = "qyapi_get_department_list";
const MEMBERS = "qyapi_get_department_member";
const MEMBER = "qyapi_get_member";
const SECURITY = "Contact.OrgAccountSecurity.ReadWrite";
const SEARCH = "qyapi_addresslist_search";

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
];

const NEW: readonly Row[] = [
  ["/v1.0/contact/orgAccounts/disable", SECURITY, disableAccount],
  ["/v1.0/contact/orgAccounts/enable", SECURITY, enableAccount],
  ["/v1.0/contact/orgAccounts/signOut", SECURITY, signOutAccount],
  ["/v1.0/contact/orgAccounts/multiOrgPermissions/auth", SECURITY, authoriseOrganisation],
  ["/v1.0/contact/users/search", SEARCH, searchUsers],
  ["/v1.0/contact/departments/search", SEARCH, searchDepartments],
];

/** Every call with a rule. Calls that need no token, or more than the organisation, are in `open-calls.ts`. */
export const routes: ReadonlyMap<string, Route> = new Map(
  [
    ...OLD.map((row) => route("old", "POST", row)),
    ...NEW.map((row) => route("new", "POST", row)),
    route("old", "GET", ["/auth/scopes", "qyapi_base", authScopes]),
    route("new", "GET", ["/v1.0/contact/orgAccounts/status", SECURITY, accountStatus]),
    route("new", "GET", ["/v1.0/contact/empLeaveRecords", "Contact.Common.Read", listLeaveRecords]),
  ].map((one) => [one.path, one]),
);

function route(generation: Route["generation"], method: Route["method"], [path, permission, rule]: Row): Route {
  return { path, generation, method, permission, rule };
}
