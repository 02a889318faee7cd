import type { Organisation } from "../organisation/model.ts";
import type { Act, Done } from "../organisation/organisation.ts";
import { leaveDepartments } from "../organisation/posts.ts";
import type { Change, EventDraft, LeaveRecord } from "../organisation/records.ts";
import type { User } from "../organisation/user-record.ts";
import { leaveChats } from "../structure/chats.ts";
import { type Fields, requiredText } from "../wire/fields.ts";
import { requireReachableUser } from "./lookup.ts";

/**
 * `POST /topapi/v2/user/delete` (docs/dingtalk.md 5.3, 13.4): ends the membership and removes the roles.
 * `manager_userid` of other people still names the person. A leave record contains the reason.
 */
export const deleteUser = (organisation: Organisation, fields: Fields, act: Act): Done =>
  removeMember(organisation, fields, act, act.by === "app" ? "oapi" : "delete");

/** The person leaves the organisation in the DingTalk client. */
export const leaveByThemselves = (organisation: Organisation, fields: Fields, act: Act): Done =>
  removeMember(organisation, fields, act, "leave");

function removeMember(
  organisation: Organisation,
  fields: Fields,
  act: Act,
  leaveReason: LeaveRecord["leaveReason"],
): Done {
  return {
    answer: {},
    ...endMembership(
      organisation,
      requireReachableUser(organisation, act, requiredText(fields, "userid")),
      act,
      leaveReason,
    ),
  };
}

/** Changes and events of the end of a membership, for every way of leaving. */
export function endMembership(
  organisation: Organisation,
  user: User,
  act: Act,
  leaveReason: LeaveRecord["leaveReason"],
): { readonly changes: readonly Change[]; readonly events: readonly EventDraft[] } {
  const phone = user.phone ?? user.account?.phone;
  const record: LeaveRecord = {
    userId: user.userid,
    name: user.name,
    ...(phone ? { stateCode: phone.stateCode, mobile: phone.number } : {}),
    leaveMs: act.nowMs,
    leaveReason,
  };
  return {
    changes: [
      ...leaveDepartments(organisation, user.userid, user.posts, []),
      ...leaveChats(organisation, user.userid),
      ...(organisation.dismissions.has(user.userid)
        ? [{ type: "dismission.remove", userId: user.userid } as const]
        : []),
      { type: "user.remove", userid: user.userid },
      { type: "leave.add", record },
    ],
    events: [{ eventType: "user_leave_org", data: { timeStamp: String(act.nowMs), userId: [user.userid] } }],
  };
}
