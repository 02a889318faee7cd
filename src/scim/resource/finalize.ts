import type { JsonObject, JsonValue } from "../../core/entity.ts";
import { InvalidValue } from "../errors.ts";
import type { AttributeNames, ResourceSchema } from "../schema/attributes.ts";
import { refuseLargeForeign } from "./foreign.ts";
import { settledList } from "./list-elements.ts";
import type { JsonElement } from "./values.ts";

/**
 * Completes a document: lists get their stored form, `schemas` lists the present schemas, required attributes
 * must exist, and extensions without a schema must be within their limits. Changes and returns the given
 * object, but no object inside it. `before`: the document that it was made from; unchanged parts need no
 * check.
 */
export function finalizeDocument(
  schema: ResourceSchema,
  document: JsonElement,
  before?: JsonObject,
): JsonElement {
  settleLists(schema.attributes, document, before);
  for (const { id, attributes } of schema.extensions) {
    const extension = document[id] as JsonObject | undefined;
    if (extension === undefined || extension === before?.[id] || !hasLists(extension)) continue;
    const settled: JsonElement = { ...extension };
    settleLists(attributes, settled, before?.[id] as JsonObject | undefined);
    if (Object.keys(settled).length > 0) document[id] = settled;
    else delete document[id];
  }
  for (const spec of schema.attributes.all) {
    if (spec.required && spec.mutability !== "readOnly" && document[spec.name] === undefined)
      throw new InvalidValue(`${spec.name} is required`);
  }
  const extensions = Object.keys(document).filter((name) => name.includes(":"));
  if (extensions.some((name) => schema.extension(name) === undefined)) refuseLargeForeign(schema, document);
  document.schemas = [schema.id, ...extensions];
  return document;
}

const hasLists = (holder: JsonObject): boolean => Object.values(holder).some(Array.isArray);

function settleLists(attributes: AttributeNames, holder: JsonElement, before: JsonObject | undefined): void {
  for (const name of Object.keys(holder)) {
    const list = holder[name];
    if (!Array.isArray(list) || list === before?.[name]) continue;
    const spec = attributes.get(name);
    if (spec === undefined || spec.mutability === "readOnly") continue;
    const settled = settledList(spec, list as readonly JsonValue[]);
    if (settled === undefined) delete holder[name];
    else holder[name] = settled as JsonValue;
  }
}
