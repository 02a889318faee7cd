import type { ASTNode } from "@marcbachmann/cel-js";
import type { Variables } from "./evaluation.ts";
import { asText, EMPTY, member, typedEntry } from "./scim-values.ts";

/**
 * An attribute that an expression reads, as people write it, and its value in a document; EMPTY if there is
 * none.
 */
export interface SourcePath {
  readonly path: string;
  /** The names of the path, from the variable on. Unset if the entry is found by its type. */
  readonly names?: readonly string[];
  read(variables: Variables): unknown;
}

const BY_TYPE: Readonly<Record<string, string>> = {
  phoneOf: "phoneNumbers",
  emailOf: "emails",
  addressOf: "addresses",
};

/**
 * The path of a node, if it is one: `enterprise.manager.value`, or `phoneOf(user, "mobile")`. The variable of
 * a loop does not begin a path.
 */
export function sourcePathOf(node: ASTNode, loopVariables: readonly string[]): SourcePath | undefined {
  const chain = accessChain(node);
  if (chain) return loopVariables.includes(chain[0]!) ? undefined : plain(chain);
  if (node.op !== "call" || !Object.hasOwn(BY_TYPE, node.args[0])) return undefined;
  const [document, type] = node.args[1];
  const isUser = document?.op === "id" && document.args === "user" && !loopVariables.includes("user");
  return isUser && type?.op === "value" && typeof type.args === "string"
    ? typed(BY_TYPE[node.args[0]]!, type.args)
    : undefined;
}

function accessChain(node: ASTNode): readonly string[] | undefined {
  if (node.op === "id") return [node.args];
  if (node.op === ".") return extended(accessChain(node.args[0]), node.args[1]);
  const key = node.op === "[]" ? node.args[1] : undefined;
  if (node.op === "[]" && key?.op === "value" && typeof key.args === "string")
    return extended(accessChain(node.args[0]), key.args);
  return undefined;
}

const extended = (chain: readonly string[] | undefined, name: string): readonly string[] | undefined =>
  chain ? [...chain, name] : undefined;

function plain([variable, ...names]: readonly string[]): SourcePath {
  const read = (variables: Variables): unknown => {
    let value: unknown = variables[variable!] ?? EMPTY;
    for (const name of names) value = member(value, name);
    return value;
  };
  return { path: [variable, ...names].join("."), names: [variable!, ...names], read };
}

function typed(attribute: string, type: string): SourcePath {
  const whole = attribute === "addresses";
  return {
    path: `user.${attribute}[type eq "${type}"]${whole ? "" : ".value"}`,
    read: ({ user }) => {
      const entry = typedEntry(member(user, attribute), asText(type)) ?? EMPTY;
      return whole ? entry : member(entry, "value");
    },
  };
}
