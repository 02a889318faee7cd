import { keysOf, parsePath, withKeys } from "./departments/department-path.ts";
import { type Setting, settingsIn } from "./departments/department-settings.ts";
import type { Departments } from "./departments/departments.ts";
import type { Variables } from "./expression/evaluation.ts";
import type { Expression } from "./expression/expression.ts";
import { asList, asText, isTrue, member } from "./expression/scim-values.ts";
import { extensionOf } from "./extensions.ts";
import type { Rule, TransferRule } from "./file/file.ts";
import type {
  Account,
  Authority,
  DepartmentPath,
  JobPosition,
  MappedAttributes,
  MappingNote,
  PersonInput,
  PersonMapping,
  StatedDepartment,
  When,
} from "./mapping.ts";
import { referencesIn } from "./references.ts";
import { type RuleResult, ruleResult } from "./rule-value.ts";
import { withTransfer } from "./transfer.ts";

export interface PersonRules {
  readonly extensions: Readonly<Record<string, readonly string[]>>;
  readonly attributes: readonly {
    readonly attribute: string;
    readonly rule: Omit<Rule, "value">;
    readonly expression: Expression;
  }[];
  readonly authorities: readonly Authority[];
  readonly customFields: Expression | undefined;
  readonly manager: ReferenceRule | undefined;
  readonly external: Expression | undefined;
  readonly account: Expression | undefined;
  readonly mainDepartment: Expression | undefined;
  readonly positions: ReferenceRule | undefined;
  readonly paths: readonly PathRule[];
  readonly transfer: readonly TransferRule[] | undefined;
}

export interface ReferenceRule {
  readonly expression: Expression;
  readonly empty: "leave" | "clear";
}

/** A department from attributes, and the rules for its values. */
export interface PathRule {
  readonly main: boolean;
  readonly external: boolean;
  readonly levels: readonly Expression[];
  readonly title: Expression | undefined;
  readonly order: Expression | undefined;
  readonly managers: Expression | undefined;
  readonly settings: readonly Setting[];
}

/** Prefix of target attributes that are custom fields. */
export const CUSTOM_FIELD = "extension.";
const MAX_CUSTOM_FIELDS = 100;
const MAX_POSITIONS = 100;
/** The target attribute that makes an account an enterprise account. */
const ACCOUNT_TYPE = "exclusive_account_type";

export function personMapping(
  rules: PersonRules,
  departments: Departments,
  input: PersonInput,
): PersonMapping {
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
  const positions = positionsOf(rules.positions, variables, notes);
  const mainDepartmentReference =
    asText(single("mainDepartment", rules.mainDepartment, variables, notes)) ||
    (positions?.find((position) => position.main)?.reference ?? "");
  const { paths, main, stated } = departmentPaths(rules, departments, variables, external, notes);
  const account = accountOf(single("account", rules.account, variables, notes), notes);
  if (account !== "regular") attributes[ACCOUNT_TYPE] = account;
  return withTransfer(rules.transfer, departments, input, {
    attributes,
    when,
    ...(manager.kind === "leave" ? {} : { manager: manager.kind === "clear" ? null : asText(manager.value) }),
    departments: paths,
    ...(stated.length > 0 ? { stated } : {}),
    ...(positions ? { positions } : {}),
    ...(main ? { mainDepartment: main } : {}),
    ...(mainDepartmentReference === "" ? {} : { mainDepartmentReference }),
    external,
    account,
    notes,
  });
}

/** The variables of expressions about a person. */
export function variablesOf(rules: PersonRules, { user, groups }: PersonInput): Variables {
  const variables: Record<string, unknown> = { user, groups };
  for (const [name, urns] of Object.entries(rules.extensions)) variables[name] = extensionOf(user, urns);
  return variables;
}

/** The value of an expression that is not an attribute. Empty if it failed or has no value. */
function single(
  what: string,
  expression: Expression | undefined,
  variables: Variables,
  notes: MappingNote[],
): unknown {
  const evaluated = expression?.evaluate(variables);
  if (evaluated?.kind === "failed")
    notes.push({
      attribute: what,
      code: "ruleFailed",
      text: `the rule cannot be evaluated: ${evaluated.text}`,
    });
  if (evaluated?.kind !== "value") return undefined;
  for (const { code, text } of evaluated.notes) notes.push({ attribute: what, code, text });
  return evaluated.value;
}

function managerOf(rules: PersonRules, variables: Variables, notes: MappingNote[]): RuleResult {
  if (!rules.manager) return { kind: "leave" };
  return ruleResult(
    "manager",
    { empty: rules.manager.empty, maxLength: 200 },
    rules.manager.expression.evaluate(variables),
    notes,
  );
}

function customFields(
  rules: PersonRules,
  variables: Variables,
  notes: MappingNote[],
): readonly (readonly [string, string])[] {
  const entries = asList(single("customFields", rules.customFields, variables, notes)).slice(
    0,
    MAX_CUSTOM_FIELDS,
  );
  const fields = entries.map(
    (entry) => [asText(member(entry, "name")), asText(member(entry, "value"))] as const,
  );
  return fields
    .filter(([name, value]) => name !== "" && value !== "")
    .map(([name, value]) => [`${CUSTOM_FIELD}${name}`, value] as const);
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

/** Undefined: values in single departments are not managed. */
function positionsOf(
  rule: ReferenceRule | undefined,
  variables: Variables,
  notes: MappingNote[],
): readonly JobPosition[] | undefined {
  const entries = asList(single("positions", rule?.expression, variables, notes)).slice(0, MAX_POSITIONS);
  if (entries.length === 0) return rule?.empty === "clear" && !hasFailed(notes, "positions") ? [] : undefined;
  const positions = entries.map((entry): JobPosition => {
    const title = asText(member(entry, "title"));
    const order = orderOf(member(entry, "order"), "positions", notes);
    return {
      reference: asText(member(entry, "value")),
      ...(title === "" ? {} : { title }),
      ...(order === undefined ? {} : { order }),
      main: isTrue(member(entry, "main")),
    };
  });
  if (positions.some(({ reference }) => reference === ""))
    notes.push({ attribute: "positions", code: "noDepartment", text: "an entry names no department" });
  return positions.filter(({ reference }) => reference !== "");
}

const hasFailed = (notes: readonly MappingNote[], attribute: string): boolean =>
  notes.some((note) => note.attribute === attribute && note.code === "ruleFailed");

function orderOf(value: unknown, attribute: string, notes: MappingNote[]): number | undefined {
  const text = asText(value);
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (text !== "") notes.push({ attribute, code: "notAnOrder", text: "an order is not a whole number" });
  return undefined;
}

function departmentPaths(
  rules: PersonRules,
  departments: Departments,
  variables: Variables,
  external: boolean,
  notes: MappingNote[],
) {
  const byText = new Map<string, DepartmentPath>();
  const stated = new Map<string, StatedDepartment>();
  let main: DepartmentPath | undefined;
  for (const rule of rules.paths) {
    const levels = rule.levels.map((expression) => single("departments", expression, variables, notes));
    // One expression gives a whole path, as a text with separators or as a list. Each of several expressions
    // gives one name, whatever it contains.
    const whole =
      levels.length === 1 && typeof levels[0] === "string"
        ? parsePath(levels[0], departments.separator)
        : undefined;
    const names = levels
      .flatMap(asList)
      .map(asText)
      .filter((name) => name !== "");
    const [only] = levels;
    // The path of a tree is a list with keys. As a level among others, it gives only names.
    const keys =
      levels.length === 1 && Array.isArray(only) && only.length === names.length ? keysOf(only) : undefined;
    const path = whole ?? withKeys(names, keys);
    const refusal = departments.refusal(path, external, rule.external);
    if (refusal) notes.push({ attribute: "departments", ...refusal });
    if (refusal || path.length === 0) continue;
    const key = JSON.stringify(path);
    byText.set(key, path);
    if (rule.main) main ??= path;
    const said = statedOf(rule, path, variables, notes);
    if (said) stated.set(key, joined(stated.get(key), said));
  }
  const paths = [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  return { paths, main, stated: [...stated].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, said]) => said) };
}

/** Undefined: the rule only has the path. */
function statedOf(
  rule: PathRule,
  path: DepartmentPath,
  variables: Variables,
  notes: MappingNote[],
): StatedDepartment | undefined {
  const { title, order, managers, settings } = rule;
  if (!title && !order && !managers && settings.length === 0) return undefined;
  const text = asText(single("departments", title, variables, notes));
  const place = orderOf(single("departments", order, variables, notes), "departments", notes);
  return {
    path,
    ...(text === "" ? {} : { title: text }),
    ...(place === undefined ? {} : { order: place }),
    managers: referencesIn(single("managers of departments", managers, variables, notes)),
    settings: settings.length > 0 ? settingsIn(settings, variables, notes) : undefined,
  };
}

/** Of two rules with one path, values of the first one have priority, and managers are joined. */
function joined(first: StatedDepartment | undefined, second: StatedDepartment): StatedDepartment {
  if (!first) return second;
  const settings = first.settings || second.settings ? { ...second.settings, ...first.settings } : undefined;
  return { ...second, ...first, managers: referencesIn([...first.managers, ...second.managers]), settings };
}
