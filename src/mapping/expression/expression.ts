import {
  type ASTNode,
  TypeError as CelTypeError,
  Environment,
  EvaluationError,
  ParseError,
} from "@marcbachmann/cel-js";
import type { MappingFile } from "../file/file.ts";
import type { KnownVariables } from "../file/known-names.ts";
import { suggestion } from "../file/problem.ts";
import type { Path } from "../file/source-location.ts";
import {
  type Evaluation,
  type EvaluationNote,
  exhausted,
  TooManySteps,
  type Variables,
} from "./evaluation.ts";
import { readName, toLenient } from "./lenient.ts";
import { QUOTE_TEXTS, Refused } from "./refused.ts";
import { registerFunctions } from "./register-functions.ts";
import type { SourcePath } from "./source-path.ts";

/**
 * The result of an expression: a value (possibly empty), or the reason why there is none. Notes have no
 * values, which may be personal data.
 */
export type Evaluated =
  | { readonly kind: "value"; readonly value: unknown; readonly notes: readonly EvaluationNote[] }
  | { readonly kind: "failed"; readonly text: string };

export interface Expression {
  readonly text: string;
  /** Attributes of the person that the expression reads. */
  readonly sources: readonly SourcePath[];
  /**
   * Never throws and always ends: the language has no recursion, loops run over given lists, and steps are
   * counted.
   */
  evaluate(variables: Variables): Evaluated;
}

/** An invalid expression. `offset`: characters from its beginning. */
export class ExpressionInvalid extends Error {
  readonly offset: number;
  constructor(message: string, offset: number, options?: ErrorOptions) {
    super(message, options);
    this.offset = offset;
  }
}

/** Compiles the expression at a place of the file. Its problems are kept for the report on the whole file. */
export type CompileAt = (path: Path, text: string | number | boolean) => Expression;

const MAX_EXPRESSION_LENGTH = 2_000;
const LIMITS = {
  maxAstNodes: 300,
  maxDepth: 32,
  maxListElements: 100,
  maxMapEntries: 100,
  maxCallArguments: 8,
};
/** Limits of the rewritten form, which is larger by at most this factor. */
const REWRITTEN = { ...LIMITS, maxAstNodes: 3_000, maxDepth: 300 };

/**
 * Compiles expressions with common tables, region, zone and variables. The returned function throws
 * ExpressionInvalid.
 */
export function expressionCompiler(
  file: MappingFile,
  variables: readonly string[],
  known: KnownVariables = {},
): (text: string) => Expression {
  const evaluation: Evaluation = { steps: 0, notes: [] };
  const strict = new Environment({ homogeneousAggregateLiterals: false, limits: LIMITS });
  for (const name of variables) strict.registerVariable(name, "dyn");
  // The variables of the rewritten text are only those of its reads and loops, and the names were checked.
  const lenient = new Environment({
    homogeneousAggregateLiterals: false,
    limits: REWRITTEN,
    unlistedVariablesAreDyn: true,
  });
  for (const environment of [strict, lenient]) registerFunctions(environment, file, evaluation);

  return (text) => {
    if (text.length > MAX_EXPRESSION_LENGTH)
      throw new ExpressionInvalid(
        `is longer than ${MAX_EXPRESSION_LENGTH} characters`,
        MAX_EXPRESSION_LENGTH,
      );
    const ast = parse(strict, text, variables, known);
    checkTables(ast, file);
    const { text: rewritten, reads } = toLenient(ast, variables);
    // Most rules are only a path and need no evaluation.
    if (rewritten === readName(0))
      return {
        text,
        sources: reads,
        evaluate: (given) => ({ kind: "value", value: reads[0]!.read(given), notes: [] }),
      };
    const run = strictly(() => {
      const compiled = lenient.parse(rewritten);
      const check = compiled.check();
      if (!check.valid) throw check.error;
      return compiled;
    });
    return { text, sources: reads, evaluate: (given) => evaluate(run, readAll(reads, given), evaluation) };
  };
}

function readAll(reads: readonly SourcePath[], variables: Variables): Record<string, unknown> {
  // Without a prototype, so that an expression finds only these values.
  const values: Record<string, unknown> = Object.create(null);
  for (const [index, { read }] of reads.entries()) values[readName(index)] = read(variables);
  return values;
}

/** Parses, and checks names and types in the original text, so that errors point into it. */
function parse(
  strict: Environment,
  text: string,
  variables: readonly string[],
  known: KnownVariables,
): ASTNode {
  return strictly(() => {
    // The check annotates the tree, so another tree is rewritten.
    const ast = strict.parse(text).ast;
    toLenient(ast, variables, known);
    const check = strict.check(text);
    // Branches may have different types, because every result becomes a value at the end.
    if (!check.valid && check.error?.code !== "incompatible_ternary_branches") throw check.error;
    return ast;
  });
}

function strictly<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refused) throw new ExpressionInvalid(error.message, error.start, { cause: error });
    if (!(error instanceof ParseError || error instanceof CelTypeError)) throw error;
    throw new ExpressionInvalid(
      lowerFirst(error.summary) + (error instanceof ParseError ? `; ${QUOTE_TEXTS}` : ""),
      error.range?.start ?? 0,
      { cause: error },
    );
  }
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function checkTables(node: ASTNode, file: MappingFile): void {
  const kinds: Readonly<Record<string, readonly string[]>> = {
    lookup: Object.keys(file.tables),
    treePath: Object.keys(file.trees),
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    if (!isNode(value)) return;
    if (value.op === "call" && Object.hasOwn(kinds, value.args[0])) {
      const [name, [table]] = value.args;
      const known = kinds[name]!;
      if (table?.op !== "value" || typeof table.args !== "string")
        throw new ExpressionInvalid(
          `${name} needs the name of its table as a text`,
          table?.start ?? value.start,
        );
      if (!known.includes(table.args))
        throw new ExpressionInvalid(
          `no ${name === "lookup" ? "table" : "tree"} is called ${table.args}${suggestion(table.args, known)}`,
          table.start,
        );
    }
    visit(value.args);
  };
  visit(node);
}

const isNode = (value: unknown): value is ASTNode =>
  typeof value === "object" && value !== null && "op" in value && "args" in value;

function evaluate(
  run: (reads: Record<string, unknown>) => unknown,
  reads: Record<string, unknown>,
  evaluation: Evaluation,
): Evaluated {
  evaluation.steps = 0;
  evaluation.notes = [];
  try {
    const value = run(reads);
    // `&&`, `||` and the quantifiers continue after an error in one operand, so the count decides.
    if (exhausted(evaluation)) throw new TooManySteps("takes too many steps");
    return { kind: "value", value, notes: evaluation.notes };
  } catch (error) {
    if (error instanceof EvaluationError) return { kind: "failed", text: withoutValues(error) };
    // A text or list that is too long for the engine, such as thousands of copies of a long value.
    if (error instanceof RangeError) return { kind: "failed", text: "the result is too long" };
    if (error instanceof TooManySteps) return { kind: "failed", text: error.message };
    throw error;
  }
}

/** The library quotes values in some messages. Only messages about types and positions are shown. */
function withoutValues(error: EvaluationError): string {
  const speaksOfTypes = [
    "no_such_overload",
    "no_matching_overload",
    "unsupported_type",
    "index_out_of_range",
    "numeric_overflow",
  ];
  return speaksOfTypes.includes(error.code ?? "")
    ? lowerFirst(error.summary)
    : "a value has a form the rule cannot use";
}
