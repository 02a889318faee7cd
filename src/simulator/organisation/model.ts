import type {
  Chat,
  Department,
  ExternalContact,
  Invitation,
  LeaveRecord,
  OrganisationGrant,
  PendingDismission,
  PreEntry,
  Role,
  RoleGroup,
  User,
} from "./records.ts";
import type { Switches } from "./switches.ts";

/** Everything the simulated organisation knows, with the indexes that keep 100,000 people fast. Only `applyChange` writes to it. */
export interface Organisation {
  readonly corpId: string;
  readonly seed: number;
  switches: Switches;
  /** Where the id generator stands. */
  position: number;
  readonly departments: Map<number, Department>;
  readonly childrenOf: Map<number, Set<number>>;
  /** `parent_id` and how the name looks → departments. */
  readonly departmentNames: Map<string, Set<number>>;
  readonly users: Map<string, User>;
  /** Direct members, in order of entry. */
  readonly membersOf: Map<number, Set<string>>;
  /** Counts changes of a department's direct members, so that sorted listings can be kept. */
  readonly memberVersions: Map<number, number>;
  readonly byMobile: Map<string, string>;
  readonly byEmail: Map<string, string>;
  readonly byOrgEmail: Map<string, string>;
  readonly byTelephone: Map<string, string>;
  readonly byLoginId: Map<string, string>;
  readonly byUnionid: Map<string, string>;
  readonly byExclusiveMobile: Map<string, Set<string>>;
  readonly roleGroups: Map<number, RoleGroup>;
  readonly roles: Map<number, Role>;
  readonly roleMembers: Map<number, Set<string>>;
  readonly leaves: LeaveRecord[];
  readonly invitations: Map<string, Invitation>;
  readonly registeredMobiles: Set<string>;
  readonly consentedMobiles: Set<string>;
  /** By openConversationId, and from chatid to it. */
  readonly chats: Map<string, Chat>;
  readonly chatIds: Map<string, string>;
  readonly contacts: Map<string, ExternalContact>;
  readonly contactMobiles: Map<string, string>;
  readonly dismissions: Map<string, PendingDismission>;
  /** By mobile. */
  readonly preEntries: Map<string, PreEntry>;
  readonly grants: Map<string, OrganisationGrant>;
}
