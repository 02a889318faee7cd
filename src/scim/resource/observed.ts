import type { JsonObject } from "../../core/entity.ts";
import { isObject } from "../json.ts";
import { DINGTALK_USER_SCHEMA } from "../schema/dingtalk.ts";

/*
 * The values that were observed at the target are in the document but cannot be written by clients
 * (`observed`, read-only). So a PUT without them, and a PATCH that removes the whole extension, keep them.
 */

export function observedOf(document: JsonObject | undefined): JsonObject | undefined {
  const extension = document?.[DINGTALK_USER_SCHEMA];
  const observed = isObject(extension) ? (extension as JsonObject)["observed"] : undefined;
  return isObject(observed) ? (observed as JsonObject) : undefined;
}

/** A copy with these observed values. Undefined: without any. */
export function withObserved(document: JsonObject, observed: JsonObject | undefined): JsonObject {
  const extension = document[DINGTALK_USER_SCHEMA];
  const { observed: _before, ...others } = isObject(extension) ? (extension as JsonObject) : {};
  const holder: JsonObject = observed ? { ...others, observed } : others;
  const { [DINGTALK_USER_SCHEMA]: _extension, ...rest } = document;
  const made: JsonObject =
    Object.keys(holder).length > 0 ? { ...rest, [DINGTALK_USER_SCHEMA]: holder } : rest;
  const [core = ""] = Array.isArray(document["schemas"]) ? (document["schemas"] as readonly string[]) : [];
  return { ...made, schemas: [core, ...Object.keys(made).filter((name) => name.includes(":"))] };
}

/** A client's new document with the read-only values of `before`. */
export function keepingObserved(document: JsonObject, before: JsonObject | undefined): JsonObject {
  const observed = observedOf(before);
  return observed === observedOf(document) ? document : withObserved(document, observed);
}
