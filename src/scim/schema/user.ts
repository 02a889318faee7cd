import { binary, complex, externalId, list, reference, schema, text, truth } from "./schema-attributes.ts";

export const USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User";

const label = "What the value is for. Other words than those listed are accepted and kept.";

/** RFC 7643 section 4.1, with the characteristics this server really has. Names and descriptions of the schemas are those of section 8.7.1: clients compare them. */
export const userSchema = schema(USER_SCHEMA, "User", "User Account", [
  externalId(),
  text("userName", "The name the person is known by at the client. Unique without regard to letter case.", {
    required: true,
    uniqueness: "server",
  }),
  complex("name", "The parts of the person's name.", [
    text("formatted", "The whole name, ready for display."),
    text("familyName", "The family name."),
    text("givenName", "The given name."),
    text("middleName", "The middle names."),
    text("honorificPrefix", "Titles before the name."),
    text("honorificSuffix", "Suffixes after the name."),
  ]),
  text("displayName", "The name shown to others."),
  text("nickName", "A casual name."),
  reference("profileUrl", "A page about the person.", ["external"]),
  text("title", "The person's job title."),
  text("userType", "The relation to the organisation, such as Employee or Contractor."),
  text("preferredLanguage", "The preferred language, as in an Accept-Language header."),
  text("locale", "The locale for dates and numbers."),
  text("timezone", "The time zone, by its name in the IANA database."),
  truth(
    "active",
    "Whether the person works here now. True for a new person when not given; a request that leaves it out does not change it.",
  ),
  text("password", "Accepted and thrown away: nothing here is signed in to with it.", {
    mutable: "writeOnly",
    returned: "never",
    caseExact: true,
  }),
  list("emails", "E-mail addresses.", text("value", "The address."), ["work", "home", "other"]),
  list("phoneNumbers", "Telephone numbers. They come back exactly as they were sent.", text("value", "The number."), [
    "work",
    "home",
    "mobile",
    "fax",
    "pager",
    "other",
  ]),
  list("ims", "Instant messaging addresses.", text("value", "The address."), [
    "aim",
    "gtalk",
    "icq",
    "xmpp",
    "msn",
    "skype",
    "qq",
    "yahoo",
  ]),
  list("photos", "Addresses of pictures.", reference("value", "The address of the picture.", ["external"]), ["photo", "thumbnail"]),
  complex(
    "addresses",
    "Postal addresses.",
    [
      text("formatted", "The whole address, ready for a label; may hold line breaks."),
      text("streetAddress", "Street, house number and what else stands before the locality."),
      text("locality", "City or locality."),
      text("region", "State, province or region."),
      text("postalCode", "Postal code."),
      text("country", "Country."),
      text("type", label, { canonicalValues: ["work", "home", "other"] }),
      truth("primary", "Marks the preferred value; at most one element has true."),
    ],
    { multiValued: true },
  ),
  complex(
    "groups",
    "The groups the person is in, directly or through another group. Changed through the groups.",
    [
      text("value", "The id of the group.", { mutable: "readOnly", caseExact: true }),
      reference("$ref", "The address of the group.", ["Group"], { mutable: "readOnly" }),
      text("display", "The display name of the group.", { mutable: "readOnly" }),
      text("type", "How the person is in the group.", { mutable: "readOnly", canonicalValues: ["direct", "indirect"] }),
    ],
    { multiValued: true, mutable: "readOnly" },
  ),
  list("entitlements", "Things the person is entitled to.", text("value", "The entitlement.")),
  list("roles", "Roles of the person at the client.", text("value", "The role.")),
  list("x509Certificates", "Certificates of the person.", binary("value", "A certificate, DER in base64.")),
]);
