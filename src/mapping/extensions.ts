import type { JsonObject } from "../core/entity.ts";

/**
 * Variables of all expressions about a person, and their schema extensions. A variable stands for the first
 * one that the document has.
 */
export const PERSON_EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  enterprise: ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
  dingtalk: ["urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:User"],
  workday: [
    "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker",
    // The form that some clients use, although this name space belongs to the IETF.
    "urn:ietf:params:scim:schemas:extension:workday:2.0:Worker",
  ],
};

export const GROUP_EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  dingtalk: ["urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:Group"],
};

/** The extension in a document that a variable stands for. An empty object if the document has none. */
export function extensionOf(document: JsonObject, urns: readonly string[]): unknown {
  for (const urn of urns) if (Object.hasOwn(document, urn)) return document[urn] ?? {};
  return {};
}
