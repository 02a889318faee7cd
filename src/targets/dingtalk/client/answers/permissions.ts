import { API, type Api } from "../apis.ts";

/** A permission of the console, and its purpose in the operator's words (docs/dingtalk.md 2.3). */
export interface Permission {
  readonly point: string;
  readonly lets: string;
  /** Only an administrator for the contacts of the whole organisation can grant it. */
  readonly sensitive?: true;
}

const WRITE: Permission = {
  point: "qyapi_manage_addresslist",
  lets: "create, change or remove people, departments or roles",
  sensitive: true,
};
const DEPARTMENTS: Permission = { point: "qyapi_get_department_list", lets: "read departments or roles" };
const MEMBERS: Permission = {
  point: "qyapi_get_department_member",
  lets: "read the people of a department or a role",
};
const MEMBER: Permission = {
  point: "qyapi_get_member",
  lets: "read single people, or who administers the organisation",
};
const MOBILE: Permission = {
  point: "qyapi_get_member_by_mobile",
  lets: "find out who holds a mobile number",
};
const BASE: Permission = { point: "qyapi_base", lets: "call DingTalk at all" };
const ACCOUNTS: Permission = {
  point: "Contact.OrgAccountSecurity.ReadWrite",
  lets: "switch enterprise accounts off or on",
};

const HR: Permission = { point: "Hrm.Process.ReadWrite", lets: "hand over what belongs to a leaver" };

const OTHERS: ReadonlyMap<string, Permission> = new Map([
  [API.userList.path, MEMBERS],
  [API.roleGet.path, MEMBERS],
  [API.userGet.path, MEMBER],
  [API.userAdmins.path, MEMBER],
  [API.userByMobile.path, MOBILE],
  [API.terminateAndHandOver.path, HR],
]);

/** The permission that a call needs, for answers that do not name it. */
export function permissionOf(api: Api): Permission {
  const other = OTHERS.get(api.path);
  if (other) return other;
  if (api.subject === "app") return BASE;
  if (api.subject === "account") return ACCOUNTS;
  return api.effect === "write" ? WRITE : DEPARTMENTS;
}
