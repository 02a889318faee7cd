import type { JsonObject } from "../core/entity.ts";
import type { SyncState } from "./run/end/next-state.ts";
import type { Actual, Attributes, AttributeValue } from "./target-values.ts";

/* The facts about an entity, loaded for every run. */

/** Our duty towards a remote object: `intended` before a create whose answer we do not have, `owned` after. */
export interface Link {
  readonly status: "intended" | "owned";
  /** Undefined while an intended create's remote id is not known. */
  readonly remoteId: string | undefined;
  /** The last observation; undefined when it can no longer be trusted. */
  readonly observed: { readonly attributes: Attributes; readonly presence: Actual["presence"] } | undefined;
  /** Until the next read: the remembered values, because a read may not return all of them. */
  readonly remembered?: Attributes;
  /** Of an intended link: the person was asked to agree. */
  readonly invitation?: Invitation;
  /** It was at the target before us. `fresh`: nothing was changed since it was linked; `strangers`: of a department, something inside is not ours. */
  readonly adopted?: { readonly fresh: boolean; readonly strangers: boolean };
  /** Of a leaver who is still there. */
  readonly grace?: Grace;
}

/** The time between being switched off or parked and being removed. */
export interface Grace {
  readonly since: Date;
  readonly until: Date;
  /** The limits of the policy have counted the leaver when it began. */
  readonly counted: boolean;
  /** It has ended before; the event is not repeated. */
  readonly ended: boolean;
}

/** Another entity this one refers to, and how far it is. */
export interface Reference {
  readonly id: string;
  /** Undefined until it exists at the target. */
  readonly remoteId: string | undefined;
  readonly state: SyncState | undefined;
}

/** A department a person belongs to. */
export interface DepartmentReference extends Reference {
  /** While it is not at the target: its own attributes and those of the departments above it. */
  readonly settings?: readonly Attributes[];
  /** While it is not at the target: a proposal for it or a parent is undecided. */
  readonly undecided?: boolean;
}

export interface GroupOfPerson {
  readonly id: string;
  readonly displayName: string;
  readonly externalId: string | undefined;
  /** The result of the mapping for the group; undefined before its first run. */
  readonly placement: "department" | "role" | "none" | undefined;
  /** How far the look at the group is, while `placement` is undefined. */
  readonly state?: SyncState | undefined;
  readonly department: DepartmentReference | undefined;
  /** Whether that department, or one above it, is for people of other organisations. */
  readonly external: boolean;
  readonly role: Reference | undefined;
}

export interface Manager {
  /** As the client named it. */
  readonly reference: string;
  /** The person meant, when there is one in the directory. */
  readonly person: (Reference & Meant & { readonly undecided?: boolean }) | undefined;
}

/** How certain the target of a reference is. */
export interface Meant {
  readonly active: boolean;
  /** More than one active person has the number or externalId: it is not known who is meant. */
  readonly several?: boolean;
  /** Of somebody who is not active: their day of hire is still to come. */
  readonly coming?: boolean;
}

export interface PersonFacts {
  readonly sourceId: string | undefined;
  /** The SCIM document with id; undefined when the directory has no such person (any more). */
  readonly document: JsonObject | undefined;
  readonly link: Link | undefined;
  readonly groups: readonly GroupOfPerson[];
  /** Departments the person is in by attributes; `path`: the folded names down to it. */
  readonly departments: readonly (DepartmentReference & {
    readonly main: boolean;
    readonly external: boolean;
    readonly path: readonly string[];
  })[];
  readonly manager: Manager | undefined;
  /** Without a link: a proposal with an existing person is undecided. */
  readonly undecided?: boolean;
  /** A proposal to join it with another record of the same person is undecided. */
  readonly joinOpen?: boolean;
  /** What the target held of them when they were removed, when it is to be put back. */
  readonly restoring?: Attributes;
  /** Departments the person sits in at the target that were emptied a moment ago, and for how long they may still come back. */
  readonly settling?: readonly { readonly remoteId: string; readonly ms: number }[];
}

export interface GroupFacts {
  /** The SCIM document with id; undefined when the directory has no such group (any more). */
  readonly document: JsonObject | undefined;
}

/** Somebody the directory names as manager of a department. */
export interface DepartmentManager {
  /** As the client named them. */
  readonly reference: string;
  readonly person:
    | (Reference &
        Meant & {
          /** Whether the directory wants them in the department, and whether the target has them there. */
          readonly belongs: boolean;
          readonly member: boolean;
        })
    | undefined;
}

export interface DepartmentFacts {
  /** Undefined when the tree has no such node. */
  readonly node:
    | {
        readonly name: string;
        readonly settings: Attributes;
        readonly external: boolean;
        readonly present: boolean;
        readonly parent: Reference | undefined;
        /** Whether the directory has ever named managers: from then on the list is its own, also when it becomes empty. */
        readonly managed: boolean;
        readonly managers: readonly DepartmentManager[];
        /** More than 1 where siblings before it have the same name at the target: shown behind the name. */
        readonly ordinal?: number;
        /** The sibling that has the name without a number. */
        readonly namesake?: { readonly id: string; readonly name: string } | undefined;
        /** Whether the department is there, or is gone, for certain only then: it may be half of a rename. */
        readonly settlesInMs?: number | undefined;
        /** Remote ids of people who wait to leave the department until it has let go of them. */
        readonly leaving: readonly string[];
      }
    | undefined;
  readonly link: Link | undefined;
  /** Without a link: a proposal with an existing department is undecided. */
  readonly undecided?: boolean;
  /** People or departments of ours still inside at the target. */
  readonly occupied: boolean;
}

export interface RoleFacts {
  readonly name: string | undefined;
  readonly link: Link | undefined;
  readonly occupied: boolean;
}

/** An invitation the target has sent for us: the person becomes a member by accepting it, whenever they like. */
export interface Invitation {
  /** ISO 8601. */
  readonly at: string;
  /** The attribute by which the person was reached, and its value: another one is a reason for another invitation. */
  readonly attribute: string;
  readonly value: AttributeValue;
  readonly remedy: string;
  /** It was seen that it had run out. */
  readonly ended?: boolean;
}
