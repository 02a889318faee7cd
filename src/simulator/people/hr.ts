import { parseSearchedMobile } from "../organisation/mobile.ts";
import type { Organisation } from "../organisation/model.ts";
import type { Act, Done } from "../organisation/organisation.ts";
import { leaveDepartments, withOneMain } from "../organisation/posts.ts";
import { type Change, type DepartmentEntry, type PendingDismission, phoneKey, type User } from "../organisation/records.ts";
import { type Fields, object, requiredText, text } from "../wire/fields.ts";
import { invalidParameter, missing, Refused, refuse, refuseNew } from "../wire/refusal.ts";
import { endMembership } from "./delete.ts";

/*
 * The calls of the HR product 智能人事 that concern the directory (docs/dingtalk.md 7): leavers, planned leaves, and leaving with a hand-over.
 * Of what is handed over, only the leaver's reports are part of the simulated state; files and approvals are not.
 */

const MOST_AT_ONCE = 50;

/** `GET /v1.0/hrm/employees/dismissions`: people who have left and have not returned. */
export function listDismissions(organisation: Organisation, fields: Fields): Done {
  requireFeature(organisation);
  const from = Number(text(fields, "nextToken") || "0");
  const size = Number(text(fields, "maxResults") || String(MOST_AT_ONCE));
  if (!Number.isInteger(from) || from < 0) throw invalidParameter("nextToken");
  if (!Number.isInteger(size) || size < 1 || size > MOST_AT_ONCE) throw invalidParameter("maxResults");
  const left = [...new Set(organisation.leaves.map(({ userId }) => userId))].filter((userId) => !organisation.users.has(userId));
  const userIdList = left.slice(from, from + size);
  const next = from + userIdList.length;
  const hasMore = next < left.length;
  return { answer: { nextToken: hasMore ? next : 0, hasMore, userIdList } };
}

/** `GET /v1.0/hrm/employees/dimissionInfos`: status 1 planned leave, 2 left, 3 neither. */
export function dismissionInfos(organisation: Organisation, fields: Fields): Done {
  requireFeature(organisation);
  const userIds = readIds(fields, "userIdList");
  if (userIds.length === 0 || userIds.length > MOST_AT_ONCE) throw invalidParameter("userIdList");
  return { answer: { result: userIds.map((userId) => dismissionView(organisation, userId)) } };
}

function dismissionView(organisation: Organisation, userId: string): Record<string, unknown> {
  const pending = organisation.dismissions.get(userId);
  if (pending) {
    const { lastWorkDate, userId: _same, ...rest } = pending;
    return { userId, name: organisation.users.get(userId)?.name ?? "", status: 1, lastWorkDay: lastWorkDate, ...rest };
  }
  const record = organisation.users.has(userId) ? undefined : organisation.leaves.findLast((one) => one.userId === userId);
  return record ? { userId, name: record.name, status: 2, lastWorkDay: record.leaveMs } : { userId, status: 3 };
}

/** `POST /v1.0/hrm/pendingDismission/start`: plans a leave. The person stays a member until another call removes them. */
export function startDismission(organisation: Organisation, fields: Fields): Done {
  const user = requireEmployee(organisation, fields, "userId");
  if (organisation.dismissions.has(user.userid)) throw refuseNew(400, "businessError", "员工已在待离职状态");
  return {
    answer: { success: true, result: true },
    changes: [{ type: "dismission.put", dismission: readDismission(fields, user.userid, undefined) }],
  };
}

/** `PUT /v1.0/hrm/pendingDismission/infos`. */
export function updateDismission(organisation: Organisation, fields: Fields): Done {
  const current = requirePending(organisation, requireEmployee(organisation, fields, "userId").userid);
  return {
    answer: { success: true, result: true },
    changes: [{ type: "dismission.put", dismission: readDismission(fields, current.userId, current) }],
  };
}

/** `POST /v1.0/hrm/pendingDismission/revoke`. */
export function revokeDismission(organisation: Organisation, fields: Fields): Done {
  const { userId } = requirePending(organisation, requireEmployee(organisation, fields, "userId").userid);
  return { answer: { success: true, result: true }, changes: [{ type: "dismission.remove", userId }] };
}

function requirePending(organisation: Organisation, userId: string): PendingDismission {
  const pending = organisation.dismissions.get(userId);
  if (!pending) throw refuseNew(400, "businessError", "员工不在待离职状态");
  return pending;
}

function readDismission(fields: Fields, userId: string, current: PendingDismission | undefined): PendingDismission {
  return {
    userId,
    lastWorkDate: readDay(fields, current?.lastWorkDate),
    reasonMemo: text(fields, "dismissionMemo") ?? text(fields, "remark") ?? current?.reasonMemo ?? "",
    ...readReasons(fields, current),
  };
}

/** `POST /v1.0/hrm/processes/terminateAndHandOver`: removes the person immediately (docs/dingtalk.md 7). Refused for the main administrator. */
export function terminateAndHandOver(organisation: Organisation, fields: Fields, act: Act): Done {
  const user = requireEmployee(organisation, fields, "userId");
  const operator = requireEmployee(organisation, fields, "optUserId");
  if (operator.userid === user.userid) throw invalidParameter("optUserId");
  readDay(fields, undefined);
  if (!text(fields, "dismissionMemo")) throw invalidParameter("dismissionMemo");
  readReasons(fields, undefined);
  for (const name of ["aflowHandOverUserId", "docNoteHandoverUserId", "dingPanHandoverUserId", "permissionHandoverUserId"])
    if (text(fields, name)) requireEmployee(organisation, fields, name);
  const successor = text(fields, "directSubordinatesHandoverUserId")
    ? requireEmployee(organisation, fields, "directSubordinatesHandoverUserId")
    : undefined;
  if (user.sysLevel === 1) throw refuseNew(400, "businessError", "主管理员不能办理离职");
  const ended = endMembership(organisation, user, act, "oapi");
  return { answer: { result: true }, changes: [...handedOver(organisation, user, successor), ...ended.changes], events: ended.events };
}

/** The reports of the leaver get the successor as their manager. If the successor is one of these reports, they get no manager. */
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
  if (listed.length === 0 || !listed.every((id) => organisation.departments.has(id))) throw invalidParameter("deptIdsAfterTransfer");
  if (named !== undefined && !listed.includes(named)) throw invalidParameter("mainDeptIdAfterTransfer");
  const posts = withOneMain(
    listed.map((dept_id): DepartmentEntry => user.posts.find((post) => post.dept_id === dept_id) ?? { dept_id, order: 0, main: false }),
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

/** `POST /topapi/smartwork/hrm/employee/addpreentry`: announces a person who will join. Answers -1 if a member has the number. */
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

function requireFeature(organisation: Organisation): void {
  if (!organisation.switches.hr) throw refuseNew(400, "suiteCallInvalid", "企业未开通智能人事");
}

function requireEmployee(organisation: Organisation, fields: Fields, name: string): User {
  requireFeature(organisation);
  const userid = text(fields, name);
  if (!userid) throw invalidParameter(name);
  const user = organisation.users.get(userid);
  if (!user) throw refuseNew(400, "empNotExists", `员工不存在: ${name}`);
  return user;
}

/** `lastWorkDate` in Unix milliseconds. `current` if the call does not contain it. */
function readDay(fields: Fields, current: number | undefined): number {
  const written = text(fields, "lastWorkDate");
  const day = written === undefined ? current : Number(written);
  if (day === undefined || !Number.isSafeInteger(day) || day < 1) throw invalidParameter("lastWorkDate");
  return day;
}

/** The reasons of a leave. Without both lists: those of `current`; refused if there is no `current`. */
function readReasons(fields: Fields, current: PendingDismission | undefined): Pick<PendingDismission, "voluntaryReason" | "passiveReason"> {
  const voluntary = readIds(fields, "terminationReasonVoluntary");
  const passive = readIds(fields, "terminationReasonPassive");
  if (voluntary.length + passive.length > 0) return { voluntaryReason: voluntary, passiveReason: passive };
  if (!current) throw invalidParameter("terminationReasonVoluntary");
  return { voluntaryReason: current.voluntaryReason, passiveReason: current.passiveReason };
}

/** A list of ids: an array, or in a query its JSON text. */
function readIds(fields: Fields, name: string): string[] {
  const value = fields[name];
  if (value === undefined || value === null || value === "") return [];
  const list = typeof value === "string" ? parsed(value, name) : value;
  if (!Array.isArray(list) || !list.every((id) => typeof id === "string" || typeof id === "number")) throw invalidParameter(name);
  return list.map(String);
}

function parsed(value: string, name: string): unknown {
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new Refused(invalidParameter(name).refusal, { cause });
  }
}
