import { LineCounter, parseDocument, type YAMLParseError } from "yaml";
import type { z } from "zod";
import { fold } from "../../core/fold.ts";
import { MAX_DEPTH, parsePath } from "../department-path.ts";
import { isExternalPath } from "../departments.ts";
import { type MappingFile, mappingFile, RESERVED_ATTRIBUTES, RESERVED_SETTINGS } from "./file.ts";
import { MappingInvalid, type MappingProblem, suggestion } from "./problem.ts";
import { keyPosition, type Path, valuePosition } from "./source-location.ts";

export interface ParsedFile {
  readonly file: MappingFile;
  /** A problem of the value at `path`; with `offset`, of a character of its text. */
  problemAt(path: Path, message: string, offset?: number): MappingProblem;
  /** A problem of the key itself. */
  problemAtKey(path: Path, message: string): MappingProblem;
}

export const MAX_FILE_LENGTH = 256 * 1_024;

/** Reads a mapping file and checks its shape, not yet its expressions. Throws MappingInvalid with every problem found. */
export function parseMappingFile(text: string): ParsedFile {
  if (text.length > MAX_FILE_LENGTH)
    throw new MappingInvalid([{ line: 1, column: 1, path: "", message: `the file is longer than ${MAX_FILE_LENGTH} characters` }]);
  const lines = new LineCounter();
  // Aliases are refused below: nothing in this file needs them, and they are how a small file becomes an enormous one.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, version: "1.2" });
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0) {
    throw new MappingInvalid(document.errors.map((error) => ({ ...place(error.pos[0]), path: "", message: yamlProblem(error) })));
  }
  const problem = (position: number, path: Path, message: string): MappingProblem => ({
    ...place(position),
    path: path.join("."),
    message,
  });
  const places: Places = {
    problemAt: (path, message, offset) => problem(valuePosition(document.contents, path, text, offset), path, message),
    problemAtKey: (path, message) => problem(keyPosition(document.contents, path), path, message),
  };

  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new MappingInvalid([{ line: 1, column: 1, path: "", message: "anchors and aliases are not used in this file" }], {
      cause: error,
    });
  }
  const parsed = mappingFile.safeParse(value, { reportInput: true });
  if (!parsed.success) throw new MappingInvalid(inOrder(parsed.error.issues.flatMap((issue) => fromIssue(issue, places))));
  const problems = inOrder(furtherProblems(parsed.data, places));
  if (problems.length > 0) throw new MappingInvalid(problems);
  return { file: parsed.data, ...places };
}

export const inOrder = (problems: readonly MappingProblem[]): readonly MappingProblem[] =>
  [...problems].sort((a, b) => a.line - b.line || a.column - b.column);

/** What the parser stumbles over in an expression that YAML takes for something of its own. */
const UNQUOTED: ReadonlySet<string> = new Set(["BLOCK_AS_IMPLICIT_KEY", "UNEXPECTED_TOKEN", "BAD_SCALAR_START"]);

function yamlProblem({ code, message }: YAMLParseError): string {
  const first = message.split("\n", 1)[0]!.replace(/^./, (letter) => letter.toLowerCase());
  return UNQUOTED.has(code) ? `${first}; put the expression in quotes, such as 'a ? b : c'` : first;
}

type Issue = z.core.$ZodIssue;
type Places = Pick<ParsedFile, "problemAt" | "problemAtKey">;

function fromIssue(issue: Issue, { problemAt, problemAtKey }: Places): readonly MappingProblem[] {
  const path = issue.path.filter((part): part is string | number => typeof part !== "symbol");
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((unknown) => problemAtKey([...path, unknown], `unknown key${suggestion(unknown, keysAt(path))}`));
    case "invalid_key":
      return [problemAtKey(path, issue.issues[0]?.message ?? "is not a possible name")];
    case "invalid_value":
      if (issue.values.length > 1)
        return [problemAt(path, `must be one of ${issue.values.join(", ")}${suggestion(String(issue.input), issue.values.map(String))}`)];
      return [problemAt(path, issue.message)];
    default:
      return [
        problemAt(
          path,
          issue.message.replace(/^Invalid input: /, "").replace(/^./, (letter) => letter.toLowerCase()),
        ),
      ];
  }
}

/** Keys that the shape knows at a place, for suggestions. */
function keysAt(path: Path): readonly string[] {
  let shape: z.core.$ZodType = mappingFile;
  for (const part of path) shape = below(shape, part) ?? shape;
  const object = unwrapped(shape);
  return "shape" in object._zod.def ? Object.keys(object._zod.def.shape as object) : []; // `shape` exists on object schemas only
}

interface SchemaParts {
  readonly innerType?: z.core.$ZodType;
  readonly out?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  const parts = schema._zod.def as SchemaParts; // each kind of schema has some of these parts
  const inner = parts.innerType ?? parts.out;
  return inner ? unwrapped(inner) : schema;
}

function below(schema: z.core.$ZodType, part: string | number): z.core.$ZodType | undefined {
  const parts = unwrapped(schema)._zod.def as SchemaParts;
  return parts.shape ? parts.shape[part] : (parts.element ?? parts.valueType);
}

/** What the shape alone cannot say. */
function furtherProblems(file: MappingFile, { problemAt, problemAtKey }: Places): readonly MappingProblem[] {
  const problems: MappingProblem[] = [];
  const named: readonly (readonly [Path, object, Readonly<Record<string, string>>])[] = [
    [["person"], file.person, RESERVED_ATTRIBUTES],
    [["departments", "settings"], file.departments.settings, RESERVED_SETTINGS],
    ...file.departments.attributes.map(
      ({ settings }, at) => [["departments", "attributes", at, "settings"], settings, RESERVED_SETTINGS] as const,
    ),
    ...file.departments.groups.map(
      ({ settings = {} }, at) => [["departments", "groups", at, "settings"], settings, RESERVED_SETTINGS] as const,
    ),
  ];
  for (const [path, rules, reserved] of named) {
    for (const name of Object.keys(rules).filter((each) => Object.hasOwn(reserved, each))) {
      const key = path[0] === "person" ? reserved[name] : `departments.${reserved[name]}`;
      problems.push(problemAtKey([...path, name], `is filled in from people, groups and paths: use the key ${key} of the file`));
    }
  }
  for (const name of Object.keys(file.extensions)) {
    if (name === "user" || name === "groups") problems.push(problemAtKey(["extensions", name], "is the name of something else"));
  }
  for (const [table, entries] of Object.entries(file.tables)) {
    const seen = new Set<string>();
    for (const key of Object.keys(entries)) {
      if (seen.has(fold(key.trim()))) problems.push(problemAtKey(["tables", table, key], "is there already in other letter case"));
      seen.add(fold(key.trim()));
    }
  }
  if (file.inactive.regular === "park" && file.inactive.parkIn === undefined)
    problems.push(problemAtKey(["inactive"], "park needs parkIn, the path of the department"));
  if (file.departments.from !== "groups" && file.departments.attributes.length === 0)
    problems.push(problemAtKey(["departments"], `from: ${file.departments.from} needs attributes, the paths`));
  const { external, default: ordinary, externalDefault, separator } = file.departments;
  if (ordinary !== undefined && isExternalPath(parsePath(ordinary, separator), external, separator))
    problems.push(problemAt(["departments", "default"], "must not be one of the departments that external names"));
  if (externalDefault !== undefined && !isExternalPath(parsePath(externalDefault, separator), external, separator)) {
    problems.push(problemAt(["departments", "externalDefault"], "must be one of the departments that external names"));
  }
  const paths: readonly (readonly [Path, string | undefined])[] = [
    [["inactive", "parkIn"], file.inactive.parkIn],
    [["departments", "default"], file.departments.default],
    [["departments", "externalDefault"], file.departments.externalDefault],
    ...file.departments.groups.map((rule, index) => [["departments", "groups", index, "under"], rule.under] as const),
  ];
  for (const [path, value] of paths) {
    const depth = value === undefined ? 1 : parsePath(value, file.departments.separator).length;
    if (depth === 0 || depth > MAX_DEPTH) problems.push(problemAt(path, `must be a path of 1 to ${MAX_DEPTH} departments`));
  }
  return problems;
}
