import { isZone } from "../core/zone.ts";
import { dateNotes, dateRules, datesVersion, isZoneTable } from "./dates.ts";
import { parsePath } from "./department-path.ts";
import { departmentRules } from "./departments.ts";
import { explainWith } from "./explain.ts";
import { type CompileAt, type Expression, ExpressionInvalid, expressionCompiler } from "./expression/expression.ts";
import { GROUP_EXTENSIONS, PERSON_EXTENSIONS } from "./extensions.ts";
import { AUTHORITIES, DEFAULT_ZONE, type MappingFile, NOTHING_SENT, type PersonRule } from "./file/file.ts";
import { type KnownVariables, unknownName } from "./file/known-names.ts";
import { type ParsedFile, parseMappingFile } from "./file/parse.ts";
import { type FileProblem, inOrder, MappingInvalid, suggestion } from "./file/problem.ts";
import type { Path } from "./file/source-location.ts";
import { versionOf } from "./file/version.ts";
import type { Mapping, MappingSettings } from "./mapping.ts";
import { type PathRule, type PersonRules, personMapping } from "./person.ts";
import { sourceRules } from "./sources.ts";

export interface CompileOptions {
  /**
   * The attributes of people that the target knows. A misspelt name is refused. A name that ends in ".*" stands for all names with that prefix.
   * Absent: all names are accepted.
   */
  readonly personAttributes?: readonly string[];
  /** Does the same for departments. */
  readonly departmentAttributes?: readonly string[];
  /** The attributes of people and groups in SCIM, by variable. A misspelt name is refused. Absent: all names are accepted. */
  readonly personDocument?: KnownVariables;
  readonly groupDocument?: KnownVariables;
}

/** Compiles a mapping file. Throws MappingInvalid with all problems, each with its line, column and path. */
export function compileMapping(yamlText: string, options: CompileOptions = {}): Mapping {
  const parsed = parseMappingFile(yamlText);
  const { file } = parsed;
  const problems: FileProblem[] = [
    ...parsed.problems,
    ...unknownAttributes(parsed, ["person"], sentOf(file), options.personAttributes),
    ...wrongAuthorities(parsed),
    ...unknownAttributes(parsed, ["departments", "settings"], Object.keys(file.departments.settings), options.departmentAttributes),
    ...file.departments.attributes.flatMap(({ settings }, index) =>
      unknownAttributes(parsed, ["departments", "attributes", index, "settings"], Object.keys(settings), options.departmentAttributes),
    ),
    ...file.departments.groups.flatMap(({ settings = {} }, index) =>
      unknownAttributes(parsed, ["departments", "groups", index, "settings"], Object.keys(settings), options.departmentAttributes),
    ),
  ];
  problems.push(...unknownZones(parsed));
  problems.push(...unknownAuthorities(parsed, options.personDocument));
  const ofPeople = ["user", "groups", ...Object.keys({ ...PERSON_EXTENSIONS, ...file.extensions })];
  const ofGroups = ["group", "department", "external", ...Object.keys(GROUP_EXTENSIONS)];
  // An extension that the file defines hides a built-in one with the same name.
  const own = Object.keys(file.extensions);
  const known = Object.fromEntries(Object.entries(options.personDocument ?? {}).filter(([name]) => !own.includes(name)));
  const forPeople = compiler(parsed, ofPeople, known, problems);
  const forGroups = compiler(parsed, ofGroups, options.groupDocument ?? {}, problems);

  const rules = personRules(file, forPeople);
  const departments = departmentRules(file, forGroups);
  const zone = isZone(file.zone)
    ? undefined
    : compiler(parsed, ["user", ...Object.keys(rules.extensions)], known, problems)(["zone"], file.zone);
  if (problems.length > 0) throw new MappingInvalid(inOrder(problems));
  return {
    version: versionOf(file),
    leaversVersion: leaversVersion(file),
    settings: settingsOf(file),
    sources: sourceRules(file),
    dates: dateRules(file, zone, rules.extensions),
    datesVersion: datesVersion(file),
    authorities: rules.authorities,
    personAttributes: [...sentOf(file), "departments", ...(file.manager ? ["manager"] : [])],
    person(input) {
      const mapped = personMapping(rules, departments, input);
      const ofDates = file.dates === false ? [] : dateNotes(input.user, zone, rules.extensions);
      return ofDates.length === 0 ? mapped : { ...mapped, notes: [...mapped.notes, ...ofDates] };
    },
    group: departments.place,
    department: departments.describe,
    parentReference: departments.parentReference,
    isExternal: departments.isExternal,
    explain: (input) => explainWith(rules, departments, input),
  };
}

/**
 * Dates and sources decide whether somebody is active, and `inactive` what happens to a leaver. Somebody who would be parked may be removed instead:
 * this depends on the expression for external people and on the departments for them.
 */
function leaversVersion(file: MappingFile): string {
  const { inactive, sources, extensions, external, tables, departments } = file;
  const parks = inactive.parkIn === undefined ? undefined : { external, tables, extensions, departments: departments.external };
  return versionOf({ dates: datesVersion(file), inactive, sources: sources && { sources, extensions }, parks });
}

function compiler(parsed: ParsedFile, variables: readonly string[], known: KnownVariables, problems: FileProblem[]): CompileAt {
  let compile: ReturnType<typeof expressionCompiler>;
  try {
    compile = expressionCompiler(parsed.file, variables, known);
  } catch (error) {
    // The library refuses names that are words of its own language.
    if (!(error instanceof Error && error.message.startsWith("Invalid variable declaration"))) throw error;
    throw new MappingInvalid([parsed.problemAtKey(["extensions"], "one of these names means something else in expressions")], {
      cause: error,
    });
  }
  return (path, text) => {
    try {
      return compile(String(text));
    } catch (error) {
      if (!(error instanceof ExpressionInvalid)) throw error;
      problems.push(parsed.problemAt(path, error.message, error.offset));
      return unusable;
    }
  };
}

/** Replaces an invalid expression until all problems are collected. Then the mapping is refused. */
const unusable: Expression = { text: "", sources: [], evaluate: () => ({ kind: "failed", text: "the expression is not valid" }) };

function personRules(file: MappingFile, compileAt: CompileAt): PersonRules {
  const at = (path: Path, text: string | undefined): Expression | undefined => (text === undefined ? undefined : compileAt(path, text));
  const extensions = { ...PERSON_EXTENSIONS, ...Object.fromEntries(Object.entries(file.extensions).map(([name, urn]) => [name, [urn]])) };
  const attributes = Object.entries(file.person).flatMap(([attribute, { value, ...rule }]) =>
    isSent({ value, ...rule }) ? [{ attribute, rule, expression: compileAt(valuePath(["person", attribute]), value) }] : [],
  );
  return {
    extensions,
    attributes,
    authorities: Object.entries(file.person).flatMap(([attribute, { authority }]) => {
      const sources = attributes.find((each) => each.attribute === attribute)?.expression.sources ?? [];
      return authority ? [{ attribute, reads: readsOf(sources, extensions) }] : [];
    }),
    customFields: at(["customFields"], file.customFields),
    manager: file.manager && { expression: compileAt(valuePath(["manager"]), file.manager.value), empty: file.manager.empty },
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
        : file.departments.attributes.map((entry, index) => pathRule(entry, ["departments", "attributes", index], compileAt)),
  };
}

type AttributePath = MappingFile["departments"]["attributes"][number];

function pathRule({ path, main, external, title, order, managers, settings }: AttributePath, where: Path, compileAt: CompileAt): PathRule {
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
const sentOf = (file: MappingFile): readonly string[] => Object.keys(file.person).filter((name) => isSent(file.person[name]!));

const isSent = ({ authority, value }: Pick<PersonRule, "authority" | "value">): boolean =>
  authority === undefined || value !== NOTHING_SENT;

function wrongAuthorities({ file, problemAtKey }: ParsedFile): readonly FileProblem[] {
  return Object.entries(file.person).flatMap(([name, { authority, value }]) => {
    if (authority === undefined) return [];
    const path: Path = ["person", name, "authority"];
    if (!(AUTHORITIES as readonly string[]).includes(name)) return [problemAtKey(path, `only ${AUTHORITIES.join(", ")} may be DingTalk's`)];
    const isToldOnly = name === "avatar" || name === "activated";
    return isToldOnly && value !== NOTHING_SENT ? [problemAtKey(path, `${name} cannot be set: leave out the value`)] : [];
  });
}

/** The SCIM attributes that an expression reads, by the names of the history: core attributes by name, extensions as a whole. */
const readsOf = (sources: Expression["sources"], extensions: Readonly<Record<string, readonly string[]>>): readonly string[] => [
  ...new Set(
    sources.flatMap(({ path }) => {
      const [, variable = "", name] = /^(\w+)(?:\.(\w+))?/.exec(path) ?? [];
      return variable === "user" ? (name ? [name] : []) : (extensions[variable] ?? []);
    }),
  ),
];

/** The path of a rule's expression. A rule is its expression, or has it under `value`; the file knows which. */
const valuePath = (path: Path): Path => [...path, "value"];

function unknownAttributes(
  { problemAtKey }: ParsedFile,
  path: Path,
  names: readonly string[],
  known: readonly string[] | undefined,
): readonly FileProblem[] {
  if (!known) return [];
  const isKnown = (name: string): boolean => known.some((one) => (one.endsWith(".*") ? name.startsWith(one.slice(0, -1)) : one === name));
  return names
    .filter((name) => !isKnown(name))
    .map((name) => problemAtKey([...path, name], `the target has no attribute ${name}${suggestion(name, known)}`));
}

/** Attributes of the block `sources` that no document has. */
/** Values that are not time zones: in a table that the zone is looked up in, and texts of the expression that look like a zone. */
function unknownZones({ file, problemAt }: ParsedFile): readonly FileProblem[] {
  const written = [...file.zone.matchAll(/["']([A-Z]\w+\/[\w/+-]+)["']/g)].map(([, zone]) => zone!).filter((zone) => !isZone(zone));
  const inRule = written.map((zone) => problemAt(["zone"], `${zone} is not a time zone such as ${DEFAULT_ZONE}`));
  const inTables = Object.entries(file.tables)
    .filter(([table]) => isZoneTable(file.zone, table))
    .flatMap(([table, entries]) =>
      Object.entries(entries)
        .filter(([, zone]) => !isZone(String(zone)))
        .map(([key]) => problemAt(["tables", table, key], `must be a time zone such as ${DEFAULT_ZONE}`)),
    );
  return [...inRule, ...inTables];
}

function unknownAuthorities({ file, problemAtKey }: ParsedFile, known: KnownVariables | undefined): readonly FileProblem[] {
  const own = Object.keys(file.extensions);
  return Object.keys(file.sources?.authority?.attributes ?? {}).flatMap((name) => {
    const path: Path = ["sources", "authority", "attributes", name];
    const [first = "", part, ...more] = name.split(".");
    if (more.length > 0)
      return [problemAtKey(path, "must be an attribute, or one and a part of it: phoneNumbers.mobile, enterprise.manager")];
    if (own.includes(first)) return [];
    const isExtension = Object.hasOwn(PERSON_EXTENSIONS, first);
    if (isExtension && part === undefined)
      return [problemAtKey(path, `names a whole extension: name its attributes, as ${first}.department`)];
    // The part of a list is a type, which clients may choose freely.
    const text = known && (isExtension ? unknownName(known, [first, part!]) : unknownName(known, ["user", first]));
    return text === undefined ? [] : [problemAtKey(path, text)];
  });
}

function settingsOf({ region, organisation, zone, roleGroup, enterpriseAccounts, departments, inactive }: MappingFile): MappingSettings {
  const path = (text: string | undefined): readonly string[] | undefined =>
    text === undefined ? undefined : parsePath(text, departments.separator);
  const parkIn = path(inactive.parkIn);
  const defaultDepartment = path(departments.default);
  const externalDefault = path(departments.externalDefault);
  return {
    region,
    registeredIn: organisation?.region ?? region,
    zone,
    roleGroup,
    enterpriseAccounts,
    from: departments.from,
    structure: departments.structure,
    separator: departments.separator,
    inactive: inactive.regular,
    ...(parkIn ? { parkIn } : {}),
    ...(defaultDepartment ? { defaultDepartment } : {}),
    ...(externalDefault ? { externalDefault } : {}),
  };
}
