import type { JsonObject } from "../core/entity.ts";
import type { SyncState } from "./run/end/run-end.ts";
import type { Actual, Attributes, AttributeValue } from "./target-values.ts";

/* The facts about an entity. Each run loads them again. */

/**
 * The link between an entity and a remote object. `intended`: a create was begun, and its answer is not
 * known. `owned`: we manage the object.
 */
export interface Link {
  readonly status: "intended" | "owned";
  /** Undefined while the remote id of an intended create is not known. */
  readonly remoteId: string | undefined;
  /** The last observation. Undefined: no observation is reliable now. */
  readonly observed: { readonly attributes: Attributes; readonly presence: Actual["presence"] } | undefined;
  /** The values of an earlier observation. The next read uses them for attributes that it does not return. */
  readonly remembered?: Attributes;
  /** Only of an intended link: the invitation that was sent to the person. */
  readonly invitation?: Invitation;
  /**
   * The object existed at the target before us. `fresh`: nothing was changed since it was linked.
   * `strangers`: it is a department that contains objects which we do not manage.
   */
  readonly adopted?: { readonly fresh: boolean; readonly strangers: boolean };
  /** Only of a leaver who is still at the target. */
  readonly grace?: Grace;
}

/** The time between the deactivation (or parking) of a leaver and the removal. */
export interface Grace {
  readonly since: Date;
  readonly until: Date;
  /** The limits of the policy counted the leaver when the grace began. */
  readonly counted: boolean;
  /** The event of its end is already recorded. */
  readonly ended: boolean;
}

/** Another entity that this entity refers to, and its progress. */
export interface Reference {
  readonly id: string;
  /** Undefined until the entity exists at the target. */
  readonly remoteId: string | undefined;
  readonly state: SyncState | undefined;
}

/** A department of a person. */
export interface DepartmentReference extends Reference {
  /**
   * Only while the department is not at the target: its own attributes, and those of the departments above
   * it.
   */
  readonly settings?: readonly Attributes[];
  /**
   * Only while the department is not at the target: an adoption of it or of a parent is proposed and not
   * decided.
   */
  readonly undecided?: boolean;
}

export interface GroupOfPerson {
  readonly id: string;
  readonly displayName: string;
  readonly externalId: string | undefined;
  /** The result of the mapping for the group; undefined before its first run. */
  readonly placement: "department" | "role" | "none" | undefined;
  /** The state of the group while `placement` is undefined. */
  readonly state?: SyncState | undefined;
  /** Why the mapping makes nothing of the group: one of its `NoPlace`. */
  readonly noPlace?: string | undefined;
  readonly department: DepartmentReference | undefined;
  /** Whether that department, or a department above it, is for people of other organisations. */
  readonly external: boolean;
  readonly role: Reference | undefined;
}

export interface Manager {
  /** The reference as the client wrote it. */
  readonly reference: string;
  /** The person of the directory that the reference means. Undefined: there is none. */
  readonly person: (Reference & Meant & { readonly undecided?: boolean }) | undefined;
}

/** How certain the result of a reference is. */
export interface Meant {
  readonly active: boolean;
  /** More than one active person has this number or externalId, so the reference is ambiguous. */
  readonly several?: boolean;
  /** Only of an inactive person: their day of hire is in the future. */
  readonly coming?: boolean;
}

export interface PersonFacts {
  readonly sourceId: string | undefined;
  /** The SCIM document with id. Undefined: the directory has no such person. */
  readonly document: JsonObject | undefined;
  readonly link: Link | undefined;
  readonly groups: readonly GroupOfPerson[];
  /**
   * Departments from attributes of the person. `path`: the folded names from the top down to the department.
   */
  readonly departments: readonly (DepartmentReference & {
    readonly main: boolean;
    readonly external: boolean;
    readonly path: readonly string[];
  })[];
  readonly manager: Manager | undefined;
  /** Only without a link: an adoption is proposed and not decided. */
  readonly undecided?: boolean;
  /** Joining this record with another record of the same person is proposed and not decided. */
  readonly joinOpen?: boolean;
  /** The values that the person had at the target before a removal. They are to be restored. */
  readonly restoring?: Attributes;
  /**
   * Departments of the person at the target that the directory gave up a moment ago. They may come back
   * within `ms` milliseconds.
   */
  readonly settling?: readonly { readonly remoteId: string; readonly ms: number }[];
}

export interface GroupFacts {
  /** The SCIM document with id. Undefined: the directory has no such group. */
  readonly document: JsonObject | undefined;
}

/** A person whom the directory names as manager of a department. */
export interface DepartmentManager {
  /** The reference as the client wrote it. */
  readonly reference: string;
  readonly person:
    | (Reference &
        Meant & {
          /**
           * `belongs`: the directory wants the person in the department. `member`: the target has the person
           * there.
           */
          readonly belongs: boolean;
          readonly member: boolean;
        })
    | undefined;
}

export interface DepartmentFacts {
  /** Undefined: the tree has no such node. */
  readonly node:
    | {
        readonly name: string;
        readonly settings: Attributes;
        readonly external: boolean;
        readonly present: boolean;
        readonly parent: Reference | undefined;
        /**
         * Whether the directory has ever named managers. From then on the directory owns the list, even when
         * the list becomes empty.
         */
        readonly managed: boolean;
        readonly managers: readonly DepartmentManager[];
        /** The number behind the name at the target. More than 1 if siblings before it have the same name. */
        readonly ordinal?: number;
        /** The sibling that has the name without a number. */
        readonly namesake?: { readonly id: string; readonly name: string } | undefined;
        /**
         * Milliseconds until it is certain whether the department exists. Until then the change may be half
         * of a rename.
         */
        readonly settlesInMs?: number | undefined;
        /** Remote ids of people who can leave the department only after they are no longer its managers. */
        readonly leaving: readonly string[];
      }
    | undefined;
  readonly link: Link | undefined;
  /** Only without a link: an adoption is proposed and not decided. */
  readonly undecided?: boolean;
  /** Whether the department contains people or departments of ours at the target. */
  readonly occupied: boolean;
}

export interface RoleFacts {
  readonly name: string | undefined;
  readonly link: Link | undefined;
  readonly occupied: boolean;
}

/** An invitation that the target sent for us. The person becomes a member by accepting it. */
export interface Invitation {
  /** ISO 8601. */
  readonly at: string;
  /** The attribute by which the person was invited, and its value. A new value leads to a new invitation. */
  readonly attribute: string;
  readonly value: AttributeValue;
  readonly remedy: string;
  /** The invitation has expired, and a run has seen this. */
  readonly ended?: boolean;
}
