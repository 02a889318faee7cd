import {
  type Document,
  isScalar,
  LineCounter,
  type ParsedNode,
  parseDocument,
  visit,
  type YAMLParseError,
} from "yaml";
import type { z } from "zod";
import { type FileProblem, inOrder, suggestion } from "./problem.ts";
import { keyPosition, type Path, valuePosition } from "./source-location.ts";

/* YAML files written by people. Each mistake in their form is reported with line and column. */

export interface Places {
  /** A problem of the value at `path`; with `offset`, of one character of its text. */
  problemAt(path: Path, message: string, offset?: number): FileProblem;
  /** A problem of the key itself. */
  problemAtKey(path: Path, message: string): FileProblem;
}

export interface ReadFile<File> extends Places {
  readonly file: File;
}

const MAX_FILE_LENGTH = 256 * 1_024;

export interface ReadPart<File> extends ReadFile<File> {
  /** Problems of the form, in the order of the file. `file` lacks the parts with problems. */
  readonly problems: readonly FileProblem[];
}

type Refuse = (problems: readonly FileProblem[], options?: ErrorOptions) => Error;

/** Throws the error of `refuse` with all problems. */
export function readYaml<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  refuse: Refuse,
): ReadFile<z.output<Schema>> {
  const { problems, ...file } = readYamlPart(text, schema, refuse);
  if (problems.length > 0) throw refuse(problems);
  return file;
}

/**
 * Does the same, but also reads the valid parts of an invalid file, so that their own mistakes are reported
 * too. Throws if nothing is left.
 */
export function readYamlPart<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  refuse: Refuse,
): ReadPart<z.output<Schema>> {
  if (text.length > MAX_FILE_LENGTH)
    throw refuse([
      { line: 1, column: 1, path: "", message: `the file is longer than ${MAX_FILE_LENGTH} characters` },
    ]);
  const lines = new LineCounter();
  // Aliases are refused below. These files need none, and aliases can make a small file enormous.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: sameKey,
    version: "1.2",
  });
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0)
    throw refuse(
      document.errors.map((error) => ({ ...place(error.pos[0]), path: "", message: yamlProblem(error) })),
    );
  keepWrittenNumbers(document);
  const problem = (position: number, path: Path, message: string): FileProblem => ({
    ...place(position),
    path: path.join("."),
    message,
  });
  const places: Places = {
    problemAt: (path, message, offset) =>
      problem(valuePosition(document.contents, path, text, offset), path, message),
    problemAtKey: (path, message) => problem(keyPosition(document.contents, path), path, message),
  };

  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw refuse(
      [{ line: 1, column: 1, path: "", message: "anchors and aliases are not used in this file" }],
      { cause: error },
    );
  }
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return { file: parsed.data, problems: [], ...places };
  const problems = inOrder(parsed.error.issues.flatMap((issue) => fromIssue(issue, schema, places)));
  const concerned = parsed.error.issues.flatMap((issue) => concernedKeys(value, issue));
  for (const { parent, key } of concerned) delete parent[key];
  const rest = schema.safeParse(value);
  if (!rest.success) throw refuse(problems);
  return { file: rest.data, problems, ...places };
}

/** As people write numbers: `0`, `-12`, `2.50`. */
const PLAIN_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;

/**
 * Keeps the text of values that YAML reads as numbers and people write as names: `00123` would become 123,
 * `1E3` would become 1000, and a personnel number of twenty digits would change. A key is always a name.
 */
function keepWrittenNumbers(document: Document.Parsed<ParsedNode>): void {
  visit(document, {
    Scalar(at, node) {
      if (typeof node.value !== "number" || node.source === undefined) return;
      const isCount =
        PLAIN_NUMBER.test(node.source) && (!Number.isInteger(node.value) || Number.isSafeInteger(node.value));
      if (at === "key" || !isCount) node.value = node.source;
    },
  });
}

/** Compares the written texts: `01` and `1` are two keys. */
const sameKey = (a: ParsedNode, b: ParsedNode): boolean =>
  a === b || (isScalar(a) && isScalar(b) && writtenKey(a) === writtenKey(b));
const writtenKey = ({ value, source }: { readonly value: unknown; readonly source?: string }): string =>
  typeof value === "number" ? (source ?? String(value)) : String(value);

interface Concerned {
  readonly parent: Record<PropertyKey, unknown>;
  readonly key: PropertyKey;
}

/**
 * Elements of lists stay, because others would change their index. If a key is missing, its object is
 * concerned.
 */
function concernedKeys(value: unknown, issue: Issue): readonly Concerned[] {
  const at = (path: readonly PropertyKey[]) =>
    path.reduce<unknown>((node, part) => (isRecord(node) ? node[part] : undefined), value);
  if (issue.code === "unrecognized_keys") {
    const parent = at(issue.path);
    return isRecord(parent) ? issue.keys.map((key) => ({ parent, key })) : [];
  }
  for (let depth = issue.path.length; depth > 0; depth--) {
    const [parent, key] = [at(issue.path.slice(0, depth - 1)), issue.path[depth - 1]!];
    if (isRecord(parent) && Object.hasOwn(parent, key)) return Array.isArray(parent) ? [] : [{ parent, key }];
  }
  return [];
}

const isRecord = (value: unknown): value is Record<PropertyKey, unknown> =>
  typeof value === "object" && value !== null;

/** Errors of the parser for an expression without quotes that YAML reads as something else. */
const UNQUOTED: ReadonlySet<string> = new Set([
  "BLOCK_AS_IMPLICIT_KEY",
  "UNEXPECTED_TOKEN",
  "BAD_SCALAR_START",
]);

function yamlProblem({ code, message }: YAMLParseError): string {
  const first = message.split("\n", 1)[0]!.replace(/^./, (letter) => letter.toLowerCase());
  return UNQUOTED.has(code) ? `${first}; put the expression in quotes, such as 'a ? b : c'` : first;
}

type Issue = z.core.$ZodIssue;

function fromIssue(
  issue: Issue,
  schema: z.ZodType,
  { problemAt, problemAtKey }: Places,
): readonly FileProblem[] {
  const path = issue.path.filter((part): part is string | number => typeof part !== "symbol");
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((unknown) =>
        problemAtKey([...path, unknown], `unknown key${suggestion(unknown, keysAt(schema, path))}`),
      );
    case "invalid_key":
      return [problemAtKey(path, issue.issues[0]?.message ?? "is not a possible name")];
    case "invalid_value":
      if (issue.values.length > 1)
        return [
          problemAt(
            path,
            `must be one of ${issue.values.join(", ")}${suggestion(String(issue.input), issue.values.map(String))}`,
          ),
        ];
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

/** Keys that the schema has at a path, for suggestions. */
function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  let shape: z.core.$ZodType = schema;
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
