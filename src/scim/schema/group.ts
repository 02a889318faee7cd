import { complex, externalId, reference, schema, string } from "./schema-attributes.ts";

export const GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group";

/** RFC 7643 section 4.2. Members are people and other groups. */
export const groupSchema = schema(GROUP_SCHEMA, "Group", "Group", [
  externalId(),
  string(
    "displayName",
    "The name of the group. Unique among the groups of one client, without regard to letter case.",
    {
      required: true,
      uniqueness: "server",
    },
  ),
  complex(
    "members",
    "The direct members. A request that names members must have made them before.",
    [
      string("value", "The id of the person or group.", {
        mutable: "immutable",
        required: true,
        caseExact: true,
      }),
      reference(
        "$ref",
        "The address of the member; in a request it may stand in place of the value.",
        ["User", "Group"],
        {
          mutable: "immutable",
        },
      ),
      string("type", "What the member is. It follows from the value, whatever a request says.", {
        mutable: "immutable",
        canonicalValues: ["User", "Group"],
      }),
      string("display", "The display name of the member.", { mutable: "readOnly" }),
    ],
    { multiValued: true },
  ),
]);
