/** Notes that the adapter makes itself (see docs/operations.md). Those of a refused attribute have the reason of the refusal as their code. */
export const NOTE_CODES = [
  "cut",
  "tooLong",
  "charactersRemoved",
  "charactersReplaced",
  "notAPhoneNumber",
  "notAMobileNumber",
  "numberOfAnotherRegion",
  "wrongType",
  "mobileLocked",
  "cannotBeCleared",
  "clearingUndocumented",
  "fixedAtCreation",
  "notUsed",
  "unknownAttribute",
  "notAMember",
  "afterMembers",
  "keptOtherwise",
  "notSent",
] as const;

export type NoteCode = (typeof NOTE_CODES)[number];
