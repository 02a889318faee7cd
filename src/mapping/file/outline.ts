import type { MappingFile, PersonRule, Rule } from "./file.ts";
import { parseMappingFile } from "./parse.ts";

/** A rule of the file, for display. */
export interface RuleOutline {
  /**
   * The subject of the rule: an attribute of a person, or a key of the file such as `manager` or
   * `departments.main`.
   */
  readonly attribute: string;
  readonly about: "person" | "department";
  /** The expression as in the file. */
  readonly rule: string;
  readonly when: "always" | "onCreate" | "neverOverwrite";
  /** The effect of an empty result. */
  readonly empty: "leave" | "clear";
  readonly default?: string;
  readonly maxLength?: number;
  /**
   * The side whose value is used while no source has written one for thirty days. A rule without an
   * expression only shows it.
   */
  readonly authority?: "dingtalk";
}

/** The result for groups whose name matches. The first matching rule applies. */
export interface GroupRuleOutline {
  readonly match: string;
  readonly to: "department" | "role" | "nothing";
  readonly name?: string;
  readonly under?: string;
}

export interface MappingOutline {
  readonly rules: readonly RuleOutline[];
  readonly groups: readonly GroupRuleOutline[];
}

/** All rules of a mapping file. Throws MappingInvalid for an unreadable file. */
export function outlineOf(text: string): MappingOutline {
  const { file } = parseMappingFile(text);
  const { departments } = file;
  return {
    rules: [
      ...rulesOf("person", file.person),
      ...expressions("person", ruleTextsOf(file)),
      ...departments.attributes.map(({ path }, at) =>
        expression("department", `departments.attributes.${at + 1}`, textOf(path)),
      ),
      ...rulesOf("department", departments.settings),
      ...reference("department", "managers", departments.managers),
    ],
    groups: departments.groups.map(({ match, to, name, under }) => ({
      match,
      to,
      ...(name === undefined ? {} : { name }),
      ...(under === undefined ? {} : { under }),
    })),
  };
}

type Named = readonly (readonly [
  string,
  string | { readonly value: string; readonly empty: "leave" | "clear" } | undefined,
])[];

const ruleTextsOf = ({ customFields, manager, external, account, departments }: MappingFile): Named => [
  ["customFields", customFields],
  ["manager", manager],
  ["external", external],
  ["account", account],
  ["departments.main", departments.main],
  ["departments.positions", departments.positions],
];

function rulesOf(
  about: RuleOutline["about"],
  rules: Readonly<Record<string, Rule | PersonRule>>,
): readonly RuleOutline[] {
  return Object.entries(rules).map(
    ([name, { value, when, empty, default: otherwise, maxLength, ...more }]) => ({
      attribute: name,
      about,
      rule: String(value),
      ...("authority" in more && more.authority !== undefined ? { authority: more.authority } : {}),
      when,
      empty,
      ...(otherwise === undefined ? {} : { default: String(otherwise) }),
      ...(maxLength === undefined ? {} : { maxLength }),
    }),
  );
}

const expressions = (about: RuleOutline["about"], named: Named): readonly RuleOutline[] =>
  named.flatMap(([attribute, said]) =>
    typeof said === "string" ? [expression(about, attribute, said)] : reference(about, attribute, said),
  );

const expression = (about: RuleOutline["about"], attribute: string, rule: string): RuleOutline => ({
  attribute,
  about,
  rule,
  when: "always",
  empty: "leave",
});

const reference = (
  about: RuleOutline["about"],
  attribute: string,
  said: { readonly value: string; readonly empty: "leave" | "clear" } | undefined,
): readonly RuleOutline[] =>
  said === undefined ? [] : [{ ...expression(about, attribute, said.value), empty: said.empty }];

const textOf = (path: string | readonly string[]): string =>
  typeof path === "string" ? path : path.join(" / ");
