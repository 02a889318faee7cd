import { applyChange } from "./apply-change.ts";
import { seedNumber } from "./identifiers.ts";
import type { Organisation } from "./model.ts";
import { emptyDepartment, ROOT } from "./organisation.ts";
import type { Change } from "./records.ts";
import type { Switches } from "./switches.ts";

/**
 * The roles of the group 默认. Every organisation has them, and they cannot be changed (docs/dingtalk.md 8.1).
 */
const SYSTEM_ROLES = ["负责人", "主管", "主管理员", "子管理员"];

export function createOrganisation(options: {
  readonly corpId: string;
  readonly seed: string;
  readonly switches: Switches;
}): Organisation {
  const organisation: Organisation = {
    corpId: options.corpId,
    seed: seedNumber(options.seed),
    switches: options.switches,
    position: 0,
    departments: new Map(),
    childrenOf: new Map(),
    departmentNames: new Map(),
    users: new Map(),
    membersOf: new Map(),
    memberVersions: new Map(),
    byMobile: new Map(),
    byEmail: new Map(),
    byOrgEmail: new Map(),
    byTelephone: new Map(),
    byLoginId: new Map(),
    byUnionid: new Map(),
    byExclusiveMobile: new Map(),
    roleGroups: new Map(),
    roles: new Map(),
    roleMembers: new Map(),
    leaves: [],
    invitations: new Map(),
    registeredMobiles: new Set(),
    consentedMobiles: new Set(),
    chats: new Map(),
    chatIds: new Map(),
    contacts: new Map(),
    contactMobiles: new Map(),
    dismissions: new Map(),
    preEntries: new Map(),
    grants: new Map(),
  };
  for (const change of foundation(options.switches)) applyChange(organisation, change);
  return organisation;
}

function foundation(switches: Switches): Change[] {
  const root = { ...emptyDepartment, dept_id: ROOT, name: switches.organisationName };
  const group = { id: 100_000_001, name: "默认", system: true };
  const roles = SYSTEM_ROLES.map(
    (name, at): Change => ({ type: "role.put", role: { id: 100_000_101 + at, name, groupId: group.id } }),
  );
  return [{ type: "department.put", department: root }, { type: "role-group.put", group }, ...roles];
}
