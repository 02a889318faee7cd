import type { Organisation } from "../organisation/model.ts";
import { type Act, type Done, ROOT } from "../organisation/organisation.ts";
import type { Department } from "../organisation/records.ts";
import { requireKnownUser } from "../people/lookup.ts";
import { type Fields, requiredText, requiredWhole, whole } from "../wire/fields.ts";
import { refuse } from "../wire/refusal.ts";
import { ancestors, subtree } from "./department-tree.ts";
import { requireExisting } from "./departments.ts";

/**
 * The department of a school directory. It appears in lists, but all calls about it fail
 * (docs/dingtalk.md 4.4).
 */
const SCHOOL = {
  dept_id: -1,
  name: "家校通讯录",
  parent_id: ROOT,
  create_dept_group: false,
  auto_add_user: false,
};

/** `POST /topapi/v2/department/get` (docs/dingtalk.md 4.4). */
export function getDepartment(organisation: Organisation, fields: Fields, act: Act): Done {
  const department = requireExisting(organisation, act, requiredWhole(fields, "dept_id", 40009));
  return {
    answer: {
      result: departmentView(organisation, department, countMembers(organisation, department.dept_id)),
    },
  };
}

/**
 * A department as `get` shows it. The lists of who may see it are arrays, and present only if they apply
 * (docs/dingtalk.md 4.4).
 */
export function departmentView(
  organisation: Organisation,
  department: Department,
  memberCount: number,
): Record<string, unknown> {
  const {
    hide_dept,
    dept_permits,
    user_permits,
    outer_dept,
    outer_dept_only_self,
    outer_permit_users,
    outer_permit_depts,
    ...plain
  } = department;
  return {
    ...plain,
    hide_dept,
    ...(hide_dept ? { dept_permits, user_permits } : {}),
    outer_dept,
    ...(outer_dept ? { outer_dept_only_self, outer_permit_users, outer_permit_depts } : {}),
    from_union_org: false,
    member_count: memberCount,
    owning_member_count: organisation.membersOf.get(department.dept_id)?.size ?? 0,
  };
}

/** Number of different people in the department and all departments below it. */
function countMembers(organisation: Organisation, deptId: number): number {
  if (deptId === ROOT) return organisation.users.size;
  const people = new Set<string>();
  for (const id of subtree(organisation, deptId))
    for (const userid of organisation.membersOf.get(id) ?? []) people.add(userid);
  return people.size;
}

/** The same number for every department, computed in one pass over the people. */
export function countAllMembers(organisation: Organisation): Map<number, number> {
  const counts = new Map<number, number>();
  for (const user of organisation.users.values()) {
    const above = new Set(user.posts.flatMap((post) => ancestors(organisation, post.dept_id)));
    for (const deptId of above.add(ROOT)) counts.set(deptId, (counts.get(deptId) ?? 0) + 1);
  }
  return counts;
}

function children(organisation: Organisation, deptId: number): Department[] {
  const list = [...(organisation.childrenOf.get(deptId) ?? [])].map(
    (id) => organisation.departments.get(id)!,
  );
  return list.sort((one, other) => one.order - other.order);
}

const showsSchool = (organisation: Organisation, deptId: number): boolean =>
  organisation.switches.specialDepartments && deptId === ROOT;

/** `POST /topapi/v2/department/listsub`: direct children, not paged. */
export function listSub(organisation: Organisation, fields: Fields, act: Act): Done {
  const deptId = whole(fields, "dept_id", 40009) ?? ROOT;
  requireExisting(organisation, act, deptId);
  const withSource = organisation.switches.listsubSourceIdentifier;
  const list = children(organisation, deptId).map(
    ({ dept_id, name, parent_id, create_dept_group, auto_add_user, source_identifier }) => ({
      dept_id,
      name,
      parent_id,
      create_dept_group,
      auto_add_user,
      ...(withSource && source_identifier !== undefined ? { source_identifier } : {}),
    }),
  );
  return { answer: { result: showsSchool(organisation, deptId) ? [...list, SCHOOL] : list } };
}

/** `POST /topapi/v2/department/listsubid`: not limited by the contact scope (docs/dingtalk.md 2.3). */
export function listSubId(organisation: Organisation, fields: Fields): Done {
  const deptId = requiredWhole(fields, "dept_id", 40009);
  if (!organisation.departments.has(deptId)) throw refuse(60003);
  const list = children(organisation, deptId).map((department) => department.dept_id);
  return {
    answer: {
      result: { dept_id_list: showsSchool(organisation, deptId) ? [...list, SCHOOL.dept_id] : list },
    },
  };
}

/** `POST /topapi/v2/department/listparentbydept`: the department first, the root last. */
export function listParentByDepartment(organisation: Organisation, fields: Fields): Done {
  const deptId = requiredWhole(fields, "dept_id", 40009);
  if (!organisation.departments.has(deptId)) throw refuse(60003);
  return { answer: { result: { parent_id_list: ancestors(organisation, deptId) } } };
}

/** `POST /topapi/v2/department/listparentbyuser`: one such list for each department of the person. */
export function listParentByUser(organisation: Organisation, fields: Fields): Done {
  const user = requireKnownUser(organisation, requiredText(fields, "userid"));
  const parent_list = user.posts.map((post) => ({
    parent_dept_id_list: ancestors(organisation, post.dept_id),
  }));
  return { answer: { result: { parent_list } } };
}
