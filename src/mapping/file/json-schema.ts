import { z } from "zod";
import type { JsonObject } from "../../core/entity.ts";
import { mappingFile, SHORT_FORMS } from "./file.ts";

/**
 * The form of a mapping file as a JSON Schema, for completion and marks in editors. The program itself checks
 * more.
 */
export function mappingJsonSchema(): JsonObject {
  const schema = z.toJSONSchema(mappingFile, {
    io: "input",
    unrepresentable: "any",
    reused: "ref",
    override: ({ zodSchema, jsonSchema }) => {
      const forms = SHORT_FORMS.get(zodSchema);
      if (!forms) return;
      for (const name of Object.keys(jsonSchema)) delete jsonSchema[name];
      jsonSchema.anyOf = forms.map((form) =>
        withoutDialect(z.toJSONSchema(form, { io: "input", unrepresentable: "any" })),
      );
    },
  });
  // Through text, because undefined values are not part of the schema.
  return JSON.parse(
    JSON.stringify({ ...schema, title: "Attribute and department mapping of dingtalk-scim" }),
  ) as JsonObject;
}

const withoutDialect = ({
  $schema: _dialect,
  ...schema
}: z.core.JSONSchema.JSONSchema): z.core.JSONSchema.JSONSchema => schema;
