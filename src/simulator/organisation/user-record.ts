/* The record of a person. */

export interface Phone {
  /** Country code without `+`, e.g. "852". */
  readonly stateCode: string;
  readonly number: string;
}

/** A person in one department. */
export interface DepartmentEntry {
  readonly dept_id: number;
  /**
   * The person with the largest number comes first. Departments have the opposite order
   * (docs/dingtalk.md 5.1).
   */
  readonly order: number;
  readonly main: boolean;
  readonly title?: string;
  readonly work_place?: string;
}

/** The attributes that only enterprise accounts have (docs/dingtalk.md 6). */
export interface EnterpriseAccount {
  readonly type: "sso" | "dingtalk";
  readonly login_id?: string;
  readonly nickname?: string;
  readonly phone?: Phone;
  readonly disabled: boolean;
  /** The owner of an account of another organisation. Only the owner can disable and enable it. */
  readonly outer?: OuterAccount;
}

interface OuterAccount {
  readonly corpId: string;
  readonly corpName: string;
  readonly userid: string;
}

interface RoleGrant {
  readonly role_id: number;
  readonly dept_ids: readonly number[];
}

/** Text attributes. "" means no value. */
export interface UserTexts {
  readonly telephone: string;
  readonly job_number: string;
  readonly title: string;
  readonly email: string;
  readonly org_email: string;
  readonly work_place: string;
  readonly remark: string;
}

export interface User extends UserTexts {
  readonly userid: string;
  readonly unionid: string;
  readonly name: string;
  readonly phone?: Phone;
  readonly hide_mobile: boolean;
  readonly posts: readonly DepartmentEntry[];
  readonly manager_userid?: string;
  readonly extension: Readonly<Record<string, string>>;
  readonly hired_date?: number;
  /**
   * Whether the person has activated DingTalk. SCIM's `active` means something else (docs/dingtalk.md 5.4).
   */
  readonly active: boolean;
  readonly senior: boolean;
  /** 1 main administrator, 2 sub-administrator. */
  readonly sysLevel?: 1 | 2;
  /**
   * The level before the last change, and the time of that change. `user/listadmin` may show it for a while
   * (switch `adminListDelayMs`).
   */
  readonly formerLevel?: { readonly level: 0 | 1 | 2; readonly untilMs: number };
  /** URL of the picture. */
  readonly avatar?: string;
  /** Whether the person has set up their address in the Mail of the DingTalk client. */
  readonly mailSetUp?: boolean;
  readonly account?: EnterpriseAccount;
  readonly roles: readonly RoleGrant[];
  /** Logical times of joining and of the last change, for `order_field` of `user/list`. */
  readonly entered: number;
  readonly modified: number;
}

/** The index key of a phone number. */
export const phoneKey = (phone: Phone): string => `${phone.stateCode}-${phone.number}`;
