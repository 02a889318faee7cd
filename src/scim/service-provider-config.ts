import type { JsonObject } from "../core/entity.ts";
import { JSON_BODY } from "../http/body.ts";
import { MAX_BULK_OPERATIONS } from "./bulk/request.ts";
import { PAGE_SIZE } from "./list-request.ts";

/**
 * The features of this server (RFC 7643 section 5, RFC 9865 section 4). Numbers come from the code that
 * enforces them.
 */
export function describeServiceProvider(baseUrl: string): JsonObject {
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: MAX_BULK_OPERATIONS, maxPayloadSize: JSON_BODY.limitBytes },
    filter: { supported: true, maxResults: PAGE_SIZE.most },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    // No cursorTimeout: a cursor contains its position and never expires.
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: "index",
      defaultPageSize: PAGE_SIZE.usual,
      maxPageSize: PAGE_SIZE.most,
    },
    authenticationSchemes: [
      {
        type: "oauthbearertoken",
        name: "Bearer token",
        description: "A token made by an administrator of this server, sent as Authorization: Bearer",
        specUri: "https://www.rfc-editor.org/info/rfc6750",
        primary: true,
      },
      {
        type: "oauth2",
        name: "OAuth 2.0 client credentials",
        description:
          "An access token from /oauth2/token, for a client id with its secret or a signed assertion",
        specUri: "https://www.rfc-editor.org/info/rfc6749",
      },
    ],
    meta: { resourceType: "ServiceProviderConfig", location: `${baseUrl}/ServiceProviderConfig` },
  };
}
