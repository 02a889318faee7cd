/*
 * Stable names of what the loop says. Pages translate by them, scripts select by them; the English text beside each is for people and may change. A remedy
 * belongs to its reason. What an adapter says has codes of its own (for DingTalk: targets/dingtalk/codes.ts and note-codes.ts). Each is explained in
 * docs/operations.md, and a test holds both lists equal.
 */

/** Why an entity is not in sync, where the loop itself concluded it. */
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
] as const;

export type LoopNote = (typeof LOOP_NOTES)[number];
