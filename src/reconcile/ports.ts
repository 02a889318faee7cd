import type { Deadline } from "../core/deadline.ts";
import type { EntityKind, EntityRef, JsonObject } from "../core/entity.ts";
import type { HistoryEvent } from "../history/event.ts";
import type { DepartmentFacts, GroupFacts, Invitation, Manager, PersonFacts, Reference, RoleFacts } from "./facts.ts";
import type { SyncMode } from "./policy.ts";
import type { NextState } from "./run/end/next-state.ts";
import type { Refusals } from "./run/plan/refusal.ts";
import type { Actual, Attributes, AttributeValue } from "./target-values.ts";

/** One entity taken for one run. Nobody else works on it until `finish`, or until the lease ends; a run that lost its lease changes nothing. */
export interface Claim {
  readonly ref: EntityRef;
  readonly lease: string;
  /** Generation of the desired state this run acts on; marks made meanwhile are newer. */
  readonly generation: number;
  readonly attempts: number;
  /** Events that led to this run. */
  readonly causes: readonly string[];
  /** The end of the lease by this process's clocks. Nothing may be sent afterwards. */
  readonly deadline: Deadline;
  /** An unanswered call may still be carried out. */
  readonly unsettled: boolean;
  /** What operators had ordered when it was taken. */
  readonly orderedMode?: SyncMode;
  /** What the target refused when it was last asked. */
  readonly refused?: Refusals;
  /** What at the target it was parked for. */
  readonly cause: string | undefined;
  /** It is a member of a hold. */
  readonly inHold?: boolean;
}

/** A remote object as a link remembers it. */
export interface LinkedObject extends Pick<Actual, "remoteId" | "attributes" | "presence"> {
  /** Remote ids of the departments (and `role:` ids) it sits in. */
  readonly containers: readonly string[];
}

/** What a finished run learned about the remote object. */
export type LinkChange =
  | { readonly kind: "keep" }
  | (LinkedObject & { readonly kind: "put" })
  /** What was read of an owned one that is left as it is: remembered, and nothing more. */
  | (LinkedObject & { readonly kind: "seen" })
  /** The person was asked to agree: the duty stays, and nothing is there until they do. */
  | { readonly kind: "invitation"; readonly invitation: Invitation }
  /** The object does not exist, but an unanswered call may still create it: the entity stays due until that is checked. */
  | { readonly kind: "doubt" }
  | { readonly kind: "remove" };

/** What a run has changed about the grace of a leaver. */
export type GraceChange =
  | { readonly kind: "started"; readonly since: Date; readonly until: Date; readonly event: HistoryEvent }
  /** Another policy has another end. */
  | { readonly kind: "moved"; readonly until: Date }
  | { readonly kind: "ended" | "cancelled"; readonly event: HistoryEvent };

export interface RunOutcome {
  readonly next: NextState;
  /** To be remembered; absent: nothing is. */
  readonly refused?: Refusals;
  /** What at the target it is parked for. */
  readonly cause?: string;
  readonly link: LinkChange;
  /** The outcome event of the write, when there was one. */
  readonly event?: HistoryEvent;
  /** The entity came to the target or left it: those who refer to it or wait for it are woken. */
  readonly presenceChanged: boolean;
  /** Remote departments the entity is no longer in: ours that wait to be removed are woken. */
  readonly departed: readonly string[];
  /** Departments the person came into, having been outside. */
  readonly arrived?: readonly string[];
  /** It has put back what was kept of a person who had been removed. */
  readonly restored?: boolean;
  /** Of a leaver. */
  readonly grace?: GraceChange;
  /** The directory no longer has the entity and nothing of it is left at the target: its state goes as well. */
  readonly gone: boolean;
}

export interface ReconcileStore {
  /** Takes up to `limit` entities that are due, most urgent and oldest first; none while the target is paused. */
  claim(limit: number): Promise<readonly Claim[]>;
  /** Milliseconds until the next entity is due (0: now), or undefined when none has a time. */
  nextDueMs(): Promise<number | undefined>;

  people(ids: readonly string[]): Promise<ReadonlyMap<string, PersonFacts>>;
  groups(ids: readonly string[]): Promise<ReadonlyMap<string, GroupFacts>>;
  departments(ids: readonly string[]): Promise<ReadonlyMap<string, DepartmentFacts>>;
  roles(ids: readonly string[]): Promise<ReadonlyMap<string, RoleFacts>>;

  /** Who a manager reference means: our id, then an externalId, then an employee number of the same source. */
  manager(sourceId: string, reference: string): Promise<Manager>;
  /** Whether waiting for these entities would form a cycle, by their recorded waits. */
  waitsInCircle(id: string, on: readonly string[]): Promise<boolean>;
  /** Departments of ours other than this one that have a name below a department (its remote id) at the target, as far as is remembered. */
  nameHolders(departmentId: string, at: { readonly name: string; readonly parent: string }): Promise<readonly NameHolder[]>;
  /** The group of the same source that a reference means: id, externalId or display name. */
  groupMeant(groupId: string, reference: string): Promise<JsonObject | undefined>;
  /** Whether a group has a department below one that a group stood for and none does any more: then it need not wait for its parent, which was deleted. */
  parentIsGone(groupId: string): Promise<boolean>;
  /** Documents of the groups that contain this one, nearest first; of several at one level the oldest. */
  groupsAbove(groupId: string): Promise<readonly JsonObject[]>;

  /**
   * Puts a group where the mapping says (undefined: the group is gone), in one transaction: makes missing departments above, moves or renames its own,
   * lets go of empty ones, and marks all of those, the people concerned, and the groups below whose place depends on this one's.
   */
  writeGroupNode(groupId: string, place: GroupTarget | undefined, structure: Structure, causes: readonly string[]): Promise<void>;
  /** The same for the departments a person is in by attributes; whether anything changed. */
  writePersonDepartments(userId: string, places: readonly AttributeDepartment[], causes: readonly string[]): Promise<boolean>;

  /** Commits the intent (and, for a create, the intended link) before the call. False when the lease is lost: then nothing may be sent. */
  begin(claim: Claim, intent: HistoryEvent, create: { readonly remoteId: string | undefined } | undefined): Promise<boolean>;
  /**
   * The same for an update that sets values in the place of others, which are counted with it, by all processes together. Near, and nothing begun, once one
   * of them is set for more than `sure` in an hour.
   */
  beginSetting(claim: Claim, intent: HistoryEvent, values: ValuesSet): Promise<"begun" | "lost" | "near">;
  /** Ends the run in one transaction. False when the lease was lost; then nothing was changed. */
  finish(claim: Claim, finish: RunOutcome): Promise<boolean>;
  /** Ends the run without a result: the entity stays due. */
  release(claim: Claim): Promise<void>;

  /** The entity of ours and of the same kind that has a value at the target, if any, and what may be expected of it. */
  holder(ref: EntityRef, wanted: WantedValue): Promise<Holder | undefined>;
  /** Attributes of a person, as the history names them, that sources have written since. */
  writtenSince(personId: string, since: Date): Promise<ReadonlySet<string>>;
  /** What the target has refused of an entity when it was last asked. */
  refused(ref: EntityRef): Promise<Refusals | undefined>;
  /** Values of a person's that active people wait for, who were refused them because of this one. */
  asked(personId: string): Promise<readonly AskedValue[]>;
  /**
   * The remembered state of these objects is wrong: it is dropped, and they are requeued. Returns the ids of the managed ones.
   */
  distrust(kind: EntityKind, remoteIds: readonly string[], causes: readonly string[]): Promise<readonly string[]>;
  /** Departments of ours that have a person as manager at the target and that the person is to leave: all but those with the remote ids `staying`. */
  managedBy(personId: string, staying: readonly string[]): Promise<readonly Reference[]>;

  /** No claim for this long, in any process. */
  pause(ms: number, reason: string, reasonCode: string): Promise<void>;
}

/** Values by their keys (reconcile/guard/limits.ts). */
export interface ValuesSet {
  readonly keys: readonly string[];
  readonly sure: number;
}

/** A value that was refused because another object has it: the holder that the target named, or a remembered one, or neither. */
export interface WantedValue {
  readonly attribute: string;
  readonly value: AttributeValue;
  readonly remoteId?: string | undefined;
  readonly entityId?: string | undefined;
}

/**
 * An entity that holds a value at the target which another one needs. `free`: it has let go of it by now; `yields`: it is inactive, so the active one
 * goes first; `spares`: it wants another value itself, which it cannot have; `circle`: it waits itself for the one that asks; `moves`: it is about to change; `stays`: nothing is known to change.
 */
export interface Holder {
  readonly id: string;
  readonly expect: "free" | "yields" | "spares" | "circle" | "moves" | "stays";
}

export interface AskedValue {
  readonly attribute: string;
  readonly value: AttributeValue;
  readonly by: string;
  /** Whether the one who asks is at the target without it. */
  readonly present: boolean;
}

/** A department that has a name at the target which another one is to have, and what itself is to be. */
export interface NameHolder extends Reference {
  /** Null when the tree does not know it any more. */
  readonly present: boolean | null;
  readonly name: string;
  readonly ordinal: number;
  /** Remote id of the department it is to be in; undefined when it is at the top, or that one is not there yet. */
  readonly parentId: string | undefined;
  readonly top: boolean;
}

/** How groups state the tree: by paths in their names, by naming a parent, or by being members of each other. */
export type Structure = "path" | "parent" | "nested";

/** A level of a department path, from the top down. */
export interface PathLevel {
  readonly name: string;
  /** Siblings with the same one would have one name at the target; unless given, names differ as they do here. */
  readonly nameKey?: string;
  /** Whose department it is where that does not hang on the name: the id of an organisation that attributes name. */
  readonly key?: string;
  /** For people of other organisations; they and our own people never share a department. */
  readonly external: boolean;
  /** The mapping's settings for a department without a group. */
  readonly settings: Attributes;
}

export type GroupTarget =
  /** The settings of the last level are the group's. `managers` as the client names people; absent: nothing is said of them. */
  | { readonly kind: "department"; readonly path: readonly PathLevel[]; readonly managers?: readonly string[] }
  | { readonly kind: "role"; readonly name: string }
  /** `mistaken`: nobody wants that, so a department or role that the group has stays until its source has mended it. */
  | { readonly kind: "none"; readonly reason: string; readonly mistaken?: boolean };

export interface AttributeDepartment {
  readonly path: readonly PathLevel[];
  readonly main: boolean;
  /** Managers of the department as the person's attributes name them; absent: nothing is said of them. */
  readonly managers?: readonly string[];
  /** What the person's attributes say of the last level; absent: they say nothing, and the level speaks for itself. */
  readonly settings?: Attributes;
}

/** What the comparison with the target's lists asks of the storage. */
export interface SweepStore {
  /** Records that it begins. */
  beginSweep(event: HistoryEvent): Promise<void>;
  /** This moment by the storage's clock: observations made later are newer than a list that begins now. */
  moment(): Promise<Date>;
  /** `untold`: differences that should have arrived as events. */
  endSweep(event: HistoryEvent, untold: number): Promise<void>;
  /** Our links to these remote ids, by remote id. */
  linksTo(kind: EntityKind, remoteIds: readonly string[]): Promise<ReadonlyMap<string, LinkTo>>;
  /** Links whose last observation is older than `since`, in slices. */
  linksBefore(kind: EntityKind, since: Date): AsyncIterable<readonly { readonly id: string; readonly remoteId: string }[]>;
  /** Remembers what a list showed, unless a run has looked since; makes the entity due when that is `wrong`. */
  noteObserved(ref: EntityRef, seen: Seen, since: Date, causes: readonly string[]): Promise<void>;
  /** Forgets what was observed, unless a run has looked since, and makes the entity due. */
  noteMissing(ref: EntityRef, since: Date, causes: readonly string[]): Promise<void>;
  /** What is known of entities by which something at the target says it is ours; unknown ones are left out. */
  owners(kind: EntityKind, ids: readonly string[]): Promise<ReadonlyMap<string, Owner>>;
  /** Times of which a restore lost the events. */
  lostPeriods(): Promise<readonly Period[]>;
  /** Links the remote object to the entity, replacing any former link, and requeues the entity. */
  relink(ref: EntityRef, seen: Omit<Seen, "wrong">, causes: readonly string[]): Promise<void>;
  /** Makes entities due again that have no time and no run; how many. */
  repair(): Promise<number>;
  /** Requeues entities with refused values. */
  markRefused(causes: readonly string[]): Promise<void>;
  /** Of all that are parked for one cause at the target, makes one due. */
  tryCauses(causes: readonly string[]): Promise<void>;
  /** Marks people and groups of the directory that have no state for this target. Resolves with their number. */
  markUnknown(causes: readonly string[]): Promise<number>;
}

export interface LinkTo {
  readonly id: string;
  readonly status: "intended" | "owned";
  readonly observed: Observation | undefined;
  /** Until the next read: the remembered values. */
  readonly remembered?: Attributes;
}

/** An entity that our directory, states, links or history know. */
export interface Owner {
  /** Where its link leads, if it has one that does. */
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
