import type { Evaluated } from "./expression/expression.ts";
import { asText, isEmpty } from "./expression/scim-values.ts";
import type { Rule } from "./file/file.ts";
import type { MappingNote } from "./mapping.ts";

type Value = string | number | boolean | readonly string[];

/** The result of a rule for one attribute. `leave`: nothing is sent. */
export type RuleResult =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "clear" }
  | { readonly kind: "leave" };

/**
 * Maximum length of a text. Targets have lower limits of their own. This limit keeps plans and history small.
 */
const MAX_LENGTH = 4_096;

/**
 * Converts the result of an expression to the value to send. After a failed rule the attribute stays
 * unchanged, because an error must not clear a field for everybody.
 */
export function ruleResult(
  attribute: string,
  rule: Pick<Rule, "default" | "empty" | "maxLength">,
  evaluated: Evaluated,
  notes: MappingNote[],
): RuleResult {
  if (evaluated.kind === "failed") {
    notes.push({ attribute, code: "ruleFailed", text: `the rule cannot be evaluated: ${evaluated.text}` });
    return { kind: "leave" };
  }
  for (const { code, text } of evaluated.notes) notes.push({ attribute, code, text });
  const value = toValue(evaluated.value);
  if (value === "unusable") {
    notes.push({
      attribute,
      code: "notAValue",
      text: "the rule gives neither a text, a number, true or false, nor a list of texts",
    });
    return { kind: "leave" };
  }
  const chosen = value ?? (rule.default === undefined ? undefined : toValue(rule.default));
  if (chosen === undefined || chosen === "unusable") return { kind: rule.empty };
  return { kind: "value", value: cut(attribute, chosen, rule.maxLength ?? MAX_LENGTH, notes) };
}

function toValue(value: unknown): Value | undefined | "unusable" {
  if (isEmpty(value)) return undefined;
  if (typeof value === "string") return value.trim();
  if (typeof value === "boolean") return value;
  if (typeof value === "number" || typeof value === "bigint")
    return Number.isFinite(Number(value)) ? Number(value) : "unusable";
  if (!Array.isArray(value)) return "unusable";
  const texts = [...new Set(value.map(asText).filter((text) => text !== ""))].sort();
  return texts.length > 0 ? texts : undefined;
}

function cut(attribute: string, value: Value, maxLength: number, notes: MappingNote[]): Value {
  if (typeof value !== "string" || value.length <= maxLength) return value;
  const characters = [...value];
  if (characters.length <= maxLength) return value;
  notes.push({
    attribute,
    code: "cut",
    text: `the value is longer than ${maxLength} characters and was cut`,
  });
  return characters.slice(0, maxLength).join("").trimEnd();
}
