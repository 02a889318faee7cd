import { isUnassigned } from "../dialect-values.ts";
import { InvalidValue } from "../errors.ts";
import { type Body, memberOf } from "../json.ts";

/**
 * Checks `schemas` of a body (RFC 7643 section 3, RFC 7644 section 3.1), for resources and messages. It may
 * be missing or empty. Otherwise it is a list of URNs that has `id` or another one that `isOwn` accepts, in
 * any letter case. Rejects with InvalidValue.
 */
export function checkSchemas(body: Body, id: string, isOwn: (urn: string) => boolean = () => false): void {
  const claimed = memberOf(body, "schemas");
  if (isUnassigned(claimed)) return;
  if (!Array.isArray(claimed) || !claimed.every((urn) => typeof urn === "string"))
    throw new InvalidValue("schemas must be a list of strings");
  if (claimed.includes(id) || claimed.some((urn) => urn.toLowerCase() === id.toLowerCase() || isOwn(urn)))
    return;
  throw new InvalidValue(`schemas must name ${id}`);
}

/** For a message of RFC 7644. Many clients name it below the core schemas, or as a draft did. */
export function checkMessage(body: Body, name: "PatchOp" | "BulkRequest" | "SearchRequest"): void {
  checkSchemas(
    body,
    `urn:ietf:params:scim:api:messages:2.0:${name}`,
    (urn) => MESSAGE.exec(urn)?.[1]?.toLowerCase() === name.toLowerCase(),
  );
}

const MESSAGE = /^urn:(?:ietf:params:)?scim:(?:schemas:core|api:messages):2\.0:([a-z]+)$/i;
