import assert from "node:assert/strict";
import { answered, type Case, has } from "./case.ts";
import { ENTERPRISE, GROUP, type Resource, type ScimClient, USER } from "./client.ts";

/*
 * The example resources of RFC 7643 section 8. Attributes that a client may write are returned unchanged; the
 * server sets the others.
 */

const minimal = (scim: ScimClient): Resource => ({
  schemas: [USER],
  id: "2819c223-7f76-453a-919d-413861904646",
  userName: scim.unique("bjensen@example.com"),
  meta: {
    resourceType: "User",
    created: "2010-01-23T04:56:22Z",
    lastModified: "2011-05-13T04:42:34Z",
    version: 'W/"3694e05e9dff590"',
    location: "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646",
  },
});

const full = (scim: ScimClient): Resource => ({
  ...minimal(scim),
  externalId: scim.unique("701984"),
  name: {
    formatted: "Ms. Barbara J Jensen, III",
    familyName: "Jensen",
    givenName: "Barbara",
    middleName: "Jane",
    honorificPrefix: "Ms.",
    honorificSuffix: "III",
  },
  displayName: "Babs Jensen",
  nickName: "Babs",
  profileUrl: "https://login.example.com/bjensen",
  emails: [
    { value: "bjensen@example.com", type: "work", primary: true },
    { value: "babs@jensen.org", type: "home" },
  ],
  addresses: [
    {
      type: "work",
      streetAddress: "100 Universal City Plaza",
      locality: "Hollywood",
      region: "CA",
      postalCode: "91608",
      country: "USA",
      formatted: "100 Universal City Plaza\nHollywood, CA 91608 USA",
      primary: true,
    },
    {
      type: "home",
      streetAddress: "456 Hollywood Blvd",
      formatted: "456 Hollywood Blvd\nHollywood, CA 91608 USA",
    },
  ],
  phoneNumbers: [
    { value: "555-555-5555", type: "work" },
    { value: "555-555-4444", type: "mobile" },
  ],
  ims: [{ value: "someaimhandle", type: "aim" }],
  photos: [
    { value: "https://photos.example.com/profilephoto/72930000000Ccne/F", type: "photo" },
    { value: "https://photos.example.com/profilephoto/72930000000Ccne/T", type: "thumbnail" },
  ],
  userType: "Employee",
  title: "Tour Guide",
  preferredLanguage: "en-US",
  locale: "en-US",
  timezone: "America/Los_Angeles",
  active: true,
  password: "t1meMa$heen",
  groups: [
    {
      value: "e9e30dba-f08f-4109-8486-d5c6a331660a",
      $ref: "../Groups/e9e30dba-f08f-4109-8486-d5c6a331660a",
      display: "Tour Guides",
    },
  ],
  x509Certificates: [
    { value: "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkGA1UEBhMCVVMxEzARBgNVBAgM" },
  ],
});

const enterprise = (scim: ScimClient): Resource => ({
  ...full(scim),
  schemas: [USER, ENTERPRISE],
  [ENTERPRISE]: {
    employeeNumber: "701984",
    costCenter: "4130",
    organization: "Universal Studios",
    division: "Theme Park",
    department: "Tour Operations",
    manager: { value: "26118915-6090-4610-87e4-49d8ca9f808d" },
  },
});

/** Creates the resource by POST, reads it in every way, and replaces it by PUT. */
async function comesBack(scim: ScimClient, sent: Resource): Promise<void> {
  const { id, meta, groups: _groups, password: _password, ...own } = sent;
  const made = answered(await scim.send("POST", "/Users", sent), 201);
  has(made, { ...own, groups: undefined, password: undefined });
  assert.notEqual(made.id, id);
  assert.notEqual(made.meta.created, meta.created);
  assert.deepEqual(answered(await scim.get(`/Users/${made.id}`), 200), made);
  assert.deepEqual(
    answered(await scim.get("/Users", { filter: `userName eq "${own.userName}"` }), 200).Resources,
    [made],
  );
  // A PUT of the same resource, with the read-only attributes of the example, changes nothing.
  assert.deepEqual(answered(await scim.send("PUT", `/Users/${made.id}`, sent), 200), made);
}

export const exampleCases: readonly Case[] = [
  { origin: "RFC 7643 8.1", name: "the minimal user", run: (scim) => comesBack(scim, minimal(scim)) },
  { origin: "RFC 7643 8.2", name: "the full user", run: (scim) => comesBack(scim, full(scim)) },
  { origin: "RFC 7643 8.3", name: "the enterprise user", run: (scim) => comesBack(scim, enterprise(scim)) },
  {
    origin: "RFC 7643 8.4",
    name: "the group",
    async run(scim) {
      const people = [
        await scim.user({ displayName: "Babs Jensen" }),
        await scim.user({ displayName: "Mandy Pepperidge" }),
      ];
      const members = people.map(({ id, displayName }) => ({
        value: id,
        $ref: `https://example.com/v2/Users/${id}`,
        display: displayName,
      }));
      const sent = { ...minimal(scim), schemas: [GROUP], displayName: scim.unique("Tour Guides"), members };
      const made = answered(await scim.send("POST", "/Groups", sent), 201);
      has(made, {
        displayName: sent.displayName,
        members: people.map(({ id, displayName }) => ({ value: id, type: "User", display: displayName })),
      });
      assert.equal(made.userName, undefined);
      for (const [at, person] of people.entries()) assert.equal(made.members[at].$ref, person.meta.location);
      assert.deepEqual(answered(await scim.send("PUT", `/Groups/${made.id}`, sent), 200), made);
    },
  },
];
