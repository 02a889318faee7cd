import type { Actual, Attributes, AttributeValue } from "../../../reconcile/target-values.ts";

/*
 * Where somebody is outside the managed root. That is not ours to change, and DingTalk takes lists of departments as a whole: so it is kept apart from what is
 * compared, and said again with every list.
 */

const OTHERS = { departments: "otherDepartments", departmentTitles: "otherTitles", departmentOrders: "otherOrders" } as const;
type List = keyof typeof OTHERS;
const LISTS = Object.keys(OTHERS) as readonly List[];

const listOf = (value: AttributeValue | undefined): readonly string[] => (Array.isArray(value) ? value : []);
/** Of `id` or `id=value`. */
const idOf = (entry: string): string => entry.split("=", 1)[0]!;

/** What is inside under the usual names, the rest under names that nothing is compared with. */
export function apart(actual: Actual, inside: ReadonlySet<string>): Actual {
  const attributes: Record<string, AttributeValue> = { ...actual.attributes };
  for (const name of LISTS) {
    if (attributes[name] === undefined) continue;
    const all = listOf(attributes[name]);
    attributes[name] = all.filter((entry) => inside.has(idOf(entry)));
    attributes[OTHERS[name]] = all.filter((entry) => !inside.has(idOf(entry)));
  }
  return { ...actual, attributes };
}

/** The lists in `set` with what `before` has outside. */
export function together(set: Attributes, before: Attributes): Attributes {
  const joined: Record<string, AttributeValue> = { ...set };
  for (const name of LISTS) {
    const others = listOf(before[OTHERS[name]]);
    if (joined[name] !== undefined && others.length > 0) joined[name] = [...listOf(joined[name]), ...others].sort();
  }
  return joined;
}

export const placesOutside = ({ attributes }: Pick<Actual, "attributes">): readonly string[] => listOf(attributes[OTHERS.departments]);

/** Whether a change says any list of places again: what is outside has to be known for it. */
export const saysPlaces = (set: Attributes, before: Attributes): boolean =>
  typeof before.exclusive_account_type === "string" || [...LISTS, "mainDepartment"].some((name) => set[name] !== undefined);
