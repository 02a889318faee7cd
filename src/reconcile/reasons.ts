/*
 * Stable names of what the loop says. Pages translate by them, scripts select by them; the English text beside each is for people and may change. A remedy
 * belongs to its reason. What an adapter says has codes of its own (for DingTalk: targets/dingtalk/client/codes.ts and note-codes.ts). Each is explained in
 * docs/operations.md, and a test holds both lists equal.
 */

/** Why an entity is not in sync, or not for long, where the loop itself concluded it. */
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

/** What could not be made true and does not keep the rest back, where the loop itself concluded it. */
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

/** Something else has to come first. */
export interface Waiting {
  readonly kind: "waiting";
  readonly on: readonly string[];
  /** For that long at most; nothing else will wake it. */
  readonly forMs?: number;
  /** Those it waits for wait for it, and it cannot give way; false: one of them certainly will. */
  readonly inCircle?: boolean;
  readonly reasonCode: LoopReason;
  readonly reason: string;
}

/** Only an operator, a change of the directory, or a change of those it hangs `on` helps. */
export interface Stuck<Kind extends "held" | "parked" = "held" | "parked"> {
  readonly kind: Kind;
  readonly on?: readonly string[];
  readonly reasonCode: LoopReason;
  readonly reason: string;
  readonly remedy: string;
}
