import type { ASTNode } from "@marcbachmann/cel-js";
import { suggestion } from "./problem.ts";

/**
 * The attributes of a document by name, each with its sub-attributes: none for a plain value, one named `[]`
 * for a list of values.
 */
export interface KnownNames {
  readonly [name: string]: KnownNames;
}

/** By variable of an expression. A variable that is missing here may have any attribute. */
export type KnownVariables = Readonly<Record<string, KnownNames>>;

/** The mistake in a path such as `user.name.formated`. Undefined: all of the path can exist. */
export function unknownName(
  known: KnownVariables,
  [variable, ...names]: readonly string[],
): string | undefined {
  let at = Object.hasOwn(known, variable!) ? known[variable!] : undefined;
  const way = [variable!];
  for (const name of names) {
    // The URN of an extension, and everything in it, is defined by the client.
    if (at === undefined || name.toLowerCase().startsWith("urn:")) return undefined;
    if (Object.hasOwn(at, "[]"))
      return `${way.join(".")} is a list, of which .${name} is nothing: use a function such as emailOf(user, "work"), or a loop: ${way.join(".")}.map(each, each.${name})`;
    if (!Object.hasOwn(at, name)) {
      const possible = Object.keys(at);
      const what =
        possible.length === 0
          ? `${way.join(".")} is a plain value without parts`
          : `${way.join(".")} has no attribute ${name}`;
      return what + suggestion(name, possible);
    }
    way.push(name);
    at = at[name]!;
  }
  return undefined;
}

/**
 * RFC 7643 sections 4.1.2 and 8.7.1: the types of SCIM. Others are allowed, but a nearly equal one is a
 * misspelling.
 */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  phoneOf: ["work", "home", "mobile", "fax", "pager", "other"],
  emailOf: ["work", "home", "other"],
  addressOf: ["work", "home", "other"],
};

/** The mistake in the type of `phoneOf(user, "mobil")`. Undefined for all other calls. */
export function misspeltType(node: ASTNode): string | undefined {
  if (node.op !== "call" || !Object.hasOwn(TYPES, node.args[0])) return undefined;
  const [, type] = node.args[1];
  if (type?.op !== "value" || typeof type.args !== "string") return undefined;
  const types = TYPES[node.args[0]]!;
  if (types.includes(type.args.toLowerCase()) || /\d/.test(type.args)) return undefined;
  const meant = suggestion(type.args, types);
  return meant === "" ? undefined : `${type.args} is no type of SCIM${meant}`;
}
