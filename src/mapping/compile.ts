import { isZone } from "../core/zone.ts";
import { personRules, sentOf } from "./compile-person.ts";
import { dateNotes, dateRules, datesVersion } from "./dates.ts";
import { departmentRules } from "./departments/departments.ts";
import { explainWith } from "./explain.ts";
import {
  type CompileAt,
  type Expression,
  ExpressionInvalid,
  expressionCompiler,
} from "./expression/expression.ts";
import { GROUP_EXTENSIONS, PERSON_EXTENSIONS } from "./extensions.ts";
import type { MappingFile } from "./file/file.ts";
import type { KnownVariables } from "./file/known-names.ts";
import { type ParsedFile, parseMappingFile } from "./file/parse.ts";
import { type FileProblem, inOrder, MappingInvalid } from "./file/problem.ts";
import { versionOf } from "./file/version.ts";
import { unknownAttributes, unknownAuthorities, unknownZones, wrongAuthorities } from "./file-checks.ts";
import type { Mapping } from "./mapping.ts";
import { personMapping } from "./person.ts";
import { settingsOf } from "./settings.ts";
import { sourceRules } from "./sources.ts";

export interface CompileOptions {
  /**
   * The attributes of people that the target knows. A misspelt name is refused. A name that ends in ".*"
   * stands for all names with that prefix. Absent: all names are accepted.
   */
  readonly personAttributes?: readonly string[];
  /** Does the same for departments. */
  readonly departmentAttributes?: readonly string[];
  /**
   * The attributes of people and groups in SCIM, by variable. A misspelt name is refused. Absent: all names
   * are accepted.
   */
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
    ...unknownAttributes(
      parsed,
      ["departments", "settings"],
      Object.keys(file.departments.settings),
      options.departmentAttributes,
    ),
    ...file.departments.attributes.flatMap(({ settings }, index) =>
      unknownAttributes(
        parsed,
        ["departments", "attributes", index, "settings"],
        Object.keys(settings),
        options.departmentAttributes,
      ),
    ),
    ...file.departments.groups.flatMap(({ settings = {} }, index) =>
      unknownAttributes(
        parsed,
        ["departments", "groups", index, "settings"],
        Object.keys(settings),
        options.departmentAttributes,
      ),
    ),
  ];
  problems.push(...unknownZones(parsed));
  problems.push(...unknownAuthorities(parsed, options.personDocument));
  const ofPeople = ["user", "groups", ...Object.keys({ ...PERSON_EXTENSIONS, ...file.extensions })];
  const ofGroups = ["group", "department", "external", ...Object.keys(GROUP_EXTENSIONS)];
  // An extension that the file defines hides a built-in one with the same name.
  const own = Object.keys(file.extensions);
  const known = Object.fromEntries(
    Object.entries(options.personDocument ?? {}).filter(([name]) => !own.includes(name)),
  );
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
 * Dates and sources decide whether somebody is active, and `inactive` what happens to a leaver. Somebody who
 * would be parked may be removed instead: this depends on the expression for external people and on the
 * departments for them.
 */
function leaversVersion(file: MappingFile): string {
  const { inactive, sources, extensions, external, tables, departments } = file;
  const parks =
    inactive.parkIn === undefined
      ? undefined
      : { external, tables, extensions, departments: departments.external };
  return versionOf({
    dates: datesVersion(file),
    inactive,
    sources: sources && { sources, extensions },
    parks,
  });
}

function compiler(
  parsed: ParsedFile,
  variables: readonly string[],
  known: KnownVariables,
  problems: FileProblem[],
): CompileAt {
  let compile: ReturnType<typeof expressionCompiler>;
  try {
    compile = expressionCompiler(parsed.file, variables, known);
  } catch (error) {
    // The library refuses names that are words of its own language.
    if (!(error instanceof Error && error.message.startsWith("Invalid variable declaration"))) throw error;
    throw new MappingInvalid(
      [parsed.problemAtKey(["extensions"], "one of these names means something else in expressions")],
      {
        cause: error,
      },
    );
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
const unusable: Expression = {
  text: "",
  sources: [],
  evaluate: () => ({ kind: "failed", text: "the expression is not valid" }),
};
