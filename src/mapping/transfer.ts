import { type Departments, isBelow } from "./departments/departments.ts";
import type { TransferRule } from "./file/file.ts";
import type { DepartmentPath, MappedAttributes, PersonInput, PersonMapping } from "./mapping.ts";

/*
 * Departments whose people are sent to the target with as few values as possible. This is the customer's
 * decision about transfers of personal data to another country.
 */

/** Attributes that the target requires, and those that hide a number from others there. */
export const MINIMAL_ATTRIBUTES: readonly string[] = [
  "name",
  "mobile",
  "hide_mobile",
  "senior_mode",
  "exclusive_account_type",
  "login_id",
  "exclusive_mobile",
];

/**
 * The mapping's result for a person without the attributes that the rules exclude. One department with
 * `minimal` is enough.
 */
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

/**
 * An excluded attribute is cleared at the target, in case it was sent before. With two rules both must allow
 * an attribute.
 */
function minimal(
  { manager, positions, stated, ...mapped }: PersonMapping,
  limits: readonly TransferRule[],
): PersonMapping {
  const maySend = (name: string): boolean =>
    MINIMAL_ATTRIBUTES.includes(name) || limits.every(({ keep = [] }) => keep.includes(name));
  const attributes: MappedAttributes = Object.fromEntries(
    Object.entries(mapped.attributes).map(([name, value]) => [name, maySend(name) ? value : null]),
  );
  const sendsTitles = maySend("departmentTitles");
  const untitled = <T extends { readonly title?: string }>(one: T): T => {
    const { title: _title, ...rest } = one;
    // All properties but the title, which is optional.
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
