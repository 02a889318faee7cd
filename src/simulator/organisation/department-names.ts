import type { Organisation } from "./model.ts";

/** Names that look the same: letter case, blanks and characters nobody sees do not count. */
export const lookOf = (name: string): string =>
  name
    .normalize("NFC")
    .replaceAll(/\p{Cf}/gu, "")
    .replaceAll(/\s+/gu, " ")
    .trim()
    .toLowerCase();

export const departmentNameKey = (parentId: number, name: string): string => `${parentId}\n${lookOf(name)}`;

/** The department that has this name under this parent, other than `self`. Whether names that only look the same are the same is a switch. */
export function holderOfName(organisation: Organisation, parentId: number, name: string, self: number | undefined): number | undefined {
  const lookalikes = organisation.departmentNames.get(departmentNameKey(parentId, name)) ?? [];
  const exact = organisation.switches.departmentNames === "exact";
  for (const id of lookalikes) {
    if (id !== self && (!exact || organisation.departments.get(id)?.name === name)) return id;
  }
  return undefined;
}
