import type { JsonObject } from "../core/entity.ts";

/** Variables that every expression about a person may use, and the schema extensions they stand for: the first one the document has. */
export const PERSON_EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  enterprise: ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
  dingtalk: ["urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:User"],
  workday: [
    "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker",
    // The spelling that clients of the field use, although the name space is the IETF's.
    "urn:ietf:params:scim:schemas:extension:workday:2.0:Worker",
  ],
};

export const GROUP_EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  dingtalk: ["urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:Group"],
};

/** The extension a variable stands for in a document; an empty object where the document has none. */
export function extensionOf(document: JsonObject, urns: readonly string[]): unknown {
  for (const urn of urns) if (Object.hasOwn(document, urn)) return document[urn] ?? {};
  return {};
}
