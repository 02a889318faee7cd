import type { Organisation } from "../../organisation/model.ts";
import type { Done } from "../../organisation/organisation.ts";
import type { PendingDismission } from "../../organisation/records.ts";
import { type Fields, text } from "../../wire/fields.ts";
import { invalidParameter, refuseNew } from "../../wire/refusal.ts";
import { MOST_AT_ONCE, readDay, readIds, readReasons, requireEmployee, requireFeature } from "./hr-fields.ts";

/** `GET /v1.0/hrm/employees/dismissions`: people who have left and have not returned. */
export function listDismissions(organisation: Organisation, fields: Fields): Done {
  requireFeature(organisation);
  const from = Number(text(fields, "nextToken") || "0");
  const size = Number(text(fields, "maxResults") || String(MOST_AT_ONCE));
  if (!Number.isInteger(from) || from < 0) throw invalidParameter("nextToken");
  if (!Number.isInteger(size) || size < 1 || size > MOST_AT_ONCE) throw invalidParameter("maxResults");
  const left = [...new Set(organisation.leaves.map(({ userId }) => userId))].filter(
    (userId) => !organisation.users.has(userId),
  );
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
    return {
      userId,
      name: organisation.users.get(userId)?.name ?? "",
      status: 1,
      lastWorkDay: lastWorkDate,
      ...rest,
    };
  }
  const record = organisation.users.has(userId)
    ? undefined
    : organisation.leaves.findLast((one) => one.userId === userId);
  return record
    ? { userId, name: record.name, status: 2, lastWorkDay: record.leaveMs }
    : { userId, status: 3 };
}

/**
 * `POST /v1.0/hrm/pendingDismission/start`: plans a leave. The person stays a member until another call
 * removes them.
 */
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

function readDismission(
  fields: Fields,
  userId: string,
  current: PendingDismission | undefined,
): PendingDismission {
  return {
    userId,
    lastWorkDate: readDay(fields, current?.lastWorkDate),
    reasonMemo: text(fields, "dismissionMemo") ?? text(fields, "remark") ?? current?.reasonMemo ?? "",
    ...readReasons(fields, current),
  };
}
