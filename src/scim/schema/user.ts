import {
  binary,
  boolean,
  complex,
  externalId,
  multiValued,
  reference,
  schema,
  string,
} from "./schema-attributes.ts";

export const USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User";

const label = "What the value is for. Other words than those listed are accepted and kept.";

/**
 * RFC 7643 section 4.1, with the characteristics of this server. Names and descriptions of the schemas are
 * those of section 8.7.1, because clients compare them.
 */
export const userSchema = schema(USER_SCHEMA, "User", "User Account", [
  externalId(),
  string("userName", "The name the person is known by at the client. Unique without regard to letter case.", {
    required: true,
    uniqueness: "server",
  }),
  complex("name", "The parts of the person's name.", [
    string("formatted", "The whole name, ready for display."),
    string("familyName", "The family name."),
    string("givenName", "The given name."),
    string("middleName", "The middle names."),
    string("honorificPrefix", "Titles before the name."),
    string("honorificSuffix", "Suffixes after the name."),
  ]),
  string("displayName", "The name shown to others."),
  string("nickName", "A casual name."),
  reference("profileUrl", "A page about the person.", ["external"]),
  string("title", "The person's job title."),
  string("userType", "The relation to the organisation, such as Employee or Contractor."),
  string("preferredLanguage", "The preferred language, as in an Accept-Language header."),
  string("locale", "The locale for dates and numbers."),
  string("timezone", "The time zone, by its name in the IANA database."),
  boolean(
    "active",
    "Whether the person works here now. True for a new person when not given; a request that leaves it out does not change it.",
  ),
  string("password", "Accepted and thrown away: nothing here is signed in to with it.", {
    mutable: "writeOnly",
    returned: "never",
    caseExact: true,
  }),
  multiValued("emails", "E-mail addresses.", string("value", "The address."), ["work", "home", "other"]),
  multiValued(
    "phoneNumbers",
    "Telephone numbers. They come back exactly as they were sent.",
    string("value", "The number."),
    ["work", "home", "mobile", "fax", "pager", "other"],
  ),
  multiValued("ims", "Instant messaging addresses.", string("value", "The address."), [
    "aim",
    "gtalk",
    "icq",
    "xmpp",
    "msn",
    "skype",
    "qq",
    "yahoo",
  ]),
  multiValued(
    "photos",
    "Addresses of pictures.",
    reference("value", "The address of the picture.", ["external"]),
    ["photo", "thumbnail"],
  ),
  complex(
    "addresses",
    "Postal addresses.",
    [
      string("formatted", "The whole address, ready for a label; may hold line breaks."),
      string("streetAddress", "Street, house number and what else stands before the locality."),
      string("locality", "City or locality."),
      string("region", "State, province or region."),
      string("postalCode", "Postal code."),
      string("country", "Country."),
      string("type", label, { canonicalValues: ["work", "home", "other"] }),
      boolean("primary", "Marks the preferred value; at most one element has true."),
    ],
    { multiValued: true },
  ),
  complex(
    "groups",
    "The groups the person is in, directly or through another group. Changed through the groups.",
    [
      string("value", "The id of the group.", { mutable: "readOnly", caseExact: true }),
      reference("$ref", "The address of the group.", ["Group"], { mutable: "readOnly" }),
      string("display", "The display name of the group.", { mutable: "readOnly" }),
      string("type", "How the person is in the group.", {
        mutable: "readOnly",
        canonicalValues: ["direct", "indirect"],
      }),
    ],
    { multiValued: true, mutable: "readOnly" },
  ),
  multiValued("entitlements", "Things the person is entitled to.", string("value", "The entitlement.")),
  multiValued("roles", "Roles of the person at the client.", string("value", "The role.")),
  multiValued(
    "x509Certificates",
    "Certificates of the person.",
    binary("value", "A certificate, DER in base64."),
  ),
]);
