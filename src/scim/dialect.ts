/*
 * Forms of clients that deviate from RFC 7643 and 7644, each with a named rule. All rules are always on,
 * without a switch in the tenant URL. `fixture` is a request as the client sends it, below tests/fixtures.
 * When a client no longer sends its request, the rule can go. The functions below convert forms that a value
 * alone shows. The rules about paths are in PATCH (scim/patch/patch.ts, scim/patch/attribute.ts,
 * scim/patch/group.ts).
 */

export interface DialectRule {
  readonly name: string;
  readonly client: "entra" | "okta" | "onelogin" | "workday";
  readonly says: string;
  readonly origin: string;
  readonly fixture: string;
}

export const DIALECT_RULES: readonly DialectRule[] = [
  {
    name: "capitalised-operations",
    client: "entra",
    says: "`op` is Add, Replace or Remove",
    origin: "Microsoft, use-scim-to-provision-users-and-groups (requests without aadOptscim062020)",
    fixture: "entra/patch-user-verbose.json",
  },
  {
    name: "string-booleans",
    client: "entra",
    says: 'a boolean is sent as "True" or "False"',
    origin: "scimmyjs/scimmy #86; Captain-P-Goldfish/scim-for-keycloak #119",
    fixture: "entra/patch-user-disable.json",
  },
  {
    name: "string-numbers",
    client: "entra",
    says: "a number is sent in quotes, since the attribute mapping yields strings",
    origin:
      "none seen; an attribute mapping yields text, so a number mapped onto an integer attribute has to be expected in this form",
    fixture: "entra/patch-group-order.json",
  },
  {
    name: "numbers-for-text",
    client: "workday",
    says: "a text that consists of digits, such as a job number, is sent as a number",
    origin:
      "none seen; a flow that writes JSON from its own data has to be expected to send numbers as numbers",
    fixture: "workday/post-worker-numbers.json",
  },
  {
    name: "value-in-list",
    client: "entra",
    says: 'the value of a single-valued attribute is a list of one, or an object {"$ref": null, "value": …}',
    origin: "form of Microsoft's early request samples; $ref null is still sent with members",
    fixture: "entra/patch-user-value-list.json",
  },
  {
    name: "bare-complex-value",
    client: "entra",
    says: "the value of a complex attribute is the bare `value` (manager, roles, members)",
    origin: "imulab/go-scim #75; apache/directory-scimple #1242; Captain-P-Goldfish/SCIM-SDK #686",
    fixture: "entra/patch-user-manager-text.json",
  },
  {
    name: "single-for-list",
    client: "entra",
    says: "a multi-valued attribute is given one value without the list",
    origin: "form of Microsoft's early request samples: one member, no list",
    fixture: "entra/patch-group-add-one.json",
  },
  {
    name: "json-as-text",
    client: "entra",
    says: "the object or list of an attribute is sent as JSON text",
    origin:
      "an attribute mapping yields text; field reports of Entra ID sending the output of an expression as it is",
    fixture: "entra/patch-user-json-text.json",
  },
  {
    name: "reference-by-address",
    client: "okta",
    says: "a manager is identified by `$ref` alone; a `displayName` follows from the manager and is ignored",
    origin: "RFC 7643 section 4.3 has all three; Okta maps a display name of the manager by default",
    fixture: "okta/post-user-manager-address.json",
  },
  {
    name: "empty-is-unassigned",
    client: "entra",
    says: 'null, "" and [] unassign an attribute, in POST and PATCH',
    origin: "Microsoft gallery validation, null update; RFC 7643 section 2.5 for null and []",
    fixture: "entra/patch-user-null-update.json",
  },
  {
    name: "unprefixed-enterprise-names",
    client: "entra",
    says: "`manager` stands for the attribute of the enterprise extension, in paths, filters and bodies",
    origin: 'Microsoft, use-scim-to-provision-users-and-groups: filter=id eq "…" and manager eq "…"',
    fixture: "entra/patch-user-manager-unprefixed.json",
  },
  {
    name: "dot-after-schema",
    client: "entra",
    says: "a dot stands between the URN of a schema and the attribute, where the RFC has a colon",
    origin:
      "apache/directory-scimple #704; wso2/product-is #11092; AzureAD/SCIMReferenceCode, Path.cs (obsolete schema prefixes)",
    fixture: "entra/patch-user-obsolete-path.json",
  },
  {
    name: "earlier-schema-names",
    client: "onelogin",
    says: "schemas have the URNs of SCIM 1 and of drafts of SCIM 2, or lack the resource type at the end",
    origin: "OneLogin, define your SCIM user schema; goauthentik/authentik #11249",
    fixture: "onelogin/put-user-draft.json",
  },
  {
    name: "manager-id",
    client: "onelogin",
    says: "the value of a manager is named managerId, as in SCIM 1",
    origin: "OneLogin, define your SCIM user schema",
    fixture: "onelogin/post-user-template.json",
  },
  {
    name: "flattened-names",
    client: "entra",
    says: "the value of an operation without path has dotted, bracketed and URN-prefixed names",
    origin: "Microsoft, application-provisioning-config-problem-scim-compatibility (aadOptscim062020)",
    fixture: "entra/patch-user-compact.json",
  },
  {
    name: "value-path-upsert",
    client: "entra",
    says: 'add or replace at emails[type eq "work"].value makes the element when there is none',
    origin: "Captain-P-Goldfish/scim-for-keycloak #73",
    fixture: "entra/patch-user-upsert.json",
  },
  {
    name: "remove-listed-values",
    client: "entra",
    says: "remove with a value list removes those values only",
    origin: "AzureAD/SCIMReferenceCode #10, #21; Captain-P-Goldfish/SCIM-SDK #167",
    fixture: "entra/patch-group-remove-members.json",
  },
  {
    name: "foreign-group-schema",
    client: "entra",
    says: "a group names a schema of Microsoft's that carries no data",
    origin: "Microsoft, use-scim-to-provision-users-and-groups (create group)",
    fixture: "entra/post-group.json",
  },
  {
    name: "read-only-in-pathless-value",
    client: "okta",
    says: "the value of an operation without path repeats `id`; read-only attributes in it are ignored",
    origin: "Okta, SCIM 2.0 reference (update group name)",
    fixture: "okta/patch-group-rename.json",
  },
  {
    name: "put-without-active",
    client: "okta",
    says: "a PUT without `active` keeps the state the person is in",
    origin: "Okta, SCIM 2.0 reference (full user PUT)",
    fixture: "okta/put-user.json",
  },
  {
    name: "worker-schema-alias",
    client: "workday",
    says: "the worker extension under a URN of the IETF's name space; it comes back under that name",
    origin: "payload written for a Workday-driven client; Workday publishes no SCIM schema",
    fixture: "workday/post-worker.json",
  },
];
