/*
 * Stable codes of the loop's reasons. Pages translate them, and scripts select by them. The English text
 * beside a code is for people and may change. Each reason has a remedy of its own. The reasons of an adapter
 * have codes of their own (for DingTalk: targets/dingtalk/client/answers/codes.ts and note-codes.ts).
 * docs/operations.md explains each code, and a test compares both lists.
 */

/** Why an entity is not in sync, or will soon be out of sync, if the loop itself has decided this. */
export const LOOP_REASONS = [
  "waitingForDepartment",
  "waitingForManager",
  "waitingForParent",
  "parentStuck",
  "waitingForName",
  "settling",
  "stillManager",
  "stillOccupied",
  "roleStillUsed",
  "modeObserve",
  "modeUpsert",
  "heldByLimit",
  "rulesHeld",
  "protectedPerson",
  "outsidePilot",
  "privateAddress",
  "inGrace",
  "externalWithoutDepartment",
  "parentNotKnown",
  "groupStuck",
  "hiddenDepartmentStuck",
  "groupCycle",
  "pathTooDeep",
  "groupWithoutName",
  "invitationOpen",
  "invitedLeaver",
  "invitationRunOut",
  "adoptionOpen",
  "leaverUndecided",
  "joinOpen",
  "strangersInside",
  "databaseUnavailable",
  "unexpectedError",
] as const;

export type LoopReason = (typeof LOOP_REASONS)[number];

/** Values that could not be set while the rest was, if the loop itself has decided this. */
export const LOOP_NOTES = [
  "unknownManager",
  "ownManager",
  "managerLeft",
  "managerNotThere",
  "managerNotMember",
  "notAMember",
  "mixedDepartment",
  "notThere",
  "severalManagers",
  "groupWaits",
  "notSent",
  "inRoot",
  "gaveWay",
  "nameShared",
  "strangersInside",
  "keptOnAdoption",
  "departmentUndecided",
] as const;

export type LoopNote = (typeof LOOP_NOTES)[number];

/** Another entity has to come first. */
export interface Waiting {
  readonly kind: "waiting";
  readonly on: readonly string[];
  /** The maximum wait in milliseconds. Nothing else requeues the entity. */
  readonly forMs?: number;
  /**
   * True: the entities in `on` wait for this entity, and it cannot give way. False: one of them certainly
   * gives way.
   */
  readonly inCircle?: boolean;
  readonly reasonCode: LoopReason;
  readonly reason: string;
}

/** Only an operator, a change in the directory, or a change of the entities in `on` can help. */
export interface Stuck<Kind extends "held" | "parked" = "held" | "parked"> {
  readonly kind: Kind;
  readonly on?: readonly string[];
  readonly reasonCode: LoopReason;
  readonly reason: string;
  readonly remedy: string;
}
