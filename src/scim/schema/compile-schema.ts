import type { QueryKey } from "../../filter/ast.ts";
import {
  type AttributeSpec,
  attributeNames,
  type Mutability,
  type ResourceSchema,
  type Returned,
} from "./attributes.ts";
import {
  type Attribute,
  complex,
  dateTime,
  reference,
  type SchemaDefinition,
  string,
} from "./schema-attributes.ts";

const DEFAULT_MAX_LENGTH = 4_096;
/** Maximum length of strings in indexed columns: PostgreSQL's B-tree stores rows of up to 2,704 bytes. */
export const INDEXED_MAX_LENGTH = 512;

const MAX_LENGTHS: ReadonlyMap<string, number> = new Map([
  ["userName", INDEXED_MAX_LENGTH],
  ["externalId", INDEXED_MAX_LENGTH],
  ["displayName", INDEXED_MAX_LENGTH],
  ["emails.value", INDEXED_MAX_LENGTH],
  ["employeeNumber", INDEXED_MAX_LENGTH],
  ["manager.value", INDEXED_MAX_LENGTH],
  ["members.value", INDEXED_MAX_LENGTH],
  ["roles.value", 16_384],
  ["entitlements.value", 16_384],
  ["photos.value", 65_536],
  ["x509Certificates.value", 65_536],
]);

/** The directory's key for an attribute, by its name without the URN of an extension. */
const KEYS: ReadonlyMap<string, QueryKey> = new Map([
  ["id", "id"],
  ["externalId", "externalId"],
  ["userName", "userName"],
  ["displayName", "displayName"],
  ["active", "active"],
  ["employeeNumber", "employeeNumber"],
  ["manager.value", "manager"],
  ["emails.value", "email"],
  ["meta.created", "created"],
  ["meta.lastModified", "lastModified"],
  ["meta.version", "version"],
  ["members.value", "member"],
  ["groups.value", "group"],
]);

export function compileResourceSchema(
  resourceType: ResourceSchema["resourceType"],
  core: SchemaDefinition,
  extensions: readonly SchemaDefinition[],
): ResourceSchema {
  const own = declared(core).map((attribute) => compileAttribute(attribute, { prefix: "", path: [] }));
  const compiled = extensions.map((definition) => ({
    id: definition.id,
    attributes: attributeNames(
      declared(definition).map((attribute) =>
        compileAttribute(attribute, { prefix: `${definition.id}:`, path: [definition.id] }),
      ),
    ),
  }));
  const byUrn = new Map(compiled.map((extension) => [extension.id.toLowerCase(), extension]));
  return {
    resourceType,
    id: core.id,
    attributes: attributeNames([...commonAttributes(), ...own]),
    extensions: compiled,
    extension: (urn) => byUrn.get(urn.toLowerCase()),
  };
}

/**
 * The library adds its own common attributes to each definition and marks them as shadows. Ours are in
 * commonAttributes.
 */
const declared = (definition: SchemaDefinition): readonly Attribute[] =>
  definition.attributes.filter((attribute) => !attribute.config.shadow);

/** RFC 7643 sections 3 and 3.1: attributes of all resources. Only externalId is listed in /Schemas. */
function commonAttributes(): readonly AttributeSpec[] {
  const readOnly = { mutable: "readOnly", caseExact: true } as const;
  return [
    reference("schemas", "The schemas of the resource.", ["uri"], {
      multiValued: true,
      mutable: "readOnly",
      returned: "always",
    }),
    string("id", "The id the server gave.", { ...readOnly, returned: "always", uniqueness: "global" }),
    complex(
      "meta",
      "About the resource.",
      [
        string("resourceType", "User or Group.", readOnly),
        dateTime("created", "When it was made.", readOnly),
        dateTime("lastModified", "When it last changed.", readOnly),
        reference("location", "Its address.", ["uri"], readOnly),
        string("version", "Its version.", readOnly),
      ],
      { mutable: "readOnly" },
    ),
  ].map((attribute) => compileAttribute(attribute, { prefix: "", path: [] }));
}

interface Place {
  readonly prefix: string;
  readonly path: readonly string[];
  /** The complex attribute that contains a sub-attribute. */
  readonly parent?: { readonly name: string; readonly multiValued: boolean };
}

function compileAttribute(attribute: Attribute, place: Place): AttributeSpec {
  const { name, type, config } = attribute;
  const { parent } = place;
  const multiValued = config.multiValued === true;
  const local = parent === undefined ? name : `${parent.name}.${name}`;
  const fullName = place.prefix + local;
  const inArray = parent?.multiValued === true;
  const path = inArray ? place.path : [...place.path, name];
  const key = KEYS.get(local);
  const caseExact = config.caseExact === true || type === "binary";
  return {
    name,
    fullName,
    type,
    multiValued,
    caseExact,
    required: config.required === true,
    mutability: mutabilityOf(config.mutable),
    returned: returnedOf(config.returned),
    uniqueness: config.uniqueness === "server" || config.uniqueness === "global" ? config.uniqueness : "none",
    maxLength: MAX_LENGTHS.get(local) ?? DEFAULT_MAX_LENGTH,
    sub: attributeNames(
      (attribute.subAttributes ?? []).map((sub) =>
        compileAttribute(sub, { prefix: place.prefix, path, parent: { name, multiValued } }),
      ),
    ),
    query: {
      name: fullName,
      path,
      ...(inArray ? { element: name } : {}),
      multiValued: multiValued || inArray,
      type,
      caseExact,
      ...(key === undefined ? {} : { key }),
    },
  };
}

function mutabilityOf(mutable: boolean | string | undefined): Mutability {
  if (mutable === "readOnly" || mutable === "immutable" || mutable === "writeOnly") return mutable;
  return mutable === false ? "readOnly" : "readWrite";
}

function returnedOf(returned: boolean | string | undefined): Returned {
  if (returned === "always" || returned === "never" || returned === "request") return returned;
  return returned === false ? "never" : "default";
}
