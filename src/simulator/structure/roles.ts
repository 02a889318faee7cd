import type { Organisation } from "../organisation/model.ts";
import type { Act, Done } from "../organisation/organisation.ts";
import type { EventDraft, Role } from "../organisation/records.ts";
import {
  boundedText,
  departmentIds,
  type Fields,
  page,
  requiredText,
  requiredWhole,
  text,
} from "../wire/fields.ts";
import { refuse } from "../wire/refusal.ts";

/*
 * The spelling of fields differs between these calls, as at DingTalk: `roleId`, `role_id`, `id`, `hasMore`
 * (docs/dingtalk.md 8.1).
 */

/** `POST /role/add_role_group`. */
export function addRoleGroup(organisation: Organisation, fields: Fields, act: Act): Done {
  const name = boundedText(fields, "name", 64, 34018);
  if (!name) throw refuse(34018);
  for (const group of organisation.roleGroups.values()) if (group.name === name) throw refuse(34021);
  const id = act.ids.number(1_000_000_000, 2_000_000_000, (taken) => organisation.roleGroups.has(taken));
  return {
    answer: { groupId: id },
    changes: [{ type: "role-group.put", group: { id, name, system: false } }],
  };
}

/**
 * `POST /role/add_role`: adds a role to a role group. Refuses a name that the group has already with 34021.
 */
export function addRole(organisation: Organisation, fields: Fields, act: Act): Done {
  const groupId = requiredWhole(fields, "groupId", 34020);
  const name = readRoleName(fields);
  const group = organisation.roleGroups.get(groupId);
  if (!group) throw refuse(34020);
  if (group.system) throw refuse(23004);
  requireFreeName(organisation, groupId, name, undefined);
  const id = act.ids.number(1_000_000_000, 2_000_000_000, (taken) => organisation.roles.has(taken));
  return {
    answer: { roleId: id },
    changes: [{ type: "role.put", role: { id, name, groupId } }],
    events: [labelEvent("label_conf_add", [id])],
  };
}

/** `POST /role/update_role`. */
export function updateRole(organisation: Organisation, fields: Fields): Done {
  const role = requireOwnRole(organisation, requiredWhole(fields, "roleId", 33011));
  const name = readRoleName(fields);
  requireFreeName(organisation, role.groupId, name, role.id);
  const [preLabelList, postLabelList] = [role.name, name].map((labelName) =>
    JSON.stringify([{ labelId: role.id, labelName }]),
  );
  const event = {
    eventType: "label_conf_modify",
    data: { labelIdList: [role.id], scope: "1", preLabelList, postLabelList },
  };
  return { answer: {}, changes: [{ type: "role.put", role: { ...role, name } }], events: [event] };
}

/** `POST /topapi/role/deleterole`. Refuses a role with members with 23007; the code is not documented. */
export function deleteRole(organisation: Organisation, fields: Fields): Done {
  const role = requireOwnRole(organisation, requiredWhole(fields, "role_id", 33011));
  if ((organisation.roleMembers.get(role.id)?.size ?? 0) > 0) throw refuse(23007);
  return {
    answer: {},
    changes: [{ type: "role.remove", role_id: role.id }],
    events: [labelEvent("label_conf_del", [role.id])],
  };
}

const labelEvent = (eventType: string, labelIdList: readonly number[]): EventDraft => ({
  eventType,
  data: { labelIdList, scope: "1" },
});

/** `POST /topapi/role/list`: groups with their roles. */
export function listRoles(organisation: Organisation, fields: Fields): Done {
  const { offset, size } = page(fields, { offset: "offset", size: "size", max: 200, usual: 20 });
  const groups = [...organisation.roleGroups.values()];
  const list = groups.slice(offset, offset + size).map((group) => ({
    groupId: group.id,
    name: group.name,
    roles: rolesOf(organisation, group.id).map(({ id, name }) => ({ id, name })),
  }));
  return { answer: { result: { hasMore: offset + list.length < groups.length, list } } };
}

/** `POST /topapi/role/getrole`. The answer is in the field `role`, and not in `result`. */
export function getRole(organisation: Organisation, fields: Fields): Done {
  const { name, groupId } = requireRole(organisation, requiredWhole(fields, "roleId", 33011));
  return { answer: { role: { name, groupId } } };
}

/** `POST /topapi/role/getrolegroup`. */
export function getRoleGroup(organisation: Organisation, fields: Fields): Done {
  const group = organisation.roleGroups.get(requiredWhole(fields, "group_id", 34020));
  if (!group) throw refuse(34020);
  const roles = rolesOf(organisation, group.id).map(({ id, name }) => ({ role_id: id, role_name: name }));
  return { answer: { role_group: { group_name: group.name, roles } } };
}

/** `POST /topapi/role/scope/update`: sets the departments that a member of the role manages, at most 50. */
export function updateRoleScope(organisation: Organisation, fields: Fields, act: Act): Done {
  const role = requireRole(organisation, requiredWhole(fields, "role_id", 33011));
  const user = organisation.users.get(requiredText(fields, "userid"));
  if (!user?.roles.some((grant) => grant.role_id === role.id)) throw refuse(33012);
  const dept_ids = departmentIds(fields, "dept_ids", 40009) ?? [];
  if (dept_ids.length > 50) throw refuse(40066);
  if (!dept_ids.every((id) => organisation.departments.has(id))) throw refuse(60003);
  const roles = user.roles.map((grant) => (grant.role_id === role.id ? { ...grant, dept_ids } : grant));
  return { answer: {}, changes: [{ type: "user.put", user: { ...user, roles, modified: act.ids.next() } }] };
}

export const rolesOf = (organisation: Organisation, groupId: number): Role[] =>
  [...organisation.roles.values()].filter((role) => role.groupId === groupId);

function readRoleName(fields: Fields): string {
  const name = text(fields, "roleName");
  if (!name) throw refuse(34018);
  return name;
}

function requireFreeName(
  organisation: Organisation,
  groupId: number,
  name: string,
  self: number | undefined,
): void {
  if (rolesOf(organisation, groupId).some((role) => role.name === name && role.id !== self))
    throw refuse(34021);
}

export function requireRole(organisation: Organisation, roleId: number): Role {
  const role = organisation.roles.get(roleId);
  if (!role) throw refuse(33011);
  return role;
}

/** The role with this id. Refuses a role of the group 默认, which cannot be changed (docs/dingtalk.md 8.1). */
function requireOwnRole(organisation: Organisation, roleId: number): Role {
  const role = requireRole(organisation, roleId);
  if (organisation.roleGroups.get(role.groupId)?.system) throw refuse(23004);
  return role;
}
