/** Stable names of what a mapping rule could not do for somebody; explained in docs/operations.md, and a test holds both lists equal. */
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
