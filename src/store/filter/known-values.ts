import { fold } from "../../core/fold.ts";
import { isCanonicalUuid } from "../../core/id.ts";
import type { CompareNode, QueryKey } from "../../filter/ast.ts";

/** A value that few resources of a source have, as the index for it holds it. */
export interface KnownValue {
  readonly key: QueryKey;
  readonly value: string;
  /** No two resources of a source have it. `displayName` is unique among groups only. */
  readonly unique: boolean;
}

/** What a comparison asks for, when it is such a value. */
export function knownValue({ operator, attribute: { key, caseExact }, value }: CompareNode): KnownValue | undefined {
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
