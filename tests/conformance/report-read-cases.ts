import assert from "node:assert/strict";
import { answered, type Case, casesOf, has, idsOf, refused } from "./case.ts";
import { ENTERPRISE, message, type Resource, type ScimClient, USER } from "./client.ts";

/*
 * Reads from bug reports of other SCIM servers and clients, each as its smallest request with the right
 * answer. A name begins with the report: repository and number, or the page.
 */

/**
 * `filter` for people with these attributes; `$` stands for a text that only they have. Sent as it is,
 * already percent-encoded.
 */
type FilterRow = readonly [name: string, attributes: Resource, filter: string];

const FILTERS: readonly FilterRow[] = [
  ["wso2/charon #168: a value in single quotes", { userName: "$user1" }, "userName+Eq+'$user1'"],
  [
    "wso2/charon #168: brackets and a second comparison beside single quotes",
    { userName: "$user1", title: "x" },
    "(userName eq '$user1') and title eq 'x'",
  ],
  [
    "wso2/product-is #6631: an apostrophe in a value without quotes",
    { name: { givenName: "$A'KELAH" } },
    "name.givenName+Eq+$A%27KELAH",
  ],
  [
    "wso2/product-is #6631: an apostrophe in single quotes",
    { name: { givenName: "$A'KELAH" } },
    "name.givenName+Eq+'$A'KELAH'",
  ],
  [
    "wso2/product-is #5086: one letter without quotes",
    { userName: "$", title: "so" },
    "userName eq $ and title+co+s",
  ],
  [
    "wso2/product-is #20511, #11807: operators in capitals",
    { userName: "$kim", emails: [{ value: "kim@abc.com" }] },
    "username+EQ+$kim+AND+emails+EQ+kim@abc.com",
  ],
  [
    "simpleidserver/SimpleIdServer #12: one comparison in brackets",
    { userName: "$", active: true },
    'userName eq "$" and (active eq true)',
  ],
  [
    "thomaspoignant/scim2-parse-filter #55: a filter that begins with NOT",
    { userName: "$", title: "x" },
    'NOT (title eq "y" or userName ne "$")',
  ],
  [
    "PowerDMS/Owin.Scim #39: a name with the URN of an extension in a compound filter",
    { userType: "$", [ENTERPRISE]: { employeeNumber: "123" } },
    `(userType eq "$" or name.givenName eq "$") and (${ENTERPRISE}:employeeNumber eq "123")`,
  ],
  [
    "apache/directory-scimple #704, wso2/product-is #11026: a dot between schema and attribute",
    { userName: "$", [ENTERPRISE]: { employeeNumber: "123", manager: { value: "21001" } } },
    `userName eq "$" and ${ENTERPRISE}.employeeNumber eq "123" and ${ENTERPRISE}.manager.value eq "21001" and ${USER}.active eq true`,
  ],
  [
    "a name of a draft's schema",
    { userName: "$", [ENTERPRISE]: { department: "x" } },
    'userName eq "$" and urn:scim:schemas:extension:enterprise:2.0:department eq "x"',
  ],
  [
    "simpleidserver/SimpleIdServer #207: digits in quotes",
    { userName: "$", [ENTERPRISE]: { organization: "600074" } },
    `userName eq "$" and ${ENTERPRISE}:organization eq "600074"`,
  ],
  [
    "digits without quotes",
    { userName: "$", [ENTERPRISE]: { employeeNumber: "0600074" } },
    `userName eq "$" and ${ENTERPRISE}:employeeNumber eq 0600074`,
  ],
  ["wso2/product-is #4883: slashes in a user name", { userName: "alex2//$" }, 'userName eq "alex2//$"'],
  [
    "AzureAD/SCIMReferenceCode #44: names in any letter case, blanks as plus signs",
    { displayName: "$BobIsAmazing" },
    "DisplayName+eq+%22$BobIsAmazing%22",
  ],
  ["a plus sign in a user name", { userName: "mei+$@example.com" }, "userName eq %22mei%2B$@example.com%22"],
  [
    "an ampersand, a hash and a percent sign",
    { displayName: "$ R&D #1 100%" },
    "displayName eq %22$ R%26D %231 100%25%22",
  ],
  [
    "thomaspoignant/scim2-parse-filter #110: an escaped backslash",
    { userName: "domain\\$" },
    "userName eq %22domain%5C%5C$%22",
  ],
  [
    "kanidm/kanidm #3673: blanks and escaped quotes",
    { displayName: 'say "hello" $' },
    "displayName eq %22say %5C%22hello%5C%22 $%22",
  ],
  [
    "GluuFederation/SCIM-Client #57, RFC 7643 2.4: an element without primary is not primary",
    { userName: "$", emails: [{ value: "a@example.com", primary: true }, { value: "b@example.com" }] },
    'userName eq "$" and emails[primary eq false and value eq "b@example.com"] and emails.primary eq false and not (emails[primary pr and value sw "b"])',
  ],
  [
    "pond/scimitar #116: an extension before brackets",
    { [ENTERPRISE]: { employeeNumber: "$" } },
    `${ENTERPRISE}[employeeNumber eq "$"]`,
  ],
  ["characters as JSON writes them", { displayName: "$陳" }, 'displayName eq "$\\u9673"'],
  ["blanks, tabs and line breaks between words", { userName: "$" }, "  userName%09eq%0A%22$%22  "],
];

const filters: readonly Case[] = FILTERS.map(([name, attributes, filter]) => ({
  origin: "bug reports, filters",
  name,
  async run(scim) {
    const mark = scim.unique("report");
    const user = await scim.user(JSON.parse(JSON.stringify(attributes).replaceAll("$", mark)));
    for (const path of ["/Users?filter=", "/Users/?count=5&filter="])
      assert.deepEqual(idsOf(await scim.send("GET", `${path}${filter.replaceAll("$", mark)}`)), [user.id]);
  },
}));

async function keysOf(
  scim: ScimClient,
  attributes: Resource,
  query: Readonly<Record<string, string>>,
): Promise<Resource> {
  const { id } = await scim.user(attributes);
  const { id: _id, schemas: _schemas, ...rest } = answered(await scim.get(`/Users/${id}`, query), 200);
  return rest;
}

const PERSON = {
  title: "x",
  name: { givenName: "A", familyName: "B" },
  emails: [{ value: "a@example.com", type: "work", primary: true }, { value: "b@example.com" }],
  [ENTERPRISE]: { department: "d", manager: { value: "21001" } },
};

export const reportReadCases = [
  ...filters,

  ...casesOf("bug reports, filters", {
    "Captain-P-Goldfish/SCIM-SDK #913: every sign of the keyboard in the name of a group": async (scim) => {
      const mark = scim.unique("TestGrp");
      const group = await scim.group({ displayName: `${mark}-!@#$%^&*()_+=-{}][":;'/.,?\\1` });
      const encoded = "%21%40%23%24%25%5E%26%2A%28%29_%2B%3D-%7B%7D%5D%5B%5C%22%3A%3B%27%2F.%2C%3F%5C%5C1";
      assert.deepEqual(
        idsOf(await scim.send("GET", `/Groups?filter=displayName eq %22${mark}-${encoded}%22`)),
        [group.id],
      );
    },
    "thomaspoignant/scim2-parse-filter #110: a backslash that begins no escape is refused": async (scim) => {
      refused(
        await scim.send("GET", "/Users?filter=userName eq %22domain%5Cuser.name%22"),
        400,
        "invalidFilter",
      );
    },
    "quotes that do not end, or do not fit the type, are refused": async (scim) => {
      for (const filter of [
        "userName eq 'x",
        "userName eq 'x' y",
        "userName eq ‘x’ or",
        "meta.created gt 'x'",
        "emails[value eq 'x",
      ])
        refused(await scim.get("/Users", { filter }), 400, "invalidFilter");
    },
    "letters whose lower case depends on their place, or has two forms": async (scim) => {
      const mark = scim.unique("fold");
      const user = await scim.user({ userName: `${mark} ΟΔΟΣ İ ﬁ`, title: `${mark} ΟΔΟΣ` });
      for (const filter of [
        `userName eq "${mark} οδος i̇ FI"`,
        `title eq "${mark} οδος"`,
        `title eq "${mark} ΟΔΟΣ"`,
        `title sw "${mark} ΟΔΟΣ"`,
      ])
        assert.deepEqual(idsOf(await scim.get("/Users", { filter })), [user.id], filter);
      refused(
        await scim.send("POST", "/Users", { schemas: [USER], userName: `${mark} οδος i̇ fi` }),
        409,
        "uniqueness",
      );
      // Not the same: ß and ss, and the two small sigmas (docs/conformance.md).
      await scim.user({ userName: `${mark} straße` });
      await scim.user({ userName: `${mark} STRASSE` });
      await scim.user({ userName: `${mark} οδοσ` });
      // One letter in two encodings is one letter.
      await scim.user({ userName: `${mark} é` });
      refused(
        await scim.send("POST", "/Users", { schemas: [USER], userName: `${mark} é` }),
        409,
        "uniqueness",
      );
    },
  }),

  ...casesOf("bug reports, parameters", {
    "goauthentik/authentik #11249: an address that ends with ? or &": async (scim) => {
      const user = await scim.user();
      assert.deepEqual(idsOf(await scim.send("GET", `/Users?filter=userName+eq+%22${user.userName}%22&`)), [
        user.id,
      ]);
      answered(
        await scim.send("PUT", `/Users/${user.id}?`, { schemas: [USER], userName: user.userName }),
        200,
      );
    },
    "wso2/product-is #12813: names of parameters in any letter case": async (scim) => {
      const mark = scim.unique("letters");
      for (const title of ["a", "b", "c"]) await scim.user({ nickName: mark, title });
      const query = {
        Filter: `nickName eq "${mark}"`,
        startindex: 2,
        Count: 1,
        SORTBY: "title",
        sortorder: "descending",
        Attributes: "title",
      };
      const page = answered(await scim.get("/Users", query), 200);
      has(page, {
        totalResults: 3,
        startIndex: 2,
        itemsPerPage: 1,
        Resources: [{ title: "b", nickName: undefined }],
      });
      refused(await scim.get("/Users", { count: 1, Count: 2 }), 400, "invalidValue");
      refused(await scim.get("/Schemas", { FILTER: "id pr" }), 403);
    },
    "Captain-P-Goldfish/SCIM-SDK #131: a start behind the size of the page": async (scim) => {
      const mark = scim.unique("start");
      for (let at = 0; at < 5; at++) await scim.user({ nickName: mark, externalId: `${mark}${at}` });
      const page = await scim.get("/Users", {
        startIndex: 4,
        count: 2,
        filter: `externalId pr and nickName eq "${mark}"`,
      });
      has(answered(page, 200), { totalResults: 5, startIndex: 4, itemsPerPage: 2 });
    },
    "wso2/product-is #11915: a search from 0 for a user name without quotes in other letters": async (
      scim,
    ) => {
      const user = await scim.user({ userName: `${scim.unique("John")}.Doe@test.com` });
      const filter = `userName eq ${user.userName.toUpperCase()}`;
      const search = {
        schemas: [message("SearchRequest")],
        attributes: ["userName"],
        filter,
        startIndex: 0,
        count: 10,
      };
      const answer = await scim.send("POST", "/Users/.search", search);
      has(answered(answer, 200), {
        startIndex: 1,
        totalResults: 1,
        Resources: [{ id: user.id, userName: user.userName }],
      });
    },
    "scimmyjs/scimmy #37: excludedAttributes leaves the extensions": async (scim) => {
      has(await keysOf(scim, PERSON, { excludedAttributes: "userName" }), {
        userName: undefined,
        [ENTERPRISE]: PERSON[ENTERPRISE],
      });
    },
    "BetterCloud/scim2 #15, wso2/docs-is #1080: parts of an attribute are excluded": async (scim) => {
      const rest = await keysOf(scim, PERSON, {
        excludedAttributes: `meta.lastModified,name.familyName,emails.value,${ENTERPRISE}:manager.value`,
      });
      assert.equal(rest.meta.lastModified, undefined);
      assert.ok(rest.meta.created);
      assert.deepEqual(rest.name, { givenName: "A" });
      assert.deepEqual(rest.emails, [{ type: "work", primary: true }]);
      assert.deepEqual(rest[ENTERPRISE], { department: "d" });
    },
    "GluuFederation/SCIM-Client #38, wso2/product-is #11092: parts of core and extension are requested, with a colon or a dot":
      async (scim) => {
        for (const sign of [":", "."]) {
          const attributes = ` name.givenName , EMAILS.type,${ENTERPRISE}${sign}manager.value,title`;
          assert.deepEqual(await keysOf(scim, PERSON, { attributes, excludedAttributes: "title" }), {
            name: { givenName: "A" },
            emails: [{ type: "work" }],
            [ENTERPRISE]: { manager: { value: "21001" } },
          });
        }
      },
    "sorting by a part, by an attribute of an extension, by time; a complex attribute has no order": async (
      scim,
    ) => {
      const mark = scim.unique("sort");
      const one = await scim.user({
        nickName: mark,
        addresses: [{ locality: "B" }],
        emails: [{ value: "b@x" }],
        [ENTERPRISE]: { department: "b" },
      });
      const two = await scim.user({
        nickName: mark,
        addresses: [{ locality: "A" }],
        emails: [{ value: "a@x" }],
        [ENTERPRISE]: { department: "A" },
      });
      const filter = `nickName eq "${mark}"`;
      for (const sortBy of ["emails.value", "addresses.locality", `${ENTERPRISE}:department`, "department"])
        assert.deepEqual(idsOf(await scim.get("/Users", { filter, sortBy })), [two.id, one.id], sortBy);
      assert.deepEqual(
        idsOf(await scim.get("/Users", { filter, sortBy: "meta.created", sortOrder: "Descending" })),
        [two.id, one.id],
      );
      for (const sortBy of ["name", "addresses", "meta"])
        refused(await scim.get("/Users", { filter, sortBy }), 400, "invalidValue");
    },
  }),

  ...casesOf("bug reports, discovery", {
    "scimmyjs/scimmy #44: a binary attribute is compared exactly": async (scim) => {
      const { attributes } = answered(await scim.get(`/Schemas/${USER}`), 200);
      const certificates = attributes.find((one: Resource) => one.name === "x509Certificates");
      has(
        certificates.subAttributes.find((one: Resource) => one.name === "value"),
        { type: "binary", caseExact: true },
      );
    },
    "python-scim/scim2-models #73: addresses have no display and no value": async (scim) => {
      const { attributes } = answered(await scim.get(`/Schemas/${USER}`), 200);
      const { subAttributes } = attributes.find((one: Resource) => one.name === "addresses");
      assert.ok(!subAttributes.some(({ name }: Resource) => name === "display" || name === "value"));
    },
  }),

  ...casesOf("bug reports, headers", {
    "pingidentity/scim2 #131, ssoready/dummyidp #17: 415 says what is accepted": async (scim) => {
      const post = (headers: Readonly<Record<string, string>>) =>
        scim.send("POST", "/Users", undefined, { raw: "{}", headers });
      const plain = await post({ "content-type": "text/plain" });
      refused(plain, 415);
      assert.match(plain.headers.get("accept") ?? "", /application\/scim\+json.*application\/json/);
      const zipped = await post({ "content-type": "application/scim+json", "content-encoding": "gzip" });
      refused(zipped, 415);
      assert.equal(zipped.headers.get("accept-encoding"), "identity");
    },
    "haiwen/seahub #5866, infrahq/infra #3558: the scheme in any letter case; a token without scheme is 401":
      async (scim) => {
        const token = scim.token;
        const get = (authorization: string) =>
          scim.send("GET", "/Users?count=0", undefined, { headers: { authorization } });
        answered(await get(`bearer ${token}`), 200);
        answered(await get(`BEARER   ${token}`), 200);
        for (const wrong of [token, `Bearer Bearer ${token}`, `Basic ${token}`])
          refused(await get(wrong), 401);
      },
  }),
];
