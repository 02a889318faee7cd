import type { Organisation } from "../organisation/model.ts";
import { contactView } from "../people/external-contacts.ts";
import { userView } from "../people/view.ts";
import { countAllMembers, departmentView } from "../structure/department-reads.ts";
import { rolesOf } from "../structure/roles.ts";

/**
 * The answer of `GET /_sim/state`: the whole organisation, with the field names of DingTalk's reads.
 * Permissions and the contact scope of the app do not limit it.
 */
export function stateView(organisation: Organisation): Record<string, unknown> {
  const counts = countAllMembers(organisation);
  const { organisationName, region, verified } = organisation.switches;
  return {
    organisation: {
      corpId: organisation.corpId,
      name: organisationName,
      region,
      verified,
      invitations: [...organisation.invitations.values()].map(({ mobile, user, sent }) => ({
        mobile: `+${mobile}`,
        userid: user.userid,
        sent,
      })),
    },
    departments: [...organisation.departments.values()].map((department) =>
      departmentView(organisation, department, counts.get(department.dept_id) ?? 0),
    ),
    users: [...organisation.users.values()].map((user) => userView(organisation, user)),
    roles: [...organisation.roleGroups.values()].map((group) => ({
      groupId: group.id,
      name: group.name,
      roles: rolesOf(organisation, group.id).map(({ id, name }) => ({
        id,
        name,
        userids: [...(organisation.roleMembers.get(id) ?? [])],
      })),
    })),
    chats: [...organisation.chats.values()],
    externalContacts: [...organisation.contacts.values()].map(contactView),
  };
}
