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
} from "./records.ts";
import type { Switches } from "./switches.ts";
import type { User } from "./user-record.ts";

/**
 * The state of the simulated organisation, with indexes for up to 100,000 people. Only `applyChange` writes
 * to it, except for `switches` and `position`.
 */
export interface Organisation {
  readonly corpId: string;
  readonly seed: number;
  switches: Switches;
  /** Position of the id generator after the last change. */
  position: number;
  readonly departments: Map<number, Department>;
  readonly childrenOf: Map<number, Set<number>>;
  /** By parent and compared form of the name (`departmentNameKey`). */
  readonly departmentNames: Map<string, Set<number>>;
  readonly users: Map<string, User>;
  /** Direct members of a department, in the order in which they joined it. */
  readonly membersOf: Map<number, Set<string>>;
  /** Number of changes of the direct members of a department. Sorted lists are cached until it changes. */
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
  /** By openConversationId. */
  readonly chats: Map<string, Chat>;
  /** openConversationId by chatid. */
  readonly chatIds: Map<string, string>;
  readonly contacts: Map<string, ExternalContact>;
  readonly contactMobiles: Map<string, string>;
  readonly dismissions: Map<string, PendingDismission>;
  /** By mobile. */
  readonly preEntries: Map<string, PreEntry>;
  readonly grants: Map<string, OrganisationGrant>;
}
