import type { Changes } from "../../../history/event.ts";
import type { Plan } from "../../plan.ts";
import { type Attributes, type AttributeValue, ownAttributes } from "../../target-values.ts";

/** The attribute changes of a plan, in the form of the history. */
export function changesOf(plan: Plan): Changes {
  switch (plan.action) {
    case "create":
      return between({}, plan.attributes);
    case "update":
      return between(plan.actual.attributes, plan.set);
    case "remove":
      return between(ownAttributes(plan.actual.attributes), {});
    case "suspend":
    case "resume":
    case "none":
      return {};
  }
}

function between(before: Attributes, after: Attributes): Changes {
  const names = Object.keys(after).length > 0 ? Object.keys(after) : Object.keys(before);
  const sides = names.map(
    (name) => [name, { ...side("before", before[name]), ...side("after", after[name]) }] as const,
  );
  return Object.fromEntries(sides.filter(([, change]) => Object.keys(change).length > 0));
}

const side = <S extends "before" | "after">(
  name: S,
  value: AttributeValue | undefined,
): { readonly [K in S]?: AttributeValue } =>
  // TypeScript types a computed key of two possible names as a record of both.
  (value === undefined || value === null ? {} : { [name]: value }) as { [K in S]?: AttributeValue };
