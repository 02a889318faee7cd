import type { ASTNode } from "@marcbachmann/cel-js";
import { type KnownVariables, misspeltType, unknownName } from "../file/known-names.ts";
import { suggestion } from "../file/problem.ts";
import { FUNCTIONS, LIST_MACROS, TEXT_METHODS } from "./functions.ts";
import { QUOTE_TEXTS, Refused, refusalOf } from "./refused.ts";
import { type SourcePath, sourcePathOf } from "./source-path.ts";

/** Two nested loops are enough to compare two lists, and the time stays at most quadratic. */
const MAX_NESTING = 2;

const EMITTED_CALLS: Readonly<Record<string, string>> = { has: "present", size: "count", string: "text" };

export interface Lenient {
  /** The rewritten expression, with the variables r_0, r_1, … in place of the author's. */
  readonly text: string;
  /** The paths of these variables. */
  readonly reads: readonly SourcePath[];
}

/** Names that an author cannot write, so that a loop's variable never hides a read. */
export const readName = (index: number): string => `r_${index}`;
const loopName = (name: string): string => `l_${name}`;

/**
 * The same expression with lenient accesses. A path from a variable is read before the evaluation. Any other
 * `a.b` becomes `at(a, "b")`. Both give an empty value where CEL would stop with "no such key". Conditions
 * read any value as true or false, and methods of texts get a text. Refuses parts of CEL that the mapping
 * language excludes (regular expressions, bindings, deep nesting of loops), so every expression ends within
 * bounded steps.
 */
export function toLenient(node: ASTNode, variables: readonly string[], known: KnownVariables = {}): Lenient {
  const reads: SourcePath[] = [];
  const text = emit(node, { variables, known, loops: [], reads });
  return { text, reads };
}

interface Scope {
  readonly variables: readonly string[];
  readonly known: KnownVariables;
  /** Names of the elements of the outer loops, outermost first. */
  readonly loops: readonly string[];
  readonly reads: SourcePath[];
}

function emitRead(path: SourcePath, { reads }: Scope): string {
  const known = reads.findIndex((read) => read.path === path.path);
  if (known < 0) reads.push(path);
  return readName(known < 0 ? reads.length - 1 : known);
}

function emit(node: ASTNode, scope: Scope): string {
  const go = (child: ASTNode): string => emit(child, scope);
  const path = sourcePathOf(node, scope.loops);
  if (path) {
    const { args: name, start } = rootOf(node);
    if (!scope.variables.includes(name)) {
      const meant = suggestion(name, [...scope.variables, ...scope.loops]);
      // A single word that is not similar to a variable is most likely a text.
      const text = meant === "" && node.op === "id" ? `; ${QUOTE_TEXTS}` : "";
      throw new Refused(`unknown variable ${name}${meant}${text}`, start);
    }
    const wrong = (path.names && unknownName(scope.known, path.names)) ?? misspeltType(node);
    if (wrong !== undefined) throw new Refused(wrong, start);
    return emitRead(path, scope);
  }
  switch (node.op) {
    case "value":
      return literal(node.args, node.start);
    case "id":
      return loopName(node.args);
    case ".":
      return `at(${go(node.args[0])}, ${JSON.stringify(node.args[1])})`;
    case "[]":
      return `at(${go(node.args[0])}, ${go(node.args[1])})`;
    case "call":
      return emitCall(node.args[0], node.args[1], node.start, go);
    case "rcall":
      return emitMethod(node.args[0], node.args[1], node.args[2], node.start, scope);
    case "list":
      return `[${node.args.map(go).join(", ")}]`;
    case "map":
      return `{${node.args.map(([key, value]) => `${go(key)}: ${go(value)}`).join(", ")}}`;
    case "?:":
      return `(truth(${go(node.args[0])}) ? dyn(${go(node.args[1])}) : dyn(${go(node.args[2])}))`;
    case "&&":
    case "||":
      return `(truth(${go(node.args[0])}) ${node.op} truth(${go(node.args[1])}))`;
    case "!_":
      return `!truth(${go(node.args)})`;
    case "-_":
      return `-(${go(node.args)})`;
    case ".?":
    case "[?]":
      throw new Refused("optional access is not needed here: what is missing is empty", node.start);
    default:
      return `(${go(node.args[0])} ${node.op} ${go(node.args[1])})`;
  }
}

/** The variable at the start of a path. */
function rootOf(node: ASTNode): Extract<ASTNode, { op: "id" }> {
  if (node.op === "id") return node;
  if (node.op === "." || node.op === "[]") return rootOf(node.args[0]);
  if (node.op === "call") return rootOf(node.args[1][0]!);
  throw new Error(`${node.op} does not begin with a variable`);
}

function literal(value: unknown, start: number): string {
  if (value === null) return "null";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isInteger(value) ? `double("${value}")` : String(value);
  throw new Refused("bytes and unsigned numbers are not values of an attribute", start);
}

function emitCall(
  name: string,
  args: readonly ASTNode[],
  start: number,
  go: (child: ASTNode) => string,
): string {
  const arities = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name]! : undefined;
  if (!arities)
    throw new Refused(`unknown function ${name}${suggestion(name, Object.keys(FUNCTIONS))}`, start);
  if (!arities.includes(args.length))
    throw new Refused(`${name} takes ${arities.join(" or ")} arguments, not ${args.length}`, start);
  return `${EMITTED_CALLS[name] ?? name}(${args.map(go).join(", ")})`;
}

function emitMethod(
  name: string,
  receiver: ASTNode,
  args: readonly ASTNode[],
  start: number,
  scope: Scope,
): string {
  const go = (child: ASTNode): string => emit(child, scope);
  if (includes(LIST_MACROS, name)) {
    if (scope.loops.length >= MAX_NESTING)
      throw new Refused(`${name} is nested more than ${MAX_NESTING} deep`, start);
    const [variable, ...body] = args;
    // The parser accepts only a name here.
    const loopVariable = variable?.op === "id" ? variable.args : "";
    const list = go(receiver);
    const inner: Scope = { ...scope, loops: [...scope.loops, loopVariable] };
    const bodies = body.map((child, index) => {
      const transform = name === "map" && index === body.length - 1;
      return `${transform ? "step" : "truth"}(${emit(child, inner)})`;
    });
    return `items(${list}).${name}(${[loopName(loopVariable), ...bodies].join(", ")})`;
  }
  if (name === "size" && args.length === 0) return `count(${go(receiver)})`;
  if (name === "join" && args.length <= 1) return `join(${go(receiver)}, ${args[0] ? go(args[0]) : '""'})`;
  if (!includes(TEXT_METHODS, name)) {
    throw new Refused(refusalOf(name), start);
  }
  return `textual(${go(receiver)}).${name}(${args.map(go).join(", ")})`;
}

const includes = (names: readonly string[], name: string): boolean => names.includes(name);
