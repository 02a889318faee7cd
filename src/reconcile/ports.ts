import type { Deadline } from "../core/deadline.ts";
import type { EntityKind, EntityRef, JsonObject } from "../core/entity.ts";
import type { HistoryEvent } from "../history/event.ts";
import type { DepartmentFacts, GroupFacts, Invitation, Manager, PersonFacts, Reference, RoleFacts } from "./facts.ts";
import type { SyncMode } from "./policy.ts";
import type { NextState } from "./run/end/next-state.ts";
import type { Refusals } from "./run/plan/refusal.ts";
import type { Actual, Attributes, AttributeValue } from "./target-values.ts";

/** One entity, claimed for one run. No other run has it before `finish` or the end of the lease. A run that has lost its lease changes nothing. */
export interface Claim {
  readonly ref: EntityRef;
  readonly lease: string;
  /** The generation of the desired state when the run began. Later marks have a higher generation. */
  readonly generation: number;
  readonly attempts: number;
  /** Events that led to this run. */
  readonly causes: readonly string[];
  /** The end of the lease by the clocks of this process. The run sends nothing after it. */
  readonly deadline: Deadline;
  /** The target may still carry out an earlier call that got no answer. */
  readonly unsettled: boolean;
  /** The mode that an operator had ordered at the time of the claim. */
  readonly orderedMode?: SyncMode;
  /** The values that the target refused at the last attempt. */
  readonly refused?: Refusals;
  /** The condition at the target for which the entity was parked. */
  readonly cause: string | undefined;
  /** The entity is a member of a hold. */
  readonly inHold?: boolean;
}

/** The state of a remote object in its link. */
export interface LinkedObject extends Pick<Actual, "remoteId" | "attributes" | "presence"> {
  /** Remote ids of its departments, and `role:` ids of its roles. */
  readonly containers: readonly string[];
}

/** What a finished run changes in the link. */
export type LinkChange =
  | { readonly kind: "keep" }
  | (LinkedObject & { readonly kind: "put" })
  /** The values of an owned object that the run did not write. Only the observation is stored. */
  | (LinkedObject & { readonly kind: "seen" })
  /** The person was invited. The link stays intended, and nothing exists at the target until the person accepts. */
  | { readonly kind: "invitation"; readonly invitation: Invitation }
  /** The object does not exist, but an unanswered call may still create it. The entity stays due until a later check. */
  | { readonly kind: "doubt" }
  | { readonly kind: "remove" };

/** What a run changes in the grace of a leaver. */
export type GraceChange =
  | { readonly kind: "started"; readonly since: Date; readonly until: Date; readonly event: HistoryEvent }
  /** The policy has changed, and with it the end. */
  | { readonly kind: "moved"; readonly until: Date }
  | { readonly kind: "ended" | "cancelled"; readonly event: HistoryEvent };

export interface RunOutcome {
  readonly next: NextState;
  /** Refused values to store. Absent: none are stored. */
  readonly refused?: Refusals;
  /** The condition at the target for which the entity is parked. */
  readonly cause?: string;
  readonly link: LinkChange;
  /** The outcome event of the write, if there was one. */
  readonly event?: HistoryEvent;
  /** The entity appeared at the target or disappeared there. Entities that refer to it or wait for it are requeued. */
  readonly presenceChanged: boolean;
  /** Remote departments that no longer contain the entity. Those that wait for their removal are requeued. */
  readonly departed: readonly string[];
  /** Remote departments that the person has entered. */
  readonly arrived?: readonly string[];
  /** The stored values of a removed person were restored. */
  readonly restored?: boolean;
  /** Only of a leaver. */
  readonly grace?: GraceChange;
  /** The directory has no such entity, and the target has nothing left of it. Its state is deleted too. */
  readonly gone: boolean;
}

export interface ReconcileStore {
  /** Claims at most `limit` due entities, by urgency and age. Claims none while the target is paused. */
  claim(limit: number): Promise<readonly Claim[]>;
  /** Milliseconds until the next entity is due (0: now). Undefined: no entity has a time. */
  nextDueMs(): Promise<number | undefined>;

  people(ids: readonly string[]): Promise<ReadonlyMap<string, PersonFacts>>;
  groups(ids: readonly string[]): Promise<ReadonlyMap<string, GroupFacts>>;
  departments(ids: readonly string[]): Promise<ReadonlyMap<string, DepartmentFacts>>;
  roles(ids: readonly string[]): Promise<ReadonlyMap<string, RoleFacts>>;

  /** The person that a manager reference means. Looks for our id, then an externalId, then an employee number of the same source. */
  manager(sourceId: string, reference: string): Promise<Manager>;
  /** Whether the recorded waits and this one would form a cycle. */
  waitsInCircle(id: string, on: readonly string[]): Promise<boolean>;
  /** Other departments of ours that have a name below a parent (its remote id) at the target, according to the stored observations. */
  nameHolders(departmentId: string, at: { readonly name: string; readonly parent: string }): Promise<readonly NameHolder[]>;
  /** The group of the same source that a reference means: by id, externalId or display name. */
  groupMeant(groupId: string, reference: string): Promise<JsonObject | undefined>;
  /** Whether the group's department is below one whose last group was deleted. Then the group does not wait for its parent. */
  parentIsGone(groupId: string): Promise<boolean>;
  /** Documents of the groups that contain this group, nearest first. At each level only the oldest. */
  groupsAbove(groupId: string): Promise<readonly JsonObject[]>;

  /**
   * Moves the group to the place that the mapping says, in one transaction. `place` undefined: the group was deleted. Creates missing departments
   * above, moves or renames the group's own, and gives up departments that are no longer needed. Marks all of these, the people concerned, and the
   * groups below whose place depends on this group.
   */
  writeGroupNode(groupId: string, place: GroupTarget | undefined, structure: Structure, causes: readonly string[]): Promise<void>;
  /** Does the same for the departments from a person's attributes. Resolves with whether anything changed. */
  writePersonDepartments(userId: string, places: readonly AttributeDepartment[], causes: readonly string[]): Promise<boolean>;

  /** Commits the intent before the call; for a create also the intended link. False: the lease is lost, and nothing may be sent. */
  begin(claim: Claim, intent: HistoryEvent, create: { readonly remoteId: string | undefined } | undefined): Promise<boolean>;
  /**
   * Does the same for an update that overwrites values. All processes together count how often each value is set. Resolves with "near" and begins
   * nothing if one value is set more than `sure` times within an hour.
   */
  beginSetting(claim: Claim, intent: HistoryEvent, values: ValuesSet): Promise<"begun" | "lost" | "near">;
  /** Ends the run in one transaction. False: the lease was lost, and nothing was changed. */
  finish(claim: Claim, finish: RunOutcome): Promise<boolean>;
  /** Ends the run without a result: the entity stays due. */
  release(claim: Claim): Promise<void>;

  /** The other entity of the same kind that has a value at the target, and its expected change. Undefined: none is known. */
  holder(ref: EntityRef, wanted: WantedValue): Promise<Holder | undefined>;
  /** Names (as in the history) of a person's attributes that sources have written since a time. */
  writtenSince(personId: string, since: Date): Promise<ReadonlySet<string>>;
  /** The values of an entity that the target refused at the last attempt. */
  refused(ref: EntityRef): Promise<Refusals | undefined>;
  /** Values of this person that active people wait for. The target refused them the values because this person has them. */
  asked(personId: string): Promise<readonly AskedValue[]>;
  /** Drops the observations of these objects, because they are wrong, and requeues their entities. Resolves with the ids of the managed ones. */
  distrust(kind: EntityKind, remoteIds: readonly string[], causes: readonly string[]): Promise<readonly string[]>;
  /**
   * Departments of ours that have the person as manager at the target and that the person has to leave. These are all departments except those with
   * the remote ids `staying`.
   */
  managedBy(personId: string, staying: readonly string[]): Promise<readonly Reference[]>;

  /** Pauses claims for all processes for `ms` milliseconds. */
  pause(ms: number, reason: string, reasonCode: string): Promise<void>;
}

/** Values of an update by their keys (reconcile/guard/limits.ts). */
export interface ValuesSet {
  readonly keys: readonly string[];
  readonly sure: number;
}

/** A value that the target refused because another object has it. The holder comes from the answer or from the store, or is not known. */
export interface WantedValue {
  readonly attribute: string;
  readonly value: AttributeValue;
  readonly remoteId?: string | undefined;
  readonly entityId?: string | undefined;
}

/**
 * An entity that holds a value at the target which another entity needs.
 * `free`: it no longer holds the value. `yields`: it is inactive, so the active entity has priority. `spares`: it wants another value itself, and
 * cannot have that value. `circle`: it waits for the entity that asks. `moves`: it will change soon. `stays`: no change is known.
 */
export interface Holder {
  readonly id: string;
  readonly expect: "free" | "yields" | "spares" | "circle" | "moves" | "stays";
}

export interface AskedValue {
  readonly attribute: string;
  readonly value: AttributeValue;
  readonly by: string;
  /** Whether the person is at the target without the value. */
  readonly present: boolean;
}

/** A department that has a name at the target which another department needs, and its own desired place. */
export interface NameHolder extends Reference {
  /** Null: the tree has no such node any more. */
  readonly present: boolean | null;
  readonly name: string;
  readonly ordinal: number;
  /** Remote id of its desired parent. Undefined: it belongs at the top, or the parent is not at the target yet. */
  readonly parentId: string | undefined;
  readonly top: boolean;
}

/** How groups state the tree: by paths in their names, by the name of a parent, or by groups as members of groups. */
export type Structure = "path" | "parent" | "nested";

/** A level of a department path, from the top down. */
export interface PathLevel {
  readonly name: string;
  /** Siblings with the same key would have one name at the target. Absent: the name is compared. */
  readonly nameKey?: string;
  /** The id of an organisation, where an attribute names one. Then this id and not the name identifies the department. */
  readonly key?: string;
  /** For people of other organisations. They never share a department with our own people. */
  readonly external: boolean;
  /** Settings from the mapping for a department without a group. */
  readonly settings: Attributes;
}

export type GroupTarget =
  /**
   * The settings of the last level are those of the group. `managers`: references as the client wrote them; absent: the group does not name managers.
   */
  | { readonly kind: "department"; readonly path: readonly PathLevel[]; readonly managers?: readonly string[] }
  | { readonly kind: "role"; readonly name: string }
  /** `mistaken`: the data of the source are wrong. The department or role that the group has stays until the source corrects them. */
  | { readonly kind: "none"; readonly reason: string; readonly mistaken?: boolean };

export interface AttributeDepartment {
  readonly path: readonly PathLevel[];
  readonly main: boolean;
  /** Managers of the department from the person's attributes. Absent: they do not name managers. */
  readonly managers?: readonly string[];
  /** Settings of the last level from the person's attributes. Absent: they have none, and the level uses its own. */
  readonly settings?: Attributes;
}

/** The part of the store that the comparison with the target's lists needs. */
export interface SweepStore {
  /** Records the start of the comparison. */
  beginSweep(event: HistoryEvent): Promise<void>;
  /** The present time by the clock of the store. Observations after this time are newer than a list that begins now. */
  moment(): Promise<Date>;
  /** `untold`: the number of differences for which an event of the target should have arrived. */
  endSweep(event: HistoryEvent, untold: number): Promise<void>;
  /** The links to these remote ids, by remote id. */
  linksTo(kind: EntityKind, remoteIds: readonly string[]): Promise<ReadonlyMap<string, LinkTo>>;
  /** Links whose last observation is older than `since`, in pages. */
  linksBefore(kind: EntityKind, since: Date): AsyncIterable<readonly { readonly id: string; readonly remoteId: string }[]>;
  /** Stores the values of a list, unless a run has observed the entity since. Makes the entity due if the values are `wrong`. */
  noteObserved(ref: EntityRef, seen: Seen, since: Date, causes: readonly string[]): Promise<void>;
  /** Drops the observation, unless a run has observed the entity since, and makes the entity due. */
  noteMissing(ref: EntityRef, since: Date, causes: readonly string[]): Promise<void>;
  /** What decides whether objects at the target with these ids are ours. */
  ownership(kind: EntityKind, ids: readonly string[]): Promise<Ownership>;
  /** Links the remote object to the entity, replacing any former link, and requeues the entity. */
  relink(ref: EntityRef, seen: Omit<Seen, "wrong">, causes: readonly string[]): Promise<void>;
  /** Makes entities due that have neither a scheduled time nor a run. Resolves with their number. */
  repair(): Promise<number>;
  /** Requeues entities with refused values. */
  markRefused(causes: readonly string[]): Promise<void>;
  /** Makes one entity due for each of these conditions at the target, of all that are parked for the condition. */
  tryCauses(causes: readonly string[]): Promise<void>;
  /** Marks people and groups of the directory that have no state for this target. Resolves with their number. */
  markUnknown(causes: readonly string[]): Promise<number>;
}

export interface LinkTo {
  readonly id: string;
  readonly status: "intended" | "owned";
  readonly observed: Observation | undefined;
  /** The values of an earlier observation. The next read uses them for attributes that it does not return. */
  readonly remembered?: Attributes;
}

/** What decides whether objects at the target with ids of our form are ours. */
export interface Ownership {
  /** By id. Leaves out ids that we do not know. */
  readonly owners: ReadonlyMap<string, Owner>;
  /** Periods whose events were lost by a restore of the database. */
  readonly lostPeriods: readonly Period[];
  /** Pairs (`pairKey`) of these entities and remote ids that a person has rejected. */
  readonly rejected: ReadonlySet<string>;
}

/** An entity that the directory, the states, the links or the history know. */
export interface Owner {
  /** The remote id of its link, if it has one. */
  readonly remoteId: string | undefined;
}

export interface Period {
  readonly since: Date;
  readonly until: Date;
}

export interface Seen {
  readonly actual: Actual;
  readonly containers: readonly string[];
  readonly wrong: boolean;
}

export interface Observation {
  readonly attributes: Attributes;
  readonly presence: Actual["presence"];
}
