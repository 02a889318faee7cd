import { type Actual, type Attributes, type AttributeValue, isEmpty, type Note } from "./target-values.ts";

/**
 * When an attribute is sent. `always`: whenever it differs. `onCreate`: only with the create.
 * `neverOverwrite`: only while the target has no value.
 */
export type When = "always" | "onCreate" | "neverOverwrite";

/** The desired state of one entity at the target, in the target's canonical form. */
export type Desired =
  | { readonly state: "absent" }
  /** The entity is not changed, whatever its state is. */
  | { readonly state: "kept" }
  /** Disabled at the target. `attributes` has only those that matter for an account without sign-in. */
  | { readonly state: "suspended"; readonly attributes: Attributes }
  | {
      readonly state: "present";
      readonly attributes: Attributes;
      readonly when: Readonly<Record<string, When>>;
      readonly notes: readonly Note[];
    };

export type Plan =
  | { readonly action: "none" }
  | { readonly action: "create"; readonly attributes: Attributes }
  | { readonly action: "update"; readonly actual: Actual; readonly set: Attributes }
  | { readonly action: "remove"; readonly actual: Actual }
  | { readonly action: "suspend"; readonly actual: Actual }
  | { readonly action: "resume"; readonly actual: Actual };

/**
 * The difference between desired and actual state as data: one action for one entity. Compares managed
 * attributes only. All other attributes belong to the administrators of the target.
 */
export function plan(desired: Desired, actual: Actual | undefined): Plan {
  if (desired.state === "absent") return actual ? { action: "remove", actual } : { action: "none" };
  if (desired.state === "kept") return { action: "none" };
  if (desired.state === "suspended") {
    if (!actual) return { action: "none" };
    return actual.presence === "disabled"
      ? difference(desired.attributes, {}, actual)
      : { action: "suspend", actual };
  }
  if (!actual) return { action: "create", attributes: withoutEmpty(desired.attributes) };
  if (actual.presence === "disabled") return { action: "resume", actual };
  return difference(desired.attributes, desired.when, actual);
}

function difference(attributes: Attributes, when: Readonly<Record<string, When>>, actual: Actual): Plan {
  const set = changed(attributes, when, actual.attributes);
  return Object.keys(set).length > 0 ? { action: "update", actual, set } : { action: "none" };
}

/**
 * The attributes whose value differs. A missing value (absent, not null: the target did not return it)
 * differs from a value but not from "empty".
 */
function changed(
  attributes: Attributes,
  when: Readonly<Record<string, When>>,
  actual: Attributes,
): Attributes {
  const set: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(attributes)) {
    const there = actual[name];
    const rule = when[name] ?? "always";
    if (rule === "onCreate" || (rule === "neverOverwrite" && !isEmpty(there))) continue;
    if (!sameValue(value, there)) set[name] = value;
  }
  return set;
}

function withoutEmpty(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => !isEmpty(value)));
}

export function sameValue(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  if (isEmpty(a) && isEmpty(b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, at) => item === b[at]);
  return a === b;
}
