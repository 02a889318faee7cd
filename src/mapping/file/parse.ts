import { fold } from "../../core/text/fold.ts";
import { MAX_DEPTH, parsePath } from "../departments/department-path.ts";
import { isBelow } from "../departments/departments.ts";
import { type MappingFile, mappingFile, RESERVED_ATTRIBUTES, RESERVED_SETTINGS } from "./file.ts";
import { type FileProblem, inOrder, MappingInvalid } from "./problem.ts";
import type { Path } from "./source-location.ts";
import { type Places, type ReadPart, readYamlPart } from "./yaml-file.ts";

export type ParsedFile = ReadPart<MappingFile>;

/** Blocks that expressions refer to. If they were missing, the errors of expressions would be misleading. */
const REFERRED_TO = /^(tables|extensions)\b/;

/**
 * Reads a mapping file and checks its form, not its expressions. `problems`: those of the form; the caller
 * adds those of names and expressions. Throws MappingInvalid if that would not help.
 */
export function parseMappingFile(text: string): ParsedFile {
  const parsed = readYamlPart(
    text,
    mappingFile,
    (problems, options) => new MappingInvalid(problems, options),
  );
  // Skipped for an incomplete file, because a missing part may be one with a wrong form.
  const problems =
    parsed.problems.length > 0 ? parsed.problems : inOrder(furtherProblems(parsed.file, parsed));
  if (problems.some(({ path }) => path === "" || REFERRED_TO.test(path))) throw new MappingInvalid(problems);
  return { ...parsed, problems };
}

/** Checks that the schema cannot express. */
function furtherProblems(file: MappingFile, { problemAt, problemAtKey }: Places): readonly FileProblem[] {
  const problems: FileProblem[] = [];
  const named: readonly (readonly [Path, object, Readonly<Record<string, string>>])[] = [
    [["person"], file.person, RESERVED_ATTRIBUTES],
    [["departments", "settings"], file.departments.settings, RESERVED_SETTINGS],
    ...file.departments.attributes.map(
      ({ settings }, at) =>
        [["departments", "attributes", at, "settings"], settings, RESERVED_SETTINGS] as const,
    ),
    ...file.departments.groups.map(
      ({ settings = {} }, at) =>
        [["departments", "groups", at, "settings"], settings, RESERVED_SETTINGS] as const,
    ),
  ];
  for (const [path, rules, reserved] of named) {
    for (const name of Object.keys(rules).filter((each) => Object.hasOwn(reserved, each))) {
      const key = path[0] === "person" ? reserved[name] : `departments.${reserved[name]}`;
      problems.push(
        problemAtKey(
          [...path, name],
          `is filled in from people, groups and paths: use the key ${key} of the file`,
        ),
      );
    }
  }
  for (const name of Object.keys(file.extensions)) {
    if (name === "user" || name === "groups")
      problems.push(problemAtKey(["extensions", name], "is the name of something else"));
  }
  for (const [table, entries] of Object.entries(file.tables)) {
    const seen = new Set<string>();
    for (const key of Object.keys(entries)) {
      if (seen.has(fold(key.trim())))
        problems.push(problemAtKey(["tables", table, key], "is there already in other letter case"));
      seen.add(fold(key.trim()));
    }
  }
  if (file.inactive.regular === "park" && file.inactive.parkIn === undefined)
    problems.push(problemAtKey(["inactive"], "park needs parkIn, the path of the department"));
  if (file.departments.from !== "groups" && file.departments.attributes.length === 0)
    problems.push(
      problemAtKey(["departments"], `from: ${file.departments.from} needs attributes, the paths`),
    );
  const { external, default: ordinary, externalDefault, separator } = file.departments;
  if (ordinary !== undefined && isBelow(parsePath(ordinary, separator), external, separator))
    problems.push(
      problemAt(["departments", "default"], "must not be one of the departments that external names"),
    );
  if (externalDefault !== undefined && !isBelow(parsePath(externalDefault, separator), external, separator)) {
    problems.push(
      problemAt(["departments", "externalDefault"], "must be one of the departments that external names"),
    );
  }
  const paths: readonly (readonly [Path, string | undefined])[] = [
    [["inactive", "parkIn"], file.inactive.parkIn],
    [["departments", "default"], file.departments.default],
    [["departments", "externalDefault"], file.departments.externalDefault],
    ...file.departments.groups.map(
      (rule, index) => [["departments", "groups", index, "under"], rule.under] as const,
    ),
  ];
  for (const [path, value] of paths) {
    const depth = value === undefined ? 1 : parsePath(value, file.departments.separator).length;
    if (depth === 0 || depth > MAX_DEPTH)
      problems.push(problemAt(path, `must be a path of 1 to ${MAX_DEPTH} departments`));
  }
  return problems;
}
