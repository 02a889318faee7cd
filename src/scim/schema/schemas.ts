import type { JsonObject } from "../../core/entity.ts";
import type { ResourceSchema } from "./attributes.ts";
import { compileResourceSchema } from "./compile-schema.ts";
import { dingtalkGroupSchema, dingtalkUserSchema } from "./dingtalk.ts";
import { enterpriseSchema } from "./enterprise.ts";
import { groupSchema } from "./group.ts";
import { userSchema } from "./user.ts";
import { workdayAliasSchema, workdaySchema } from "./workday.ts";

/**
 * The order decides about equal names: a name without prefix is searched in the core schema, then in the
 * first extension.
 */
export const userResource: ResourceSchema = compileResourceSchema("User", userSchema, [
  enterpriseSchema,
  dingtalkUserSchema,
  workdaySchema,
  workdayAliasSchema,
]);

export const groupResource: ResourceSchema = compileResourceSchema("Group", groupSchema, [
  dingtalkGroupSchema,
]);

/** The alias of the worker schema is accepted but not listed. */
const published = [
  userSchema,
  groupSchema,
  enterpriseSchema,
  dingtalkUserSchema,
  dingtalkGroupSchema,
  workdaySchema,
];

/**
 * The documents of /Schemas (RFC 7643 section 7), in a stable order. `baseUrl`: the public address of the
 * SCIM root.
 */
export function describeSchemas(baseUrl: string): readonly JsonObject[] {
  // Converted through JSON text, because the library's descriptions have class instances.
  return published.map(
    (definition) => JSON.parse(JSON.stringify(definition.describe(`${baseUrl}/Schemas`))) as JsonObject,
  );
}

const publishedSchemaIds: readonly string[] = published.map((definition) => definition.id);

/** The documents of /ResourceTypes (RFC 7643 section 6). */
export function describeResourceTypes(baseUrl: string): readonly JsonObject[] {
  return [
    resourceType(baseUrl, { id: "User", endpoint: "/Users", schema: userResource, description: "People" }),
    resourceType(baseUrl, {
      id: "Group",
      endpoint: "/Groups",
      schema: groupResource,
      description: "Groups of people and groups",
    }),
  ];
}

function resourceType(
  baseUrl: string,
  type: {
    readonly id: string;
    readonly endpoint: string;
    readonly schema: ResourceSchema;
    readonly description: string;
  },
): JsonObject {
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
    id: type.id,
    name: type.id,
    endpoint: type.endpoint,
    description: type.description,
    schema: type.schema.id,
    schemaExtensions: type.schema.extensions
      .filter((extension) => publishedSchemaIds.includes(extension.id))
      .map((extension) => ({ schema: extension.id, required: false })),
    meta: { resourceType: "ResourceType", location: `${baseUrl}/ResourceTypes/${type.id}` },
  };
}
