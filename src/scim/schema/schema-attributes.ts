import SCIMMY from "scimmy";

/*
 * Short functions that declare attributes with the library's classes, for our schema files. /Schemas is
 * rendered from them, and attributes.ts compiles them into the look-up tables of this room. They never
 * process input.
 */

export type Attribute = SCIMMY.Types.Attribute;
export type SchemaDefinition = SCIMMY.Types.SchemaDefinition;
type Config = SCIMMY.Types.Attribute.AttributeConfig;

export const string = (name: string, description: string, config: Config = {}): Attribute =>
  new SCIMMY.Types.Attribute("string", name, { description, ...config });

export const boolean = (name: string, description: string, config: Config = {}): Attribute =>
  new SCIMMY.Types.Attribute("boolean", name, { description, ...config });

export const integer = (name: string, description: string, config: Config = {}): Attribute =>
  new SCIMMY.Types.Attribute("integer", name, { description, ...config });

export const dateTime = (name: string, description: string, config: Config = {}): Attribute =>
  new SCIMMY.Types.Attribute("dateTime", name, { description, ...config });

export const binary = (name: string, description: string, config: Config = {}): Attribute =>
  new SCIMMY.Types.Attribute("binary", name, { description, caseExact: true, ...config });

export const reference = (
  name: string,
  description: string,
  referenceTypes: string[],
  config: Config = {},
): Attribute =>
  new SCIMMY.Types.Attribute("reference", name, { description, referenceTypes, caseExact: true, ...config });

export const complex = (
  name: string,
  description: string,
  subAttributes: Attribute[],
  config: Config = {},
): Attribute => new SCIMMY.Types.Attribute("complex", name, { description, ...config }, subAttributes);

/** A list of `{ value, display, type, primary }` as in RFC 7643 section 2.4. */
export function multiValued(
  name: string,
  description: string,
  value: Attribute,
  types: string[] = [],
): Attribute {
  return complex(
    name,
    description,
    [
      value,
      string("display", "A name for people to read."),
      string(
        "type",
        "What the value is for. Other words than those listed are accepted and kept.",
        types.length > 0 ? { canonicalValues: types } : {},
      ),
      boolean("primary", "Marks the preferred value; at most one element has true."),
    ],
    { multiValued: true },
  );
}

/**
 * The client's identifier of a resource. It has no meaning for the server, and the client keeps it unique
 * (RFC 7643 section 3.1).
 */
export const externalId = (): Attribute =>
  string(
    "externalId",
    "The identifier the client gave. The client keeps it unique; it is meaningless to the server.",
    { caseExact: true },
  );

/**
 * The library's constructor accepts only identifiers below `urn:ietf:params:scim:schemas:`. That name space
 * belongs to the IETF, so our own extensions get their private identifier after construction.
 */
export function schema(
  id: string,
  name: string,
  description: string,
  attributes: Attribute[],
): SchemaDefinition {
  const definition = new SCIMMY.Types.SchemaDefinition(
    name,
    "urn:ietf:params:scim:schemas:extension:private",
    description,
    attributes,
  );
  return Object.assign(definition, { id });
}
