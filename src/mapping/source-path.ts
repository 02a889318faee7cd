import type { ASTNode } from "@marcbachmann/cel-js";
import type { JsonValue } from "../core/entity.ts";
import type { Variables } from "./expression.ts";
import { asJson, asText, member, typedEntry } from "./scim-values.ts";

/** An attribute an expression reads, as people write it, and how to fetch what a person has there. */
export interface SourcePath {
  readonly path: string;
  read(variables: Variables): JsonValue;
}

const BY_TYPE: Readonly<Record<string, string>> = { phoneOf: "phoneNumbers", emailOf: "emails", addressOf: "addresses" };

/** The attributes named in an expression, in the order they are named, each once. What a loop reads inside is covered by the list it runs over. */
export function sourcePaths(ast: ASTNode): readonly SourcePath[] {
  const found = new Map<string, SourcePath>();
  const add = (source: SourcePath): void => {
    if (!found.has(source.path)) found.set(source.path, source);
  };
  const visit = (node: ASTNode, loopVariables: readonly string[]): void => {
    const chain = accessChain(node);
    if (chain) {
      if (!loopVariables.includes(chain[0]!)) add(plain(chain));
      return;
    }
    if (node.op === "call" && Object.hasOwn(BY_TYPE, node.args[0])) {
      const type = node.args[1][1];
      if (type?.op === "value" && typeof type.args === "string") {
        add(typed(BY_TYPE[node.args[0]]!, type.args));
        return;
      }
    }
    if (node.op === "rcall") {
      const [name, receiver, args] = node.args;
      visit(receiver, loopVariables);
      const [variable, ...body] = args;
      const opensLoop = variable?.op === "id" && body.length > 0 && ["all", "exists", "exists_one", "map", "filter"].includes(name);
      for (const child of opensLoop ? body : args) visit(child, opensLoop ? [...loopVariables, variable.args] : loopVariables);
      return;
    }
    for (const child of children(node)) visit(child, loopVariables);
  };
  visit(ast, []);
  return [...found.values()];
}

function accessChain(node: ASTNode): readonly string[] | undefined {
  if (node.op === "id") return [node.args];
  if (node.op === ".") return extended(accessChain(node.args[0]), node.args[1]);
  const key = node.op === "[]" ? node.args[1] : undefined;
  if (node.op === "[]" && key?.op === "value" && typeof key.args === "string") return extended(accessChain(node.args[0]), key.args);
  return undefined;
}

const extended = (chain: readonly string[] | undefined, name: string): readonly string[] | undefined =>
  chain ? [...chain, name] : undefined;

const plain = (chain: readonly string[]): SourcePath => ({
  path: chain.join("."),
  read: (variables) => asJson(chain.slice(1).reduce<unknown>(member, variables[chain[0]!])),
});

const typed = (attribute: string, type: string): SourcePath => ({
  path: attribute === "addresses" ? `user.addresses[type eq "${type}"]` : `user.${attribute}[type eq "${type}"].value`,
  read: (variables) => {
    const entry = typedEntry(member(variables.user, attribute), asText(type));
    return asJson(attribute === "addresses" ? entry : member(entry, "value"));
  },
});

function children(node: ASTNode): readonly ASTNode[] {
  const nodes: ASTNode[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === "object" && value !== null && "op" in value) nodes.push(value as ASTNode); // only nodes carry `op`
  };
  collect(node.args);
  return nodes;
}
