import type { Variables } from "../expression/evaluation.ts";
import type { Expression } from "../expression/expression.ts";
import type { Rule } from "../file/file.ts";
import type { MappedAttributes, MappingNote } from "../mapping.ts";
import { referencesIn } from "../references.ts";
import { ruleResult } from "../rule-value.ts";

export interface Setting {
  readonly attribute: string;
  readonly rule: Rule;
  readonly expression: Expression;
}

/** Undefined: there is no rule for managers, or it failed. */
export function managersOf(
  rule: { readonly expression: Expression; readonly empty: "leave" | "clear" } | undefined,
  variables: Variables,
  notes: MappingNote[],
): readonly string[] | undefined {
  const evaluated = rule?.expression.evaluate(variables);
  if (evaluated?.kind === "failed")
    notes.push({
      attribute: "managers",
      code: "ruleFailed",
      text: `the rule cannot be evaluated: ${evaluated.text}`,
    });
  if (evaluated?.kind !== "value") return undefined;
  for (const { code, text } of evaluated.notes) notes.push({ attribute: "managers", code, text });
  const named = referencesIn(evaluated.value);
  return named.length > 0 || rule?.empty === "clear" ? named : undefined;
}

export function settingsIn(
  settings: readonly Setting[],
  variables: Variables,
  notes: MappingNote[],
): MappedAttributes {
  const attributes: Record<string, MappedAttributes[string]> = {};
  for (const { attribute, rule, expression } of settings) {
    const result = ruleResult(attribute, rule, expression.evaluate(variables), notes);
    if (result.kind !== "leave") attributes[attribute] = result.kind === "clear" ? null : result.value;
  }
  return attributes;
}
