import type { Organisation } from "../organisation/model.ts";
import { type Act, type Done, emptyDepartment, ROOT } from "../organisation/organisation.ts";
import { withOwnWays } from "../organisation/own-ways.ts";
import type { Change, Department, EventDraft } from "../organisation/records.ts";
import { requireDepartment } from "../organisation/scope.ts";
import {
  boundedText,
  type Fields,
  flag,
  ids,
  present,
  requiredText,
  requiredWhole,
  text,
  whole,
} from "../wire/fields.ts";
import { refuse } from "../wire/refusal.ts";
import { readWritable, requireFreeName, requireName, requireRoom } from "./department-fields.ts";
import { ancestors, height, subtree } from "./department-tree.ts";

/** Maximum length of a name (docs/dingtalk.md 4.1). */
const NAME_MAX = 64;

/** `POST /topapi/v2/department/create` (docs/dingtalk.md 4.1). */
export function createDepartment(organisation: Organisation, given: Fields, act: Act): Done {
  const fields = withOwnWays(organisation, "department", given, act);
  const name = requireName(organisation, requiredText(fields, "name"), NAME_MAX);
  const parentId = requiredWhole(fields, "parent_id", 40010);
  if (!organisation.departments.has(parentId)) throw refuse(60004);
  requireDepartment(organisation, act, parentId);
  const writable = readWritable(organisation, fields, undefined);
  requireFreeName(organisation, parentId, name, undefined);
  const { maxDepartments } = organisation.switches;
  if (maxDepartments > 0 && organisation.departments.size > maxDepartments) throw refuse(60110);
  requireRoom(organisation, parentId, 1);
  const dept_id = act.ids.number(100_000_000, 1_000_000_000, (id) => organisation.departments.has(id));
  const department: Department = {
    ...emptyDepartment,
    order: nextOrder(organisation, parentId),
    ...writable,
    ...(writable.create_dept_group ? { dept_group_chat_id: act.ids.chat(), auto_add_user: true } : {}),
    dept_id,
    name,
    parent_id: parentId,
  };
  return {
    answer: { result: { dept_id } },
    changes: [{ type: "department.put", department }],
    events: [departmentEvent("org_dept_create", [dept_id])],
  };
}

/** The order that puts a new department after its siblings. */
function nextOrder(organisation: Organisation, parentId: number): number {
  let highest = 0;
  for (const id of organisation.childrenOf.get(parentId) ?? [])
    highest = Math.max(highest, organisation.departments.get(id)!.order);
  return highest + 1;
}

/** `POST /topapi/v2/department/update` (docs/dingtalk.md 4.2). Fields that are not in the call stay. */
export function updateDepartment(organisation: Organisation, given: Fields, act: Act): Done {
  const fields = withOwnWays(organisation, "department", given, act);
  const deptId = requiredWhole(fields, "dept_id", 40009);
  if (deptId === ROOT) throw refuse(60018);
  const current = requireExisting(organisation, act, deptId);
  const named = text(fields, "name");
  const name =
    named === undefined
      ? current.name
      : requireName(organisation, named, organisation.switches.departmentNameOnUpdate);
  const parentId = whole(fields, "parent_id", 40010) ?? current.parent_id ?? ROOT;
  if (parentId !== current.parent_id) requireMove(organisation, act, deptId, parentId);
  requireFreeName(organisation, parentId, name, deptId);
  const department: Department = {
    ...current,
    ...readWritable(organisation, fields, current),
    ...present({
      auto_add_user: flag(fields, "auto_add_user"),
      group_contain_sub_dept: flag(fields, "group_contain_sub_dept"),
      group_contain_outer_dept: flag(fields, "group_contain_outer_dept"),
      group_contain_hidden_dept: flag(fields, "group_contain_hidden_dept"),
      code: boundedText(fields, "code", 30),
      dept_manager_userid_list: managers(organisation, fields, deptId),
      org_dept_owner: owner(organisation, fields, deptId),
    }),
    name,
    parent_id: parentId,
  };
  const grouped =
    department.create_dept_group && department.dept_group_chat_id === undefined
      ? { ...department, dept_group_chat_id: act.ids.chat() }
      : department;
  return {
    answer: {},
    changes: [{ type: "department.put", department: grouped }],
    events: [departmentEvent("org_dept_modify", [deptId])],
  };
}

function requireMove(organisation: Organisation, act: Act, deptId: number, parentId: number): void {
  if (!organisation.departments.has(parentId)) throw refuse(60004);
  if (ancestors(organisation, parentId).includes(deptId)) throw refuse(60010);
  requireDepartment(organisation, act, parentId);
  requireRoom(organisation, parentId, height(organisation, deptId));
}

/**
 * The managers after the call. Each must be a direct member (docs/dingtalk.md 4.2). An empty list clears them
 * only with `force_update_fields`.
 */
function managers(organisation: Organisation, fields: Fields, deptId: number): readonly string[] | undefined {
  const list = ids(fields, "dept_manager_userid_list");
  const forced = ids(fields, "force_update_fields")?.includes("dept_manager_userid_list") ?? false;
  if (list === undefined || list.length === 0) return forced ? [] : undefined;
  const members = organisation.membersOf.get(deptId);
  if (!list.every((userid) => members?.has(userid))) throw refuse(40031);
  return list;
}

function owner(organisation: Organisation, fields: Fields, deptId: number): string | undefined {
  const userid = text(fields, "org_dept_owner");
  if (userid === undefined || userid === "") return undefined;
  if (!organisation.membersOf.get(deptId)?.has(userid)) throw refuse(40093);
  return userid;
}

/** `POST /topapi/v2/department/delete` (docs/dingtalk.md 4.3). */
export function deleteDepartment(organisation: Organisation, fields: Fields, act: Act): Done {
  const deptId = requiredWhole(fields, "dept_id", 40009);
  if (deptId === ROOT) throw refuse(60007);
  requireExisting(organisation, act, deptId);
  const below = [...subtree(organisation, deptId)];
  if (below.some((id) => (organisation.membersOf.get(id)?.size ?? 0) > 0)) throw refuse(60005);
  if (below.length > 1 && organisation.switches.childDepartments === "refuse") throw refuse(60006);
  const leavesFirst = below.reverse();
  return {
    answer: {},
    changes: leavesFirst.map((dept_id): Change => ({ type: "department.remove", dept_id })),
    events: [departmentEvent("org_dept_remove", leavesFirst)],
  };
}

const departmentEvent = (eventType: string, deptId: readonly number[]): EventDraft => ({
  eventType,
  data: { deptId },
});

/**
 * The department with this id. Refuses an unknown one with 60003, and one outside the contact scope with
 * 50004.
 */
export function requireExisting(organisation: Organisation, act: Act, deptId: number): Department {
  const department = organisation.departments.get(deptId);
  if (!department) throw refuse(60003);
  requireDepartment(organisation, act, deptId);
  return department;
}
