/**
 * Notes of the adapter (see docs/operations.md). The note of a refused attribute has the reason of the
 * refusal as its code.
 */
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
