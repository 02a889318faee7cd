import { parsePath } from "./department-path.ts";
import type { Departments } from "./departments.ts";
import type { Expression, Variables } from "./expression.ts";
import { extensionOf } from "./extensions.ts";
import type { Rule } from "./file.ts";
import type { Account, DepartmentPath, MappedAttributes, MappingNote, PersonInput, PersonMapping, When } from "./mapping.ts";
import { type RuleResult, ruleResult } from "./rule-value.ts";
import { asList, asText, isTrue, member } from "./scim-values.ts";

export interface PersonRules {
  readonly extensions: Readonly<Record<string, readonly string[]>>;
  readonly attributes: readonly { readonly attribute: string; readonly rule: Rule; readonly expression: Expression }[];
  readonly customFields: Expression | undefined;
  readonly manager: { readonly expression: Expression; readonly empty: "leave" | "clear" } | undefined;
  readonly external: Expression | undefined;
  readonly account: Expression | undefined;
  readonly mainDepartment: Expression | undefined;
  readonly paths: readonly { readonly main: boolean; readonly levels: readonly Expression[] }[];
}

/** Attributes of the target that stand for a custom field begin so. */
export const CUSTOM_FIELD = "extension.";
const MAX_CUSTOM_FIELDS = 100;

export function personMapping(rules: PersonRules, departments: Departments, input: PersonInput): PersonMapping {
  const variables = variablesOf(rules, input);
  const notes: MappingNote[] = [];
  const attributes: Record<string, MappedAttributes[string]> = {};
  const when: Record<string, Exclude<When, "always">> = {};
  for (const { attribute, rule, expression } of rules.attributes) {
    const result = ruleResult(attribute, rule, expression.evaluate(variables), notes);
    if (result.kind === "leave") continue;
    attributes[attribute] = result.kind === "clear" ? null : result.value;
    if (rule.when !== "always") when[attribute] = rule.when;
  }
  for (const [attribute, value] of customFields(rules, variables, notes)) {
    attributes[attribute] = value;
    delete when[attribute];
  }
  const external = isTrue(single("external", rules.external, variables, notes));
  const manager = managerOf(rules, variables, notes);
  const mainDepartmentReference = asText(single("mainDepartment", rules.mainDepartment, variables, notes));
  const { paths, main } = departmentPaths(rules, departments, variables, external, notes);
  return {
    attributes,
    when,
    ...(manager.kind === "leave" ? {} : { manager: manager.kind === "clear" ? null : asText(manager.value) }),
    departments: paths,
    ...(main ? { mainDepartment: main } : {}),
    ...(mainDepartmentReference === "" ? {} : { mainDepartmentReference }),
    external,
    account: accountOf(single("account", rules.account, variables, notes), notes),
    notes,
  };
}

/** What expressions about a person see. */
export function variablesOf(rules: PersonRules, { user, groups }: PersonInput): Variables {
  const variables: Record<string, unknown> = { user, groups };
  for (const [name, urns] of Object.entries(rules.extensions)) variables[name] = extensionOf(user, urns);
  return variables;
}

/** Value of an expression that is no attribute; empty when it failed or there is none. */
function single(what: string, expression: Expression | undefined, variables: Variables, notes: MappingNote[]): unknown {
  const evaluated = expression?.evaluate(variables);
  if (evaluated?.kind === "failed")
    notes.push({ attribute: what, code: "ruleFailed", text: `the rule cannot be evaluated: ${evaluated.text}` });
  if (evaluated?.kind !== "value") return undefined;
  for (const { code, text } of evaluated.notes) notes.push({ attribute: what, code, text });
  return evaluated.value;
}

function managerOf(rules: PersonRules, variables: Variables, notes: MappingNote[]): RuleResult {
  if (!rules.manager) return { kind: "leave" };
  return ruleResult("manager", { empty: rules.manager.empty, maxLength: 200 }, rules.manager.expression.evaluate(variables), notes);
}

function customFields(rules: PersonRules, variables: Variables, notes: MappingNote[]): readonly (readonly [string, string])[] {
  const entries = asList(single("customFields", rules.customFields, variables, notes)).slice(0, MAX_CUSTOM_FIELDS);
  const fields = entries.map((entry) => [asText(member(entry, "name")), asText(member(entry, "value"))] as const);
  return fields.filter(([name, value]) => name !== "" && value !== "").map(([name, value]) => [`${CUSTOM_FIELD}${name}`, value] as const);
}

const ACCOUNTS: Readonly<Record<string, Account>> = {
  "": "regular",
  regular: "regular",
  personal: "regular",
  sso: "sso",
  dingtalk: "dingtalk",
};

function accountOf(value: unknown, notes: MappingNote[]): Account {
  const word = asText(value).toLowerCase();
  if (Object.hasOwn(ACCOUNTS, word)) return ACCOUNTS[word]!;
  notes.push({
    attribute: "account",
    code: "unknownAccount",
    text: "the kind of account is none of regular, sso and dingtalk, so it is regular",
  });
  return "regular";
}

function departmentPaths(rules: PersonRules, departments: Departments, variables: Variables, external: boolean, notes: MappingNote[]) {
  const byText = new Map<string, DepartmentPath>();
  let main: DepartmentPath | undefined;
  for (const rule of rules.paths) {
    const levels = rule.levels.map((expression) => single("departments", expression, variables, notes));
    // One expression gives a whole path, as a text with separators or as a list; of several, each gives one name, whatever it holds.
    const whole = levels.length === 1 && typeof levels[0] === "string" ? parsePath(levels[0], departments.separator) : undefined;
    const path =
      whole ??
      levels
        .flatMap(asList)
        .map(asText)
        .filter((name) => name !== "");
    const refusal = departments.refusal(path, external);
    if (refusal) notes.push({ attribute: "departments", ...refusal });
    if (refusal || path.length === 0) continue;
    byText.set(JSON.stringify(path), path);
    if (rule.main) main ??= path;
  }
  const paths = [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  return { paths, main };
}
