import type { JsonObject } from "../../core/entity.ts";
import type { CompileAt } from "../expression/expression.ts";
import { matchesGlob } from "../expression/glob.ts";
import { asText, isTrue, member } from "../expression/scim-values.ts";
import { extensionOf, GROUP_EXTENSIONS } from "../extensions.ts";
import type { GroupRule, MappingFile } from "../file/file.ts";
import type {
  DepartmentDescription,
  DepartmentPath,
  GroupInput,
  GroupPlacement,
  MappedAttributes,
  MappingNote,
  NoPlace,
} from "../mapping.ts";
import { formatPath, MAX_DEPTH, parsePath } from "./department-path.ts";
import { managersOf, type Setting, settingsIn } from "./department-settings.ts";

export interface Departments {
  readonly separator: string;
  place(input: GroupInput): GroupPlacement;
  describe(path: DepartmentPath, external: boolean): DepartmentDescription;
  parentReference(group: JsonObject): string | undefined;
  isExternal(path: DepartmentPath): boolean;
  /**
   * Why a person may not be in a department from their attributes. `saidExternal`: the rule says that the
   * department is for external people.
   */
  refusal(
    path: DepartmentPath,
    external: boolean,
    saidExternal: boolean,
  ): Omit<MappingNote, "attribute"> | undefined;
}

/** The settings of the default department for leavers. */
const HIDDEN: MappedAttributes = { hide_dept: true };

export function departmentRules(file: MappingFile, compileAt: CompileAt): Departments {
  const { separator, structure, from, groups: rules, external: externalPatterns } = file.departments;
  const settings: readonly Setting[] = Object.entries(file.departments.settings).map(([attribute, rule]) => ({
    attribute,
    rule,
    expression: compileAt(["departments", "settings", attribute, "value"], rule.value),
  }));
  const parking =
    file.inactive.parkIn === undefined
      ? undefined
      : JSON.stringify(parsePath(file.inactive.parkIn, separator));
  const managers = file.departments.managers && {
    expression: compileAt(["departments", "managers", "value"], file.departments.managers.value),
    empty: file.departments.managers.empty,
  };
  const isExternal = (path: DepartmentPath): boolean => isBelow(path, externalPatterns, separator);
  const parentReference = (group: JsonObject): string | undefined => {
    const parent = structure === "parent" ? asText(member(dingtalkOf(group), "parent")) : "";
    return parent === "" ? undefined : parent;
  };

  const pathOf = (
    { group, ancestors = [] }: GroupInput,
    rule: GroupRule | undefined,
  ): DepartmentPath | NoPlace => {
    const chain = structure === "path" ? [group] : [group, ...ancestors];
    const ids = chain.map((one) => one.id).filter((id) => typeof id === "string");
    if (new Set(ids).size < ids.length) return "cycle";
    if (chain.length > MAX_DEPTH) return "tooDeep";
    const names = chain.toReversed().flatMap((one) => namesOf(asText(one.displayName)));
    if (namesOf(asText(group.displayName)).length === 0) return "noName";
    // A parent that is no group of ours (the caller found none) is read as a path.
    const above = parsePath(parentReference(chain[chain.length - 1]!) ?? "", separator);
    const path = [...parsePath(rule?.under ?? "", separator), ...above, ...names];
    return path.length > MAX_DEPTH ? "tooDeep" : path;
  };
  const namesOf = (displayName: string): readonly string[] =>
    structure === "path" ? parsePath(displayName, separator) : [displayName].filter((name) => name !== "");

  const place = (input: GroupInput): GroupPlacement => {
    const displayName = asText(input.group.displayName);
    const extension = dingtalkOf(input.group);
    const rule = rules.find(({ match }) => matchesGlob(displayName.slice(0, 1_000), match));
    const kind = kindOf(extension, rule);
    if (kind === "none") return { kind, reason: "rule" };
    if (kind === "role") {
      const name = rule?.to === "role" && rule.name !== undefined ? rule.name : displayName;
      return name === "" ? { kind: "none", reason: "noName" } : { kind, name };
    }
    if (from === "attributes") return { kind: "none", reason: "attributes" };
    const path = pathOf(input, rule);
    if (typeof path === "string") return { kind: "none", reason: path };
    const external = isTrue(member(extension, "external")) || rule?.external === true || isExternal(path);
    const notes: MappingNote[] = [];
    return { kind, path, external, ...description(input.group, path, external, rule, notes), notes };
  };

  const describe: Departments["describe"] = (path, external) => {
    const displayName = formatPath(path, separator);
    const rule = rules.find(({ match }) => matchesGlob(displayName.slice(0, 1_000), match));
    return description({ displayName }, path, external, rule, []);
  };

  const description = (
    group: JsonObject,
    path: DepartmentPath,
    external: boolean,
    rule: GroupRule | undefined,
    notes: MappingNote[],
  ): DepartmentDescription => {
    const department = { path: formatPath(path, separator), name: path.at(-1) ?? "", level: path.length };
    const variables = { group, department, dingtalk: dingtalkOf(group), external };
    const named = managersOf(managers, variables, notes);
    const hidden = JSON.stringify(path) === parking ? HIDDEN : {};
    return {
      settings: { ...hidden, ...settingsIn(settings, variables, notes), ...rule?.settings },
      ...(named ? { managers: named } : {}),
    };
  };

  return {
    separator,
    place,
    describe,
    parentReference,
    isExternal,
    refusal: (path, external, saidExternal) => refusalOf(path, external, saidExternal || isExternal(path)),
  };
}

/** `external`, `isForExternal`: the person is external, the department is for external people. */
function refusalOf(
  path: DepartmentPath,
  external: boolean,
  isForExternal: boolean,
): ReturnType<Departments["refusal"]> {
  if (path.length > MAX_DEPTH)
    return { code: "tooDeep", text: `the path has more than ${MAX_DEPTH} departments` };
  if (path.length === 0 || isForExternal === external) return undefined;
  return external
    ? { code: "externalPerson", text: "the person is external and the department is not, so it is left out" }
    : {
        code: "externalDepartment",
        text: "the department is for external people and the person is not one, so it is left out",
      };
}

/** Whether the department, or a department above it, matches one of the patterns. */
export const isBelow = (path: DepartmentPath, patterns: readonly string[], separator: string): boolean =>
  path.some((_, index) =>
    patterns.some((pattern) => matchesGlob(formatPath(path.slice(0, index + 1), separator), pattern)),
  );

const dingtalkOf = (group: JsonObject): unknown => extensionOf(group, GROUP_EXTENSIONS.dingtalk!);

/** The group's own attribute has priority over the rules of the file. */
function kindOf(extension: unknown, rule: GroupRule | undefined): GroupPlacement["kind"] {
  const own = asText(member(extension, "kind")).toLowerCase();
  if (own === "department" || own === "role" || own === "none") return own;
  return rule?.to === "nothing" ? "none" : (rule?.to ?? "department");
}
