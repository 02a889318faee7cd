import { isCanonicalUuid } from "../../core/id.ts";
import { fold } from "../../core/text/fold.ts";
import type { CompareNode, QueryKey } from "../../filter/ast.ts";

/** A value that few resources of a source have, in the form of its index. */
export interface KnownValue {
  readonly key: QueryKey;
  readonly value: string;
  /** No two resources of a source have the same value. For `displayName` this is true only among groups. */
  readonly unique: boolean;
}

/** The value of a comparison that asks for one such value. Undefined: another comparison. */
export function knownValue({
  operator,
  attribute: { key, caseExact },
  value,
}: CompareNode): KnownValue | undefined {
  if (operator !== "eq" || typeof value !== "string" || value === "") return undefined;
  switch (key) {
    case "id":
      // Ids are compared exactly.
      return isCanonicalUuid(value) ? { key, value, unique: true } : undefined;
    case "externalId":
      return caseExact ? { key, value, unique: false } : undefined;
    case "userName":
    case "displayName":
      return caseExact ? undefined : { key, value: fold(value), unique: true };
    default:
      return undefined;
  }
}
