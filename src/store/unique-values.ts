import { fold } from "../core/fold.ts";
import { isCanonicalUuid } from "../core/id.ts";
import type { CompareNode, QueryKey } from "../directory/query.ts";

/** A value that at most one resource of a source has, as its unique index holds it. `displayName` is unique among groups only. */
export interface UniqueValue {
  readonly key: QueryKey;
  readonly value: string;
}

/** What a comparison asks for, when it is such a value. */
export function uniqueValue({ operator, attribute: { key, caseExact }, value }: CompareNode): UniqueValue | undefined {
  if (operator !== "eq" || typeof value !== "string" || value === "") return undefined;
  switch (key) {
    case "id":
      // Ids are compared exactly.
      return isCanonicalUuid(value) ? { key, value } : undefined;
    case "externalId":
      return caseExact ? { key, value } : undefined;
    case "userName":
    case "displayName":
      return caseExact ? undefined : { key, value: fold(value) };
    default:
      return undefined;
  }
}
