import { unreachable } from "../../src/core/errors.ts";
import type { FilterNode } from "../../src/filter/ast.ts";

/**
 * Writes a filter in the grammar parse.ts reads; reading it again gives an equal tree, comparisons with null
 * apart (they are rewritten).
 */
export function printQuery(node: FilterNode): string {
  return print(node, nameInDocument);
}

type Naming = (name: string, element: string | undefined) => string;
const nameInDocument: Naming = (name) => name;
const nameInElement: Naming = (name, element) =>
  element ?? name.slice(Math.max(name.lastIndexOf("."), name.lastIndexOf(":")) + 1);

function print(node: FilterNode, naming: Naming): string {
  switch (node.op) {
    case "or":
      return node.nodes
        .map((child) => (child.op === "or" ? `(${print(child, naming)})` : print(child, naming)))
        .join(" or ");
    case "and":
      return node.nodes
        .map((child) =>
          child.op === "or" || child.op === "and" ? `(${print(child, naming)})` : print(child, naming),
        )
        .join(" and ");
    case "not":
      return `not (${print(node.node, naming)})`;
    case "present":
      return `${naming(node.attribute.name, node.attribute.element)} pr`;
    case "compare":
      return `${naming(node.attribute.name, node.attribute.element)} ${node.operator} ${JSON.stringify(node.value)}`;
    case "some":
      return `${node.attribute.name}[${print(node.node, nameInElement)}]`;
    default:
      return unreachable(node);
  }
}
