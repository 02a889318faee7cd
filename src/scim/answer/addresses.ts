import type { AddressPrefixes } from "../../filter/ast.ts";
import { type AttributeSpec, attributeNames, type ResourceSchema } from "../schema/attributes.ts";

/** Addresses that are derived from an id, so they can be compared without being stored. */
const MADE: ReadonlySet<string> = new Set(["meta.location", "members.$ref", "groups.$ref"]);

/**
 * The schema of a server at `baseUrl`, the public address of the SCIM root. Filters can use its addresses.
 */
export function withAddresses(schema: ResourceSchema, baseUrl: string): ResourceSchema {
  const address: AddressPrefixes = { User: `${baseUrl}/Users/`, Group: `${baseUrl}/Groups/` };
  const addressed = (spec: AttributeSpec): AttributeSpec => {
    if (MADE.has(spec.fullName)) return { ...spec, query: { ...spec.query, address } };
    return spec.sub.all.some((sub) => MADE.has(sub.fullName))
      ? { ...spec, sub: attributeNames(spec.sub.all.map(addressed)) }
      : spec;
  };
  return { ...schema, attributes: attributeNames(schema.attributes.all.map(addressed)) };
}
