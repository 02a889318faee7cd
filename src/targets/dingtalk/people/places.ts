import {
  type Actual,
  type Attributes,
  type AttributeValue,
  listOf,
} from "../../../reconcile/target-values.ts";

/*
 * Departments of a person outside the managed root. This server must not change them, but DingTalk replaces
 * lists of departments as a whole. So they are kept under names of their own, which nothing compares, and
 * every list that is sent contains them.
 */

const OTHERS = {
  departments: "otherDepartments",
  departmentTitles: "otherTitles",
  departmentOrders: "otherOrders",
} as const;
type List = keyof typeof OTHERS;
const LISTS = Object.keys(OTHERS) as readonly List[];

/** The id in `id` or `id=value`. */
const idOf = (entry: string): string => entry.split("=", 1)[0]!;

/** Moves departments outside the managed root from the usual attributes to `other…` attributes. */
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

/** The lists in `set`, together with the departments outside the managed root in `before`. */
export function together(set: Attributes, before: Attributes): Attributes {
  const joined: Record<string, AttributeValue> = { ...set };
  for (const name of LISTS) {
    const others = listOf(before[OTHERS[name]]);
    if (joined[name] !== undefined && others.length > 0)
      joined[name] = [...listOf(joined[name]), ...others].sort();
  }
  return joined;
}

export const placesOutside = ({ attributes }: Pick<Actual, "attributes">): readonly string[] =>
  listOf(attributes[OTHERS.departments]);

/**
 * Whether the change sends a list of departments. If so, the departments outside the managed root have to be
 * known.
 */
export const saysPlaces = (set: Attributes, before: Attributes): boolean =>
  typeof before.exclusive_account_type === "string" ||
  [...LISTS, "mainDepartment"].some((name) => set[name] !== undefined);
