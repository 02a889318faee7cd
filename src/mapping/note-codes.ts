/**
 * Stable codes of the notes of mapping rules. docs/operations.md explains them, and a test compares both
 * lists.
 */
export const MAPPING_NOTES = [
  "ruleFailed",
  "notAValue",
  "cut",
  "unknownAccount",
  "noDepartment",
  "notAnOrder",
  "noExternalDepartment",
  "externalPerson",
  "externalDepartment",
  "tooDeep",
  "notInTable",
  "notInTree",
  "unknownRegion",
  "phoneNotUnderstood",
  "phoneOfAnotherRegion",
  "unknownZone",
  "dateNotUnderstood",
] as const;

export type MappingNoteCode = (typeof MAPPING_NOTES)[number];
