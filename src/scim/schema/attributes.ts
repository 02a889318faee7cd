import type { QueryAttribute, QueryType } from "../../filter/ast.ts";

/*
 * Look-up tables, compiled once from the schema definitions. Names are found in any letter case, in Maps: an
 * inherited name (`__proto__`, `constructor`) is an ordinary unknown attribute.
 */

export type Mutability = "readOnly" | "readWrite" | "immutable" | "writeOnly";
export type Returned = "always" | "never" | "default" | "request";

export interface AttributeSpec {
  /** In the schema's spelling. */
  readonly name: string;
  /** The full name: `emails.value`, `urn:…:2.0:User:manager.value`. */
  readonly fullName: string;
  readonly type: QueryType;
  readonly multiValued: boolean;
  readonly caseExact: boolean;
  readonly required: boolean;
  readonly mutability: Mutability;
  readonly returned: Returned;
  readonly uniqueness: "none" | "server" | "global";
  /** Maximum length of a string in UTF-16 units. */
  readonly maxLength: number;
  /** Sub-attributes of a complex attribute; empty otherwise. */
  readonly sub: AttributeNames;
  readonly query: QueryAttribute;
}

/** Finds an attribute by its name in any letter case. */
export interface AttributeNames {
  get(name: string): AttributeSpec | undefined;
  readonly all: readonly AttributeSpec[];
}

export interface ExtensionSpec {
  readonly id: string;
  readonly attributes: AttributeNames;
}

export interface ResourceSchema {
  readonly resourceType: "User" | "Group";
  readonly id: string;
  /** Core and common attributes, including `id` and `meta`. */
  readonly attributes: AttributeNames;
  readonly extensions: readonly ExtensionSpec[];
  /** By URN, in any letter case. */
  extension(urn: string): ExtensionSpec | undefined;
}

/**
 * Both the schema's spelling and lower case are keys. Most clients use the schema's spelling, which needs no
 * conversion.
 */
export function attributeNames(all: readonly AttributeSpec[]): AttributeNames {
  const names = new Map<string, AttributeSpec>();
  for (const spec of all) names.set(spec.name.toLowerCase(), spec).set(spec.name, spec);
  return { all, get: (name) => names.get(name) ?? names.get(name.toLowerCase()) };
}
