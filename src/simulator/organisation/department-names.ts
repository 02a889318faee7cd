import type { Organisation } from "./model.ts";

/**
 * The form in which names are compared: without differences in letter case, blanks and invisible characters.
 */
export const lookOf = (name: string): string =>
  name
    .normalize("NFC")
    .replaceAll(/\p{Cf}/gu, "")
    .replaceAll(/\s+/gu, " ")
    .trim()
    .toLowerCase();

export const departmentNameKey = (parentId: number, name: string): string => `${parentId}\n${lookOf(name)}`;

/**
 * The department under this parent, other than `self`, that has this name. The switch `departmentNames`
 * decides whether names that only look the same count.
 */
export function holderOfName(
  organisation: Organisation,
  parentId: number,
  name: string,
  self: number | undefined,
): number | undefined {
  const lookalikes = organisation.departmentNames.get(departmentNameKey(parentId, name)) ?? [];
  const exact = organisation.switches.departmentNames === "exact";
  for (const id of lookalikes) {
    if (id !== self && (!exact || organisation.departments.get(id)?.name === name)) return id;
  }
  return undefined;
}
