import type { PageStart } from "../../directory/list-query.ts";
import type { Text } from "./resource-kind.ts";

const LIST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

export interface ListAnswer {
  readonly total: number;
  readonly start: PageStart;
  readonly next?: string | undefined;
  readonly resources: readonly Text[];
}

/**
 * A ListResponse (RFC 7644 section 3.4.2, RFC 9865 section 2). A string if all resources are strings,
 * otherwise in pieces.
 */
export function listText({ total, start, next, resources }: ListAnswer): Text {
  const place = start.kind === "index" ? `,"startIndex":${start.startIndex}` : "";
  const follows = next === undefined ? "" : `,"nextCursor":${JSON.stringify(next)}`;
  const head = `{"schemas":["${LIST_SCHEMA}"],"totalResults":${total}${place},"itemsPerPage":${resources.length}${follows},"Resources":[`;
  return resources.every(isWhole) ? `${head}${resources.join(",")}]}` : pieces(head, resources);
}

const isWhole = (text: Text): text is string => typeof text === "string";

async function* pieces(head: string, resources: readonly Text[]): AsyncIterable<string> {
  yield head;
  for (const [at, resource] of resources.entries()) {
    if (at > 0) yield ",";
    if (isWhole(resource)) yield resource;
    else yield* resource;
  }
  yield "]}";
}
