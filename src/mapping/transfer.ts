import { type Departments, isBelow } from "./departments.ts";
import type { TransferRule } from "./file/file.ts";
import type { DepartmentPath, MappedAttributes, PersonInput, PersonMapping } from "./mapping.ts";

/*
 * Departments whose people are to be known to the target by as little as possible: a customer's own decision about what leaves for another country.
 */

/** What the target cannot do without, and what keeps a number from others there. */
export const MINIMAL_ATTRIBUTES: readonly string[] = [
  "name",
  "mobile",
  "hide_mobile",
  "senior_mode",
  "exclusive_account_type",
  "login_id",
  "exclusive_mobile",
];

/** The mapping's answer for a person, without what the rules keep here. One department with `minimal` is enough. */
export function withTransfer(
  rules: readonly TransferRule[] | undefined,
  departments: Departments,
  { groups }: Pick<PersonInput, "groups">,
  mapped: PersonMapping,
): PersonMapping {
  if (!rules || rules.length === 0) return mapped;
  const ruleOf = (path: DepartmentPath): TransferRule | undefined =>
    rules.find(({ match }) => isBelow(path, [match], departments.separator));
  const byGroups = groups.flatMap((group) => {
    const placed = departments.place({ group });
    return placed.kind === "department" ? [placed.path] : [];
  });
  const limits = [...byGroups, ...mapped.departments].flatMap((path) => {
    const rule = ruleOf(path);
    return rule?.transfer === "minimal" ? [rule] : [];
  });
  return limits.length === 0 ? mapped : minimal(mapped, limits);
}

/** What is kept here is emptied there, should it have been sent before. Of two rules an attribute needs the leave of both. */
function minimal({ manager, positions, stated, ...mapped }: PersonMapping, limits: readonly TransferRule[]): PersonMapping {
  const maySend = (name: string): boolean => MINIMAL_ATTRIBUTES.includes(name) || limits.every(({ keep = [] }) => keep.includes(name));
  const attributes: MappedAttributes = Object.fromEntries(
    Object.entries(mapped.attributes).map(([name, value]) => [name, maySend(name) ? value : null]),
  );
  const sendsTitles = maySend("departmentTitles");
  const untitled = <T extends { readonly title?: string }>(one: T): T => {
    const { title: _title, ...rest } = one;
    // All but the title, which is optional.
    return rest as T;
  };
  return {
    ...mapped,
    attributes,
    ...(manager === undefined ? {} : { manager: maySend("manager") ? manager : null }),
    ...(positions === undefined ? {} : { positions: sendsTitles ? positions : positions.map(untitled) }),
    ...(stated === undefined ? {} : { stated: sendsTitles ? stated : stated.map(untitled) }),
  };
}
