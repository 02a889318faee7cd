import type { CompileAt, Expression } from "./expression/expression.ts";
import { PERSON_EXTENSIONS } from "./extensions.ts";
import { type MappingFile, NOTHING_SENT, type PersonRule } from "./file/file.ts";
import type { Path } from "./file/source-location.ts";
import type { PathRule, PersonRules } from "./person.ts";

/** The compiled rules for people. */
export function personRules(file: MappingFile, compileAt: CompileAt): PersonRules {
  const at = (path: Path, text: string | undefined): Expression | undefined =>
    text === undefined ? undefined : compileAt(path, text);
  const extensions = {
    ...PERSON_EXTENSIONS,
    ...Object.fromEntries(Object.entries(file.extensions).map(([name, urn]) => [name, [urn]])),
  };
  const attributes = Object.entries(file.person).flatMap(([attribute, { value, ...rule }]) =>
    isSent({ value, ...rule })
      ? [{ attribute, rule, expression: compileAt(valuePath(["person", attribute]), value) }]
      : [],
  );
  return {
    extensions,
    attributes,
    authorities: Object.entries(file.person).flatMap(([attribute, { authority }]) => {
      const sources = attributes.find((each) => each.attribute === attribute)?.expression.sources ?? [];
      return authority ? [{ attribute, reads: readsOf(sources, extensions) }] : [];
    }),
    customFields: at(["customFields"], file.customFields),
    manager: file.manager && {
      expression: compileAt(valuePath(["manager"]), file.manager.value),
      empty: file.manager.empty,
    },
    external: at(["external"], file.external),
    transfer: file.departments.transfer,
    account: at(["account"], file.account),
    mainDepartment: at(["departments", "main"], file.departments.main),
    positions: file.departments.positions && {
      expression: compileAt(valuePath(["departments", "positions"]), file.departments.positions.value),
      empty: file.departments.positions.empty,
    },
    paths:
      file.departments.from === "groups"
        ? []
        : file.departments.attributes.map((entry, index) =>
            pathRule(entry, ["departments", "attributes", index], compileAt),
          ),
  };
}

type AttributePath = MappingFile["departments"]["attributes"][number];

function pathRule(
  { path, main, external, title, order, managers, settings }: AttributePath,
  where: Path,
  compileAt: CompileAt,
): PathRule {
  const at = (name: string, text: string | undefined): Expression | undefined =>
    text === undefined ? undefined : compileAt([...where, name], text);
  return {
    main,
    external,
    levels:
      typeof path === "string"
        ? [compileAt([...where, "path"], path)]
        : path.map((level, depth) => compileAt([...where, "path", depth], level)),
    title: at("title", title),
    order: at("order", order),
    managers: at("managers", managers),
    settings: Object.entries(settings).map(([attribute, rule]) => ({
      attribute,
      rule,
      expression: compileAt(valuePath([...where, "settings", attribute]), rule.value),
    })),
  };
}

/** Attributes that the file sends. For an attribute without a value, only the target's value is shown. */
export const sentOf = (file: MappingFile): readonly string[] =>
  Object.keys(file.person).filter((name) => isSent(file.person[name]!));

const isSent = ({ authority, value }: Pick<PersonRule, "authority" | "value">): boolean =>
  authority === undefined || value !== NOTHING_SENT;

/**
 * The SCIM attributes that an expression reads, by the names of the history: core attributes by name,
 * extensions as a whole.
 */
const readsOf = (
  sources: Expression["sources"],
  extensions: Readonly<Record<string, readonly string[]>>,
): readonly string[] => [
  ...new Set(
    sources.flatMap(({ path }) => {
      const [, variable = "", name] = /^(\w+)(?:\.(\w+))?/.exec(path) ?? [];
      return variable === "user" ? (name ? [name] : []) : (extensions[variable] ?? []);
    }),
  ),
];

/**
 * The path of a rule's expression. A rule is its expression, or has it under `value`; the file knows which.
 */
const valuePath = (path: Path): Path => [...path, "value"];
