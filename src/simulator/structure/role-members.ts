import type { Organisation } from "../organisation/model.ts";
import type { Act, Done } from "../organisation/organisation.ts";
import type { Change } from "../organisation/records.ts";
import type { User } from "../organisation/user-record.ts";
import { departmentIds, type Fields, ids, page, requiredText, requiredWhole } from "../wire/fields.ts";
import { refuse } from "../wire/refusal.ts";
import { requireRole } from "./roles.ts";

/**
 * `POST /topapi/role/addrolesforemps`: at most 20 roles and 20 people. One unknown person refuses the whole
 * call (docs/dingtalk.md 8.1).
 */
export function addRolesForPeople(organisation: Organisation, fields: Fields, act: Act): Done {
  const { roleIds, users } = readBatch(organisation, fields, 20);
  return grants(roleIds, users, "add", act, (user) => [
    ...user.roles,
    ...roleIds
      .filter((id) => !user.roles.some((grant) => grant.role_id === id))
      .map((role_id) => ({ role_id, dept_ids: [] })),
  ]);
}

/** `POST /topapi/role/removerolesforemps`: at most 20 roles and 100 people (docs/dingtalk.md 8.1). */
export function removeRolesForPeople(organisation: Organisation, fields: Fields, act: Act): Done {
  const { roleIds, users } = readBatch(organisation, fields, 100);
  return grants(roleIds, users, "remove", act, (user) =>
    user.roles.filter((grant) => !roleIds.includes(grant.role_id)),
  );
}

function readBatch(
  organisation: Organisation,
  fields: Fields,
  mostUsers: number,
): { readonly roleIds: number[]; readonly users: User[] } {
  requiredText(fields, "roleIds");
  requiredText(fields, "userIds");
  const roleIds = departmentIds(fields, "roleIds", 33011) ?? [];
  const userIds = ids(fields, "userIds") ?? [];
  if (roleIds.length > 20) throw refuse(40035, " roleIds");
  if (userIds.length > mostUsers) throw refuse(40035, " userIds");
  if (!roleIds.every((id) => organisation.roles.has(id))) throw refuse(33011);
  const users = userIds.map((userid) => {
    const user = organisation.users.get(userid);
    if (!user) throw refuse(33012, ` ${userid}`);
    return user;
  });
  return { roleIds, users };
}

function grants(
  labelIdList: readonly number[],
  users: readonly User[],
  action: "add" | "remove",
  act: Act,
  roles: (user: User) => User["roles"],
): Done {
  const modified = act.ids.next();
  return {
    answer: {},
    changes: users.map(
      (user): Change => ({ type: "user.put", user: { ...user, roles: roles(user), modified } }),
    ),
    events: [
      {
        eventType: "label_user_change",
        data: { userIdList: users.map((user) => user.userid), labelIdList, action },
      },
    ],
  };
}

/** `POST /topapi/role/simplelist`: the members of a role. */
export function listRoleMembers(organisation: Organisation, fields: Fields): Done {
  const role = requireRole(organisation, requiredWhole(fields, "role_id", 33011));
  const { offset, size } = page(fields, { offset: "offset", size: "size", max: 100, usual: 20 });
  const members = [...(organisation.roleMembers.get(role.id) ?? [])];
  const list = members.slice(offset, offset + size).map((userid) => {
    const user = organisation.users.get(userid)!;
    const scope = user.roles.find((grant) => grant.role_id === role.id)?.dept_ids ?? [];
    const manageScopes = scope.flatMap((dept_id) => {
      const department = organisation.departments.get(dept_id);
      return department ? [{ dept_id, name: department.name }] : [];
    });
    return { userid, name: user.name, ...(manageScopes.length > 0 ? { manageScopes } : {}) };
  });
  return { answer: { result: { hasMore: offset + list.length < members.length, list } } };
}
