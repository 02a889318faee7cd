import { finalSchemaName, UNPREFIXED_EXTENSION } from "../dialect-values.ts";
import type { AttributeNames, AttributeSpec, ExtensionSpec, ResourceSchema } from "./attributes.ts";

/*
 * Attribute names as clients write them (RFC 7644 section 3.10), resolved against the schema tables.
 *   resolveName(schema, "name.givenName" | "urn:…:2.0:User:manager" | "urn:…:2.0:User")
 */

/** The meaning of a name. `extension` is absent for attributes of the core schema. */
export type Named =
  | {
      readonly kind: "attribute";
      readonly extension?: ExtensionSpec;
      readonly attribute: AttributeSpec;
      readonly sub?: AttributeSpec;
    }
  | { readonly kind: "extension"; readonly extension: ExtensionSpec }
  | { readonly kind: "core" };

/** Undefined: the schema has no such attribute. */
export function resolveName(schema: ResourceSchema, name: string): Named | undefined {
  if (!name.includes(":")) return resolveIn(schema.attributes, undefined, name) ?? unprefixed(schema, name);
  const named = qualified(schema, name);
  if (named !== undefined) return named;
  const final = finalSchemaName(name, schema.resourceType);
  return final === name ? undefined : qualified(schema, final);
}

function qualified(schema: ResourceSchema, name: string): Named | undefined {
  const lower = name.toLowerCase();
  const rest = below(lower, schema.id, name);
  if (rest !== undefined)
    return rest === "" ? { kind: "core" } : resolveIn(schema.attributes, undefined, rest);
  for (const extension of schema.extensions) {
    const local = below(lower, extension.id, name);
    if (local !== undefined)
      return local === ""
        ? { kind: "extension", extension }
        : resolveIn(extension.attributes, extension, local);
  }
  return undefined;
}

/** Whether a name is the URN of one of the resource's schemas. */
export function isSchemaName(schema: ResourceSchema, name: string): boolean {
  const named = resolveName(schema, name);
  return named !== undefined && named.kind !== "attribute";
}

/** Whether a name begins with the URN of one of the resource's schemas, even if the attribute is unknown. */
export function isBelowSchema(schema: ResourceSchema, name: string): boolean {
  return [name, finalSchemaName(name, schema.resourceType)].some((one) =>
    [schema, ...schema.extensions].some(({ id }) => below(one.toLowerCase(), id, one) !== undefined),
  );
}

/**
 * The text after the URN: "" for the URN alone, undefined if the name does not begin with it. A dot is read
 * like a colon (dot-after-schema).
 */
function below(lower: string, urn: string, name: string): string | undefined {
  if (!lower.startsWith(urn.toLowerCase())) return undefined;
  if (name.length === urn.length) return "";
  return name[urn.length] === ":" || name[urn.length] === "." ? name.slice(urn.length + 1) : undefined;
}

/** unprefixed-enterprise-names. */
export function unprefixed(schema: ResourceSchema, name: string): Named | undefined {
  const extension = schema.extension(UNPREFIXED_EXTENSION);
  return extension && resolveIn(extension.attributes, extension, name);
}

function resolveIn(
  attributes: AttributeNames,
  extension: ExtensionSpec | undefined,
  name: string,
): Named | undefined {
  const dot = name.indexOf(".");
  const attribute = attributes.get(dot < 0 ? name : name.slice(0, dot));
  if (attribute === undefined) return undefined;
  const where = { kind: "attribute", attribute, ...(extension ? { extension } : {}) } as const;
  if (dot < 0) return where;
  const sub = attribute.sub.get(name.slice(dot + 1));
  return sub && { ...where, sub };
}
