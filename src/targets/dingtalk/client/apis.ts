/**
 * The object of a call. An unknown user is "not found" for a call about users, and a missing dependency for
 * all others.
 */
export type Subject = "user" | "department" | "role" | "account" | "app";

export interface Api {
  readonly path: string;
  /** The path without the parts that differ between organisations. */
  readonly template?: string;
  /**
   * Old: token in the query, `errcode` envelope. New: token in a header, HTTP status and `code`
   * (docs/dingtalk.md 1).
   */
  readonly generation: "old" | "new";
  readonly method: "GET" | "POST";
  /** A `read` without an answer has done nothing; a `write` without one may have been carried out. */
  readonly effect: "read" | "write";
  readonly subject: Subject;
  /**
   * A `read` without an answer has changed nothing. A `write` without an answer may have been carried out.
   */
  readonly essential: boolean;
}

const old = (path: string, effect: Api["effect"], subject: Subject, essential = true): Api => ({
  path,
  generation: "old",
  method: "POST",
  effect,
  subject,
  essential,
});

const recent = (
  path: string,
  effect: Api["effect"],
  subject: Subject,
  method: Api["method"] = "POST",
): Api => ({
  path,
  generation: "new",
  method,
  effect,
  subject,
  essential: false,
});

/** Every address that the adapter uses. Users and departments can only be written through the old API. */
export const API = {
  userCreate: old("/topapi/v2/user/create", "write", "user"),
  userUpdate: old("/topapi/v2/user/update", "write", "user"),
  userDelete: old("/topapi/v2/user/delete", "write", "user"),
  userGet: old("/topapi/v2/user/get", "read", "user"),
  userList: old("/topapi/v2/user/list", "read", "department"),
  userByMobile: old("/topapi/v2/user/getbymobile", "read", "user", false),
  userAdmins: old("/topapi/user/listadmin", "read", "app"),
  departmentCreate: old("/topapi/v2/department/create", "write", "department"),
  departmentUpdate: old("/topapi/v2/department/update", "write", "department"),
  departmentDelete: old("/topapi/v2/department/delete", "write", "department"),
  departmentGet: old("/topapi/v2/department/get", "read", "department"),
  departmentChildren: old("/topapi/v2/department/listsub", "read", "department"),
  departmentParents: old("/topapi/v2/department/listparentbydept", "read", "department"),
  departmentChildIds: old("/topapi/v2/department/listsubid", "read", "department"),
  roleAddGroup: old("/role/add_role_group", "write", "role", false),
  roleAdd: old("/role/add_role", "write", "role", false),
  roleUpdate: old("/role/update_role", "write", "role", false),
  roleDelete: old("/topapi/role/deleterole", "write", "role", false),
  roleGrant: old("/topapi/role/addrolesforemps", "write", "user", false),
  roleRevoke: old("/topapi/role/removerolesforemps", "write", "user", false),
  roleList: old("/topapi/role/list", "read", "role", false),
  roleGet: old("/topapi/role/getrole", "read", "role", false),
  workNotice: old("/topapi/message/corpconversation/asyncsend_v2", "write", "user", false),
  scopes: { ...old("/auth/scopes", "read", "app"), method: "GET" },
  accountDisable: recent("/v1.0/contact/orgAccounts/disable", "write", "account"),
  accountEnable: recent("/v1.0/contact/orgAccounts/enable", "write", "account"),
  accountSignOut: recent("/v1.0/contact/orgAccounts/signOut", "write", "account"),
  accountStatus: recent("/v1.0/contact/orgAccounts/status", "read", "account", "GET"),
  /** Removes a person and hands over their documents and approvals; part of 智能人事. */
  terminateAndHandOver: recent("/v1.0/hrm/processes/terminateAndHandOver", "write", "user"),
  /** A ticket for one connection that receives events of DingTalk. */
  streamOpen: recent("/v1.0/gateway/connections/open", "read", "app"),
  /**
   * Counts as a read: a repeated call renews the token and changes nothing else. The secret is in the body,
   * unlike with `/gettoken`.
   */
  token: { ...recent("/v1.0/oauth2/accessToken", "read", "app"), essential: true },
} as const satisfies Readonly<Record<string, Api>>;

/** The token call with the organisation. It fails if the app belongs to another organisation. */
export const organisationToken = (corpId: string): Api => ({
  ...API.token,
  path: `/v1.0/oauth2/${encodeURIComponent(corpId)}/token`,
  template: "/v1.0/oauth2/{corpId}/token",
});
