import { holderOfName, lookOf } from "../organisation/department-names.ts";
import type { Organisation } from "../organisation/model.ts";
import { ROOT } from "../organisation/organisation.ts";
import type { Department } from "../organisation/records.ts";
import { boundedText, departmentIds, type Fields, flag, ids, present, whole } from "../wire/fields.ts";
import { refuse } from "../wire/refusal.ts";

type Writable = Partial<Omit<Department, "dept_id" | "name" | "parent_id">>;

/**
 * The fields of a call that create and update have in common (docs/dingtalk.md 4.1). Fields that are not in
 * the call are not in the result.
 */
export function readWritable(
  organisation: Organisation,
  fields: Fields,
  current: Department | undefined,
): Writable {
  return present({
    order: whole(fields, "order", 40011),
    source_identifier: boundedText(fields, "source_identifier", 255),
    create_dept_group: flag(fields, "create_dept_group"),
    auto_approve_apply: flag(fields, "auto_approve_apply"),
    hide_dept: flag(fields, "hide_dept"),
    outer_dept: flag(fields, "outer_dept"),
    outer_dept_only_self: flag(fields, "outer_dept_only_self"),
    brief: boundedText(fields, "brief", 255),
    telephone: boundedText(fields, "telephone", 50),
    extension: boundedText(fields, "extension", 2_000),
    ...visibleLists(organisation, fields, current),
  });
}

/**
 * The four lists of who may see the department. Create allows 50 entries in each, update 50 in both lists of
 * a pair together (docs/dingtalk.md 4.1, 4.2).
 */
function visibleLists(organisation: Organisation, fields: Fields, current: Department | undefined): Writable {
  const errcode = current ? 60109 : organisation.switches.createVisibleListError;
  const departments = (name: string): number[] | undefined => {
    const list = departmentIds(fields, name, errcode);
    if (list?.some((id) => !organisation.departments.has(id))) throw refuse(errcode, ` ${name}`);
    return list;
  };
  const users = (name: string): string[] | undefined => {
    const list = ids(fields, name);
    if (list?.some((id) => !organisation.users.has(id))) throw refuse(errcode, ` ${name}`);
    return list;
  };
  const lists = {
    dept_permits: departments("dept_permits"),
    user_permits: users("user_permits"),
    outer_permit_depts: departments("outer_permit_depts"),
    outer_permit_users: users("outer_permit_users"),
  };
  const size = (list: readonly unknown[] | undefined): number => list?.length ?? 0;
  for (const [one, other] of [
    [size(lists.dept_permits), size(lists.user_permits)],
    [size(lists.outer_permit_depts), size(lists.outer_permit_users)],
  ] as const) {
    if (current ? one + other > 50 : one > 50 || other > 50) throw refuse(errcode);
  }
  return present(lists);
}

/**
 * The name without blanks at its ends. Refuses an empty name or more than `most` characters (60001), a
 * forbidden character (60009) and a sensitive word (60022; docs/dingtalk.md 4.1).
 */
export function requireName(organisation: Organisation, written: string, most: number): string {
  const name = written.trim();
  if (lookOf(name) === "" || [...name].length > most) throw refuse(60001);
  if (/[-,，]/.test(name)) throw refuse(60009);
  if (organisation.switches.sensitiveWords.some((word) => name.includes(word))) throw refuse(60022);
  return name;
}

/**
 * Refuses the name of another department under the same parent with 60021 or 60008 (switch
 * `duplicateDepartment`).
 */
export function requireFreeName(
  organisation: Organisation,
  parentId: number,
  name: string,
  self: number | undefined,
): void {
  if (holderOfName(organisation, parentId, name, self) !== undefined)
    throw refuse(organisation.switches.duplicateDepartment);
}

/**
 * Refuses too many levels (60002) or children (60110) below a new parent (docs/dingtalk.md 4.5). `height`:
 * number of levels of the moved subtree.
 */
export function requireRoom(organisation: Organisation, parentId: number, height: number): void {
  const { maxDepth, maxChildren } = organisation.switches;
  if (maxDepth > 0 && depth(organisation, parentId) + height > maxDepth) throw refuse(60002);
  if (maxChildren > 0 && (organisation.childrenOf.get(parentId)?.size ?? 0) >= maxChildren)
    throw refuse(60110);
}

/** Number of levels below the root; 0 for the root. */
function depth(organisation: Organisation, deptId: number): number {
  let levels = 0;
  let at: number | undefined = deptId;
  while (at !== undefined && at !== ROOT) {
    levels += 1;
    at = organisation.departments.get(at)?.parent_id;
  }
  return levels;
}
