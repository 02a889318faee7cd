// Writes the types of the API that the page calls, from openapi.yaml, so that the two cannot drift apart. A generator of our own, as the known ones need the
// JavaScript API of TypeScript, which version 7 does not have.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parse } from "yaml";

const nameOf = (reference) => reference.split("/").at(-1);
const quoted = (name) => (/^\w+$/.test(name) ? name : JSON.stringify(name));

/** A schema as a type. */
function typeOf(schema = {}) {
  if (schema === true || Object.keys(schema).length === 0) return "unknown";
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.allOf) return schema.allOf.map((part) => `(${typeOf(part)})`).join(" & ");
  if (schema.oneOf ?? schema.anyOf)
    return (schema.oneOf ?? schema.anyOf).map((part) => `(${typeOf(part)})`).join(" | ");
  if (Array.isArray(schema.type))
    return schema.type.map((type) => `(${typeOf({ ...schema, type })})`).join(" | ");
  if (schema.type === "array") return `readonly (${typeOf(schema.items)})[]`;
  if (schema.type === "object" || (schema.type === undefined && schema.properties)) return objectOf(schema);
  return (
    { integer: "number", number: "number", string: "string", boolean: "boolean", null: "null" }[
      schema.type
    ] ?? "unknown"
  );
}

function objectOf({ properties = {}, required = [], additionalProperties }) {
  const fields = Object.entries(properties).map(
    ([name, schema]) => `readonly ${quoted(name)}${required.includes(name) ? "" : "?"}: ${typeOf(schema)}`,
  );
  const isMap = typeof additionalProperties === "object" && fields.length === 0;
  return isMap ? `Readonly<Record<string, ${typeOf(additionalProperties)}>>` : `{ ${fields.join("; ")} }`;
}

/** By path and method, what a good answer holds. */
function answersOf({ paths, components }) {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, operation]) => {
      const answers = Object.entries(operation.responses ?? {}).filter(([status]) => status.startsWith("2"));
      const types = answers.flatMap(([, { $ref }]) => {
        const content = $ref && components.responses[nameOf($ref)].content;
        return content?.["application/json"] ? [typeOf(content["application/json"].schema)] : [];
      });
      return types.length > 0
        ? [`  "${method.toUpperCase()} ${path}": ${[...new Set(types)].join(" | ")};`]
        : [];
    }),
  );
}

export function writeTypes(openapiFile, file) {
  const document = parse(readFileSync(openapiFile, "utf8"));
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) => `export type ${name} = ${typeOf(schema)};`,
  );
  const text = [
    "// Made from openapi.yaml.",
    ...schemas,
    "export interface Answers {",
    ...answersOf(document),
    "}",
    "",
  ].join("\n");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
