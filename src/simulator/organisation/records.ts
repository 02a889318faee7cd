import type { Phone, User } from "./user-record.ts";

/*
 * The records of the simulated organisation. Fields that a read shows unchanged have the names of DingTalk's
 * reads (docs/dingtalk.md 4.4, 5.4).
 */

export interface Department {
  readonly dept_id: number;
  readonly name: string;
  /** Only the root has none. */
  readonly parent_id?: number;
  /** The department with the smallest number comes first (docs/dingtalk.md 4.1). */
  readonly order: number;
  readonly source_identifier?: string;
  readonly code?: string;
  readonly create_dept_group: boolean;
  readonly auto_add_user: boolean;
  readonly auto_approve_apply: boolean;
  readonly hide_dept: boolean;
  readonly dept_permits: readonly number[];
  readonly user_permits: readonly string[];
  readonly outer_dept: boolean;
  readonly outer_dept_only_self: boolean;
  readonly outer_permit_users: readonly string[];
  readonly outer_permit_depts: readonly number[];
  readonly dept_manager_userid_list: readonly string[];
  readonly org_dept_owner?: string;
  readonly dept_group_chat_id?: string;
  readonly group_contain_sub_dept: boolean;
  readonly group_contain_outer_dept: boolean;
  readonly group_contain_hidden_dept: boolean;
  readonly brief?: string;
  readonly telephone?: string;
  readonly extension?: string;
}

export interface RoleGroup {
  readonly id: number;
  readonly name: string;
  readonly system: boolean;
}

export interface Role {
  readonly id: number;
  readonly name: string;
  readonly groupId: number;
}

export interface LeaveRecord {
  readonly userId: string;
  readonly name: string;
  readonly stateCode?: string;
  readonly mobile?: string;
  readonly leaveMs: number;
  readonly leaveReason: "oapi" | "delete" | "leave" | "cancel" | "unknown";
}

/** An invitation to a person who has to consent (40103). `user` is the member after the consent. */
export interface Invitation {
  readonly mobile: string;
  readonly user: User;
  /** Time of the last sending, and number of sendings. */
  readonly sentMs: number;
  readonly sent: number;
}

/**
 * A chat that the app created (docs/dingtalk.md 8.2). The chats of departments are fields of `Department`.
 */
export interface Chat {
  readonly openConversationId: string;
  readonly chatid: string;
  readonly name: string;
  readonly owner: string;
  readonly members: readonly string[];
  /** Scene groups only. A second call with the same `uuid` creates no second chat. */
  readonly template_id?: string;
  readonly uuid?: string;
}

/** A person outside the organisation whom a member follows (docs/dingtalk.md 8.3). */
export interface ExternalContact {
  readonly userid: string;
  readonly unionid: string;
  readonly name: string;
  readonly phone: Phone;
  readonly label_ids: readonly number[];
  readonly follower_user_id: string;
  readonly company_name: string;
  readonly title: string;
  readonly address: string;
  readonly remark: string;
  readonly share_dept_ids: readonly number[];
  readonly share_user_ids: readonly string[];
}

/** A planned leave (待离职) of a present member (docs/dingtalk.md 7). */
export interface PendingDismission {
  readonly userId: string;
  readonly lastWorkDate: number;
  readonly reasonMemo: string;
  readonly voluntaryReason: readonly string[];
  readonly passiveReason: readonly string[];
}

/** A person who will join (待入职). */
export interface PreEntry {
  readonly userid: string;
  readonly name: string;
  readonly mobile: string;
}

/**
 * Permission for another organisation to use the enterprise accounts of these departments
 * (docs/dingtalk.md 6).
 */
export interface OrganisationGrant {
  readonly joinCorpId: string;
  readonly grantDeptIdList: readonly number[];
}

/**
 * One change of the organisation. It contains whole records, so applying it twice has no further effect,
 * except for `leave.add`.
 */
export type Change =
  | { readonly type: "department.put"; readonly department: Department }
  | { readonly type: "department.remove"; readonly dept_id: number }
  | { readonly type: "user.put"; readonly user: User }
  | { readonly type: "user.remove"; readonly userid: string }
  | { readonly type: "role-group.put"; readonly group: RoleGroup }
  | { readonly type: "role.put"; readonly role: Role }
  | { readonly type: "role.remove"; readonly role_id: number }
  | { readonly type: "leave.add"; readonly record: LeaveRecord }
  | { readonly type: "invitation.put"; readonly invitation: Invitation }
  | { readonly type: "invitation.remove"; readonly mobile: string }
  | { readonly type: "mobile.registered"; readonly mobile: string }
  | { readonly type: "mobile.consented"; readonly mobile: string }
  | { readonly type: "chat.put"; readonly chat: Chat }
  | { readonly type: "contact.put"; readonly contact: ExternalContact }
  | { readonly type: "contact.remove"; readonly userid: string }
  | { readonly type: "dismission.put"; readonly dismission: PendingDismission }
  | { readonly type: "dismission.remove"; readonly userId: string }
  | { readonly type: "pre-entry.put"; readonly entry: PreEntry }
  | { readonly type: "grant.put"; readonly grant: OrganisationGrant };

/** A contact event without its id and time (docs/dingtalk.md 10.1). */
export interface EventDraft {
  readonly eventType: string;
  readonly data: Readonly<Record<string, unknown>>;
}
