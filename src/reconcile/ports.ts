import type { Deadline } from "../core/deadline.ts";
import type { EntityKind, EntityRef, JsonObject } from "../core/entity.ts";
import type { HistoryEvent } from "../history/event.ts";
import type {
  DepartmentFacts,
  GroupFacts,
  Invitation,
  Manager,
  PersonFacts,
  Reference,
  RoleFacts,
} from "./facts.ts";
import type { AskedValue, Holder, NameHolder, WantedValue } from "./holders.ts";
import type { AttributeDepartment, GroupTarget, Structure } from "./places.ts";
import type { SyncMode } from "./policy.ts";
import type { NextState } from "./run/end/run-end.ts";
import type { Refusals } from "./run/plan/refusal.ts";
import type { Actual } from "./target-values.ts";

/**
 * One entity, claimed for one run. No other run has it before `finish` or the end of the lease. A run that
 * has lost its lease changes nothing.
 */
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
  /** The rules of this process are held, and it may only remove or disable a leaver. */
  readonly whom?: "leavers";
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
  /**
   * The person was invited. The link stays intended, and nothing exists at the target until the person
   * accepts.
   */
  | { readonly kind: "invitation"; readonly invitation: Invitation }
  /**
   * The object does not exist, but an unanswered call may still create it. The entity stays due until a later
   * check.
   */
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
  /**
   * The entity appeared at the target or disappeared there. Entities that refer to it or wait for it are
   * requeued.
   */
  readonly presenceChanged: boolean;
  /** Remote departments that no longer contain the entity. Those that wait for their removal are requeued. */
  readonly departed: readonly string[];
  /** Remote departments that the person has entered. */
  readonly arrived?: readonly string[];
  /** Ids of managers who are left out because they are not at the target. */
  readonly missing?: readonly string[];
  /** The stored values of a removed person were restored. */
  readonly restored?: boolean;
  /** Only of a leaver. */
  readonly grace?: GraceChange;
  /** The directory has no such entity, and the target has nothing left of it. Its state is deleted too. */
  readonly gone: boolean;
}

export interface ReconcileStore {
  /**
   * Claims at most `limit` due entities, by urgency and age. Claims none while the target is paused. `whom`:
   * only people who are inactive or gone in the directory, while the rules of this process are held.
   */
  claim(limit: number, whom?: "leavers"): Promise<readonly Claim[]>;
  /** Milliseconds until the next entity is due (0: now). Undefined: no entity has a time. */
  nextDueMs(): Promise<number | undefined>;

  people(ids: readonly string[]): Promise<ReadonlyMap<string, PersonFacts>>;
  groups(ids: readonly string[]): Promise<ReadonlyMap<string, GroupFacts>>;
  departments(ids: readonly string[]): Promise<ReadonlyMap<string, DepartmentFacts>>;
  roles(ids: readonly string[]): Promise<ReadonlyMap<string, RoleFacts>>;

  /**
   * The person that a manager reference means. Looks for our id, then an externalId, then an employee number
   * of the same source.
   */
  manager(sourceId: string, reference: string): Promise<Manager>;
  /** Whether the recorded waits and this one would form a cycle. */
  waitsInCircle(id: string, on: readonly string[]): Promise<boolean>;
  /**
   * Other departments of ours that have a name below a parent (its remote id) at the target, according to the
   * stored observations.
   */
  nameHolders(
    departmentId: string,
    at: { readonly name: string; readonly parent: string },
  ): Promise<readonly NameHolder[]>;
  /** The group of the same source that a reference means: by id, externalId or display name. */
  groupMeant(groupId: string, reference: string): Promise<JsonObject | undefined>;
  /**
   * Whether the group's department is below one whose last group was deleted. Then the group does not wait
   * for its parent.
   */
  parentIsGone(groupId: string): Promise<boolean>;
  /** Documents of the groups that contain this group, nearest first. At each level only the oldest. */
  groupsAbove(groupId: string): Promise<readonly JsonObject[]>;

  /**
   * Moves the group to the place that the mapping says, in one transaction. `place` undefined: the group was
   * deleted. Creates missing departments above, moves or renames the group's own, and gives up departments
   * that are no longer needed. Marks all of these, the people concerned, and the groups below whose place
   * depends on this group.
   */
  writeGroupNode(
    groupId: string,
    place: GroupTarget | undefined,
    structure: Structure,
    causes: readonly string[],
  ): Promise<void>;
  /** Does the same for the departments from a person's attributes. Resolves with whether anything changed. */
  writePersonDepartments(
    userId: string,
    places: readonly AttributeDepartment[],
    causes: readonly string[],
  ): Promise<boolean>;

  /**
   * Records whom the mapping names as the person's manager, if that is not the manager of the record. The
   * person is then checked when the named one comes, leaves or gets another name. Undefined: nobody.
   */
  writeNamedManager(userId: string, reference: string | undefined): Promise<void>;

  /**
   * Commits the intent before the call; for a create also the intended link. False: the lease is lost, and
   * nothing may be sent.
   */
  begin(
    claim: Claim,
    intent: HistoryEvent,
    create: { readonly remoteId: string | undefined } | undefined,
  ): Promise<boolean>;
  /**
   * Does the same for an update that overwrites values. All processes together count how often each value is
   * set. Resolves with "near" and begins nothing if one value is set more than `sure` times within an hour.
   */
  beginSetting(claim: Claim, intent: HistoryEvent, values: ValuesSet): Promise<"begun" | "lost" | "near">;
  /** Ends the run in one transaction. False: the lease was lost, and nothing was changed. */
  finish(claim: Claim, finish: RunOutcome): Promise<boolean>;
  /** Ends the run without a result: the entity stays due. */
  release(claim: Claim): Promise<void>;

  /**
   * The other entity of the same kind that has a value at the target, and its expected change. Undefined:
   * none is known.
   */
  holder(ref: EntityRef, wanted: WantedValue): Promise<Holder | undefined>;
  /** Names (as in the history) of a person's attributes that sources have written since a time. */
  writtenSince(personId: string, since: Date): Promise<ReadonlySet<string>>;
  /** The values of an entity that the target refused at the last attempt. */
  refused(ref: EntityRef): Promise<Refusals | undefined>;
  /**
   * Values of this person that active people wait for. The target refused them the values because this person
   * has them.
   */
  asked(personId: string): Promise<readonly AskedValue[]>;
  /**
   * Drops the observations of these objects, because they are wrong, and requeues their entities. Resolves
   * with the ids of the managed ones. `above`: also those of the departments above them.
   */
  dropObservations(
    kind: EntityKind,
    remoteIds: readonly string[],
    causes: readonly string[],
    reach?: "above",
  ): Promise<readonly string[]>;
  /**
   * Departments of ours that have the person as manager at the target and that the person has to leave. These
   * are all departments except those with the remote ids `staying`.
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
