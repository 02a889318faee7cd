import { parseSearchedMobile } from "../../organisation/mobile.ts";
import type { Organisation } from "../../organisation/model.ts";
import type { Act, Done } from "../../organisation/organisation.ts";
import { leaveDepartments, withOneMain } from "../../organisation/posts.ts";
import type { Change } from "../../organisation/records.ts";
import { type DepartmentEntry, phoneKey, type User } from "../../organisation/user-record.ts";
import { type Fields, object, requiredText, text } from "../../wire/fields.ts";
import { invalidParameter, missing, refuse, refuseNew } from "../../wire/refusal.ts";
import { endMembership } from "../delete.ts";
import { readDay, readIds, readReasons, requireEmployee } from "./hr-fields.ts";

/*
 * The calls of the HR product 智能人事 that concern the directory (docs/dingtalk.md 7): leavers, planned leaves,
 * and leaving with a hand-over. Of what is handed over, only the leaver's reports are part of the simulated
 * state; files and approvals are not.
 */

/**
 * `POST /v1.0/hrm/processes/terminateAndHandOver`: removes the person immediately (docs/dingtalk.md 7).
 * Refused for the main administrator.
 */
export function terminateAndHandOver(organisation: Organisation, fields: Fields, act: Act): Done {
  const user = requireEmployee(organisation, fields, "userId");
  const operator = requireEmployee(organisation, fields, "optUserId");
  if (operator.userid === user.userid) throw invalidParameter("optUserId");
  readDay(fields, undefined);
  if (!text(fields, "dismissionMemo")) throw invalidParameter("dismissionMemo");
  readReasons(fields, undefined);
  for (const name of [
    "aflowHandOverUserId",
    "docNoteHandoverUserId",
    "dingPanHandoverUserId",
    "permissionHandoverUserId",
  ])
    if (text(fields, name)) requireEmployee(organisation, fields, name);
  const successor = text(fields, "directSubordinatesHandoverUserId")
    ? requireEmployee(organisation, fields, "directSubordinatesHandoverUserId")
    : undefined;
  if (user.sysLevel === 1) throw refuseNew(400, "businessError", "主管理员不能办理离职");
  const ended = endMembership(organisation, user, act, "oapi");
  return {
    answer: { result: true },
    changes: [...handedOver(organisation, user, successor), ...ended.changes],
    events: ended.events,
  };
}

/**
 * The reports of the leaver get the successor as their manager. If the successor is one of these reports,
 * they get no manager.
 */
function handedOver(organisation: Organisation, user: User, successor: User | undefined): Change[] {
  if (!successor) return [];
  const reports = [...organisation.users.values()].filter((report) => report.manager_userid === user.userid);
  return reports.map((report): Change => {
    const { manager_userid: _before, ...unmanaged } = report;
    return {
      type: "user.put",
      user: report.userid === successor.userid ? unmanaged : { ...report, manager_userid: successor.userid },
    };
  });
}

/** `POST /v1.0/hrm/processes/transfer`: changes the departments and the main department of a person. */
export function transfer(organisation: Organisation, fields: Fields, act: Act): Done {
  const user = requireEmployee(organisation, fields, "userId");
  const listed = readIds(fields, "deptIdsAfterTransfer").map(Number);
  const main = text(fields, "mainDeptIdAfterTransfer");
  const named = main ? Number(main) : undefined;
  if (listed.length === 0 || !listed.every((id) => organisation.departments.has(id)))
    throw invalidParameter("deptIdsAfterTransfer");
  if (named !== undefined && !listed.includes(named)) throw invalidParameter("mainDeptIdAfterTransfer");
  const posts = withOneMain(
    listed.map(
      (dept_id): DepartmentEntry =>
        user.posts.find((post) => post.dept_id === dept_id) ?? { dept_id, order: 0, main: false },
    ),
    named,
  );
  return {
    answer: { result: true },
    changes: [
      ...leaveDepartments(organisation, user.userid, user.posts, posts),
      { type: "user.put", user: { ...user, posts, modified: act.ids.next() } },
    ],
    events: [{ eventType: "user_modify_org", data: { timeStamp: String(act.nowMs), userId: [user.userid] } }],
  };
}

/**
 * `POST /topapi/smartwork/hrm/employee/addpreentry`: announces a person who will join. Answers -1 if a member
 * has the number.
 */
export function addPreEntry(organisation: Organisation, fields: Fields, act: Act): Done {
  if (!organisation.switches.hr) throw refuse(400002);
  const param = object(fields, "param");
  if (!param) throw missing("param");
  const name = requiredText(param, "name");
  const phone = parseSearchedMobile(organisation.switches, requiredText(param, "mobile"));
  if (!phone) throw refuse(60103);
  requiredText(param, "pre_entry_time");
  const mobile = phoneKey(phone);
  if (organisation.byMobile.has(mobile)) throw refuse(-1);
  const userid = act.ids.userid((id) => organisation.users.has(id));
  return { answer: { userid }, changes: [{ type: "pre-entry.put", entry: { userid, name, mobile } }] };
}
