import type { Actual, Attributes, AttributeValue, Note } from "./target-values.ts";

/** When an attribute is sent: always kept equal, only with the create, or only while the target has no value of its own. */
export type When = "always" | "onCreate" | "neverOverwrite";

/** What the target should hold of one entity, in the target's canonical form. */
export type Desired =
  | { readonly state: "absent" }
  /** There, and left as it is. */
  | { readonly state: "kept" }
  /** Disabled at the target: only the attributes that matter for an account without sign-in. */
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

/** The difference as data: one entity, one action. Compares only what we manage; other attributes belong to the target's administrators. */
export function plan(desired: Desired, actual: Actual | undefined): Plan {
  if (desired.state === "absent") return actual ? { action: "remove", actual } : { action: "none" };
  if (desired.state === "kept") return { action: "none" };
  if (desired.state === "suspended") {
    if (!actual) return { action: "none" };
    return actual.presence === "disabled" ? difference(desired.attributes, {}, actual) : { action: "suspend", actual };
  }
  if (!actual) return { action: "create", attributes: withoutEmpty(desired.attributes) };
  if (actual.presence === "disabled") return { action: "resume", actual };
  return difference(desired.attributes, desired.when, actual);
}

function difference(attributes: Attributes, when: Readonly<Record<string, When>>, actual: Actual): Plan {
  const set = changed(attributes, when, actual.attributes);
  return Object.keys(set).length > 0 ? { action: "update", actual, set } : { action: "none" };
}

/** Attributes whose value differs. An attribute that the target did not return (absent, not null) differs only from a value, not from "empty". */
function changed(attributes: Attributes, when: Readonly<Record<string, When>>, actual: Attributes): Attributes {
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
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => item === b[at]);
  return a === b;
}

const isEmpty = (value: AttributeValue | undefined): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
