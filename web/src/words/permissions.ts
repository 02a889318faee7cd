/** A permission of DingTalk that the server needs, with its Chinese name in the console. */
export interface PermissionName {
  /** The code in the problems of the check. */
  readonly code: string;
  readonly console: string;
  readonly english: string;
}

/**
 * All permissions, in the order of the console. The check tries each with a call
 * (src/targets/dingtalk/check.ts).
 */
export const PERMISSIONS: readonly PermissionName[] = [
  { code: "qyapi_get_department_list", console: "通讯录部门信息读权限", english: "read departments" },
  {
    code: "qyapi_get_department_member",
    console: "通讯录部门成员读权限",
    english: "read the people of departments",
  },
  { code: "qyapi_get_member", console: "成员信息读权限", english: "read single people" },
  {
    code: "qyapi_manage_addresslist",
    console: "通讯录数据管理权限",
    english: "create, change and remove people and departments",
  },
  { code: "field-mobile", console: "企业员工手机号信息", english: "mobile numbers of employees" },
  { code: "field-email", console: "邮箱等个人信息", english: "e-mail and other personal information" },
];
