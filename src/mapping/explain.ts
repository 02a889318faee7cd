import type { JsonValue } from "../core/entity.ts";
import type { Departments } from "./departments/departments.ts";
import type { Expression } from "./expression/expression.ts";
import { asJson } from "./expression/scim-values.ts";
import type { Explanation, PersonInput, StatedDepartment, When } from "./mapping.ts";
import { type PersonRules, personMapping, variablesOf } from "./person.ts";

/** All rules for a person with their inputs and results. */
export function explainWith(
  rules: PersonRules,
  departments: Departments,
  input: PersonInput,
): readonly Explanation[] {
  const variables = variablesOf(rules, input);
  const mapped = personMapping(rules, departments, input);
  const explain = (
    attribute: string,
    expressions: readonly (Expression | undefined)[],
    result: JsonValue | undefined,
    when: When = "always",
  ): readonly Explanation[] => {
    const used = expressions.filter((expression) => expression !== undefined);
    if (used.length === 0) return [];
    const sources = new Map(
      used
        .flatMap((expression) => expression.sources)
        .map((source) => [source.path, asJson(source.read(variables))]),
    );
    const texts = mapped.notes.filter((note) => note.attribute === attribute).map((note) => note.text);
    return [
      {
        attribute,
        sources: [...sources].map(([path, value]) => ({ path, value })),
        rule: used.map((expression) => expression.text).join(" / "),
        result,
        when,
        ...(texts.length > 0 ? { note: texts.join("; ") } : {}),
      },
    ];
  };
  const stated = (told: (said: StatedDepartment) => object): JsonValue =>
    asJson((mapped.stated ?? []).map(told));
  const ruled = new Set(rules.attributes.map(({ attribute }) => attribute));
  const custom = Object.entries(mapped.attributes).filter(([name]) => !ruled.has(name));
  return [
    ...rules.attributes.flatMap(({ attribute, rule, expression }) =>
      explain(attribute, [expression], mapped.attributes[attribute], rule.when),
    ),
    ...explain("customFields", [rules.customFields], Object.fromEntries(custom)),
    ...explain("manager", [rules.manager?.expression], mapped.manager),
    ...explain("external", [rules.external], mapped.external),
    ...explain("account", [rules.account], mapped.account),
    ...explain("mainDepartment", [rules.mainDepartment], mapped.mainDepartmentReference),
    ...explain("positions", [rules.positions?.expression], mapped.positions && asJson(mapped.positions)),
    ...explain(
      "departments",
      rules.paths.flatMap(({ levels }) => levels),
      mapped.departments,
    ),
    ...explain(
      "managers of departments",
      rules.paths.map(({ managers }) => managers),
      stated(({ path, managers }) => ({ path, managers })),
    ),
    ...explain(
      "title and order by department",
      rules.paths.flatMap(({ title, order }) => [title, order]),
      stated(({ path, title, order }) => ({ path, title: title ?? null, order: order ?? null })),
    ),
    ...explain(
      "settings of departments",
      rules.paths.flatMap(({ settings }) => settings.map(({ expression }) => expression)),
      stated(({ path, settings }) => ({ path, settings: settings ?? null })),
    ),
  ];
}
