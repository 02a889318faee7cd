import { type Fields, requiredText } from "./fields.ts";
import type { Act, Done, Organisation } from "./organisation.ts";
import { leaveDepartments } from "./posts.ts";
import type { LeaveRecord } from "./records.ts";
import { demandReachableUser } from "./user-lookup.ts";

/**
 * `POST /topapi/v2/user/delete` (5.3, 16.6): the membership ends, roles go with it, others' `manager_userid` keeps pointing here,
 * a leave record says who did it.
 */
export const deleteUser = (organisation: Organisation, fields: Fields, act: Act): Done =>
  removeMember(organisation, fields, act, act.by === "app" ? "oapi" : "delete");

/** The person leaves by themselves in the client. */
export const leaveByThemselves = (organisation: Organisation, fields: Fields, act: Act): Done =>
  removeMember(organisation, fields, act, "leave");

function removeMember(organisation: Organisation, fields: Fields, act: Act, leaveReason: LeaveRecord["leaveReason"]): Done {
  const user = demandReachableUser(organisation, act, requiredText(fields, "userid"));
  const phone = user.phone ?? user.account?.phone;
  const record: LeaveRecord = {
    userId: user.userid,
    name: user.name,
    ...(phone ? { stateCode: phone.stateCode, mobile: phone.number } : {}),
    leaveMs: act.nowMs,
    leaveReason,
  };
  return {
    answer: {},
    changes: [
      ...leaveDepartments(organisation, user.userid, user.posts, []),
      { type: "user.remove", userid: user.userid },
      { type: "leave.add", record },
    ],
    events: [{ eventType: "user_leave_org", data: { timeStamp: String(act.nowMs), userId: [user.userid] } }],
  };
}
