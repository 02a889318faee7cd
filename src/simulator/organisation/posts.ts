import {
  boundedText,
  departmentIds,
  type Fields,
  flag,
  objects,
  present,
  requiredWhole,
  whole,
} from "../wire/fields.ts";
import { refuse } from "../wire/refusal.ts";
import type { Organisation } from "./model.ts";
import type { Act } from "./organisation.ts";
import type { Change } from "./records.ts";
import { requireDepartment } from "./scope.ts";
import type { DepartmentEntry } from "./user-record.ts";

/**
 * The departments of a person after the call. `dept_id_list` replaces all of them. The three lists of objects
 * then set order, title and main department of single departments (docs/dingtalk.md 5.1, 5.2). Objects for
 * departments that the person is not in are ignored.
 */
export function readPosts(
  organisation: Organisation,
  fields: Fields,
  act: Act,
  current: readonly DepartmentEntry[],
): readonly DepartmentEntry[] {
  const listed = departmentIds(fields, "dept_id_list", 40025);
  if (listed !== undefined) requireDepartments(organisation, act, listed, current);
  const orders = byDepartment(fields, "dept_order_list", (entry) => ({
    order: whole(entry, "order", 40011),
  }));
  const titles = byDepartment(fields, "dept_title_list", (entry) => ({
    title: boundedText(entry, "title", 200),
  }));
  const positions = byDepartment(fields, "dept_position_list", (entry) => ({
    title: boundedText(entry, "title", 200),
    work_place: boundedText(entry, "work_place", 100, 40064),
    main: flag(entry, "is_main"),
  }));
  if (listed === undefined && orders.size + titles.size + positions.size === 0) return current;
  const posts = (listed ?? current.map((post) => post.dept_id)).map(
    (dept_id): DepartmentEntry => ({
      ...(current.find((post) => post.dept_id === dept_id) ?? { dept_id, order: 0, main: false }),
      ...present(orders.get(dept_id) ?? {}),
      ...present(titles.get(dept_id) ?? {}),
      ...present(positions.get(dept_id) ?? {}),
    }),
  );
  const named = posts.find((post) => positions.get(post.dept_id)?.main === true);
  return withOneMain(posts, named?.dept_id);
}

/** Sets exactly one main department: the one in `named`, else the current one, else the first. */
export function withOneMain(posts: readonly DepartmentEntry[], named?: number): readonly DepartmentEntry[] {
  const main = named ?? posts.find((post) => post.main)?.dept_id ?? posts[0]?.dept_id;
  return posts.map((post) => ({ ...post, main: post.dept_id === main }));
}

function requireDepartments(
  organisation: Organisation,
  act: Act,
  listed: readonly number[],
  current: readonly DepartmentEntry[],
): void {
  if (listed.length === 0) throw refuse(40025);
  if (listed.length > (current.length === 0 ? 100 : 300)) throw refuse(40066);
  const { maxDepartmentMembers } = organisation.switches;
  for (const deptId of listed) {
    if (!organisation.departments.has(deptId)) throw refuse(60003);
    requireDepartment(organisation, act, deptId);
    const isInside = current.some((post) => post.dept_id === deptId);
    if (
      !isInside &&
      maxDepartmentMembers > 0 &&
      (organisation.membersOf.get(deptId)?.size ?? 0) >= maxDepartmentMembers
    )
      throw refuse(40023);
  }
}

function byDepartment<T>(fields: Fields, name: string, read: (entry: Fields) => T): Map<number, T> {
  return new Map(
    (objects(fields, name) ?? []).map((entry) => [requiredWhole(entry, "dept_id", 40009), read(entry)]),
  );
}

/**
 * Changes of the departments that a person leaves: the person stops being manager and chat owner. The switch
 * `managerLeavesDepartment` may refuse it.
 */
export function leaveDepartments(
  organisation: Organisation,
  userid: string,
  before: readonly DepartmentEntry[],
  after: readonly DepartmentEntry[],
): Change[] {
  const changes: Change[] = [];
  for (const { dept_id } of before) {
    const department = organisation.departments.get(dept_id);
    if (!department || after.some((post) => post.dept_id === dept_id)) continue;
    const { org_dept_owner, ...rest } = department;
    const manages = department.dept_manager_userid_list.includes(userid);
    if (!manages && org_dept_owner !== userid) continue;
    if (manages && after.length > 0 && organisation.switches.managerLeavesDepartment === "refused")
      throw refuse(400002);
    changes.push({
      type: "department.put",
      department: {
        ...rest,
        ...(org_dept_owner !== undefined && org_dept_owner !== userid ? { org_dept_owner } : {}),
        dept_manager_userid_list: department.dept_manager_userid_list.filter((manager) => manager !== userid),
      },
    });
  }
  return changes;
}
