import assert from "node:assert/strict";
import { answered, type Case, casesOf, has, idsOf, refused } from "./case.ts";
import { ENTERPRISE, message, type Resource, type ScimClient, USER } from "./client.ts";

/*
 * RFC 7644 sections 3.4.2 and 3.4.3: filters as a table with a few people, then sorting, paging and
 * searching.
 */

type Person = "barbara" | "mandy" | "omalley";

const PEOPLE: Readonly<Record<Person, Resource>> = {
  barbara: {
    name: { familyName: "Jensen", givenName: "Barbara" },
    title: "Tour Guide",
    userType: "Employee",
    emails: [
      { value: "bjensen@example.com", type: "work", primary: true },
      { value: "babs@jensen.org", type: "home" },
    ],
    [ENTERPRISE]: { employeeNumber: "701984", manager: { value: "26118915" } },
  },
  mandy: {
    name: { familyName: "Pepperidge" },
    userType: "Intern",
    active: false,
    ims: [{ type: "xmpp", value: "mandy@foo.com" }],
  },
  omalley: {
    name: { familyName: "O'Malley" },
    title: 'Vice "President"',
    emails: [{ value: "omalley@example.org", type: "other" }],
  },
};

/** All filters of RFC 7644 section 3.4.2.2, and one for each operator and kind of value. */
const FILTERS: readonly (readonly [filter: string, matches: readonly Person[]])[] = [
  ['name.familyName co "O\'Malley"', ["omalley"]],
  ['name.familyName sw "jen"', ["barbara"]],
  [`${USER}:name.familyName sw "J"`, ["barbara"]],
  ['name.familyName ew "ridge"', ["mandy"]],
  ["title pr", ["barbara", "omalley"]],
  ["not (title pr)", ["mandy"]],
  ['title pr and userType eq "Employee"', ["barbara"]],
  ['title pr or userType eq "Intern"', ["barbara", "mandy", "omalley"]],
  ['title eq "Vice \\"President\\""', ["omalley"]],
  [`schemas eq "${ENTERPRISE}"`, ["barbara"]],
  ['userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")', ["barbara"]],
  ['userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")', ["mandy"]],
  ['userType eq "Employee" and (emails.type eq "work")', ["barbara"]],
  ['userType eq "Employee" and emails[type eq "work" and value co "@example.com"]', ["barbara"]],
  ['emails[type eq "home" and value co "@example.com"]', []],
  [
    'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
    ["barbara", "mandy"],
  ],
  ['emails[type eq "work"].value eq "BJENSEN@example.com"', ["barbara"]],
  ["emails[primary eq true]", ["barbara"]],
  ["active eq false", ["mandy"]],
  ["active ne true", ["mandy"]],
  ["title eq null", ["mandy"]],
  ["title ne null", ["barbara", "omalley"]],
  ['TITLE EQ "tour guide"', ["barbara"]],
  ['meta.lastModified gt "2011-05-13T04:42:34Z"', ["barbara", "mandy", "omalley"]],
  ['meta.lastModified ge "2011-05-13T04:42:34Z"', ["barbara", "mandy", "omalley"]],
  ['meta.lastModified lt "2011-05-13T04:42:34Z"', []],
  ['meta.lastModified le "2011-05-13T04:42:34Z"', []],
  ['meta.resourceType eq "User"', ["barbara", "mandy", "omalley"]],
  ["(meta.resourceType eq User) or (meta.resourceType eq Group)", ["barbara", "mandy", "omalley"]],
  ["meta.resourceType eq Group", []],
  [
    'meta.location co "/Users/" and meta.location pr and not (meta.location ew "/")',
    ["barbara", "mandy", "omalley"],
  ],
  ['meta.created gt "2011-05-13T04:42:34Z" and meta.version sw "W/"', ["barbara", "mandy", "omalley"]],
  ['name[familyName eq "Jensen"]', ["barbara"]],
  [`${USER}:emails[type eq "home"]`, ["barbara"]],
  [`${ENTERPRISE} pr`, ["barbara"]],
  ["ims pr or photos pr or x509Certificates.value pr", ["mandy"]],
  ["groups pr", []],
  ['name.familyName gt "Jensen"', ["mandy", "omalley"]],
  ['name.familyName le "jensen"', ["barbara"]],
  [`${ENTERPRISE}:employeeNumber eq "701984"`, ["barbara"]],
  [`${ENTERPRISE}:manager.value eq "26118915"`, ["barbara"]],
  ['manager eq "26118915"', ["barbara"]],
  ['userType eq "Intern" or title pr and userType eq "Employee"', ["barbara", "mandy"]],
];

async function people(scim: ScimClient): Promise<Readonly<Record<Person, Resource>>> {
  const mark = scim.unique("query");
  const [barbara, mandy, omalley] = await Promise.all(
    Object.values(PEOPLE).map((attributes) =>
      scim.user({
        ...attributes,
        schemas: [USER, ...(ENTERPRISE in attributes ? [ENTERPRISE] : [])],
        nickName: mark,
      }),
    ),
  );
  return { barbara: barbara!, mandy: mandy!, omalley: omalley! };
}

const filters: Case = {
  origin: "RFC 7644 3.4.2.2",
  name: "every filter of the section selects the right people",
  async run(scim) {
    const made = await people(scim);
    const wrong: string[] = [];
    for (const [filter, expected] of FILTERS) {
      const within = `nickName eq "${made.barbara.nickName}" and (${filter})`;
      const ids = idsOf(await scim.get("/Users", { filter: within, attributes: "userName" }));
      const names = (Object.keys(made) as Person[]).filter((name) => ids.includes(made[name].id));
      if (ids.length !== expected.length || !expected.every((name) => names.includes(name)))
        wrong.push(`${filter}: ${names.join(", ")}`);
    }
    assert.deepEqual(wrong, []);
  },
};

export const queryCases = [
  filters,

  ...casesOf("RFC 7644 3.4.2", {
    "a list response has its schema and whole numbers": async (scim) => {
      const { userName, id } = await scim.user();
      const list = answered(await scim.get("/Users", { filter: `userName eq "${userName}"` }), 200);
      has(list, {
        schemas: [message("ListResponse")],
        totalResults: 1,
        startIndex: 1,
        itemsPerPage: 1,
        Resources: [{ id, userName }],
      });
    },
    "a date outside the years 1 to 9999 is an invalid filter, and the first and last of them are none":
      async (scim) => {
        const get = (date: string) =>
          scim.get("/Users", { filter: `meta.lastModified gt "${date}"`, count: 0 });
        for (const date of [
          "0000-01-01",
          "0000-12-31T23:59:59Z",
          "0001-01-01T00:00:00+14:00",
          "9999-12-31T23:59:59-01:00",
        ])
          refused(await get(date), 400, "invalidFilter");
        for (const date of ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z"])
          answered(await get(date), 200);
      },
    "a search without a result is an empty list": async (scim) => {
      for (const path of ["/Users", "/Groups"]) {
        const list = answered(await scim.get(path, { filter: 'externalId eq "f6c3a2b4-nobody"' }), 200);
        has(list, { totalResults: 0, itemsPerPage: 0, Resources: [] });
      }
    },
    "attributes limits each resource": async (scim) => {
      const { userName } = await scim.user({ title: "x" });
      const { Resources } = answered(
        await scim.get("/Users", { filter: `userName eq "${userName}"`, attributes: "userName" }),
        200,
      );
      assert.deepEqual(Object.keys(Resources[0]).sort(), ["id", "schemas", "userName"]);
    },
    "groups are found by their members, people by their groups": async (scim) => {
      const person = await scim.user();
      const group = await scim.group({ members: [{ value: person.id }] });
      assert.deepEqual(idsOf(await scim.get("/Groups", { filter: `members.value eq "${person.id}"` })), [
        group.id,
      ]);
      assert.deepEqual(
        idsOf(
          await scim.get("/Groups", { filter: `members eq "${person.id}"`, excludedAttributes: "members" }),
        ),
        [group.id],
      );
      assert.deepEqual(idsOf(await scim.get("/Users", { filter: `groups.value eq "${group.id}"` })), [
        person.id,
      ]);
    },
    "addresses and names that the server generates are compared as in the answer": async (scim) => {
      const person = await scim.user({ displayName: scim.unique("Barbara") });
      const inner = await scim.group({ members: [{ value: person.id }] });
      const outer = await scim.group({ members: [{ value: inner.id }, { value: person.id }] });
      const groups = async (filter: string) =>
        idsOf(
          await scim.get("/Groups", {
            filter: `id eq "${inner.id}" and (${filter}) or id eq "${outer.id}" and (${filter})`,
          }),
        );
      const rows: readonly (readonly [filter: string, matches: readonly string[]])[] = [
        [`members.$ref eq "${person.meta.location}"`, [inner.id, outer.id]],
        [`members.$ref eq "${inner.meta.location}"`, [outer.id]],
        [`members[type eq "Group" and $ref eq "${inner.meta.location}"]`, [outer.id]],
        [`members.$ref eq "${person.id}"`, []],
        ['members.$ref co "/Groups/"', [outer.id]],
        ["members.$ref pr", [inner.id, outer.id]],
        [`members.display eq "${person.displayName.toUpperCase()}"`, [inner.id, outer.id]],
        [`members[display eq "${inner.displayName}"]`, [outer.id]],
        [`meta.location eq "${inner.meta.location}"`, [inner.id]],
        [`meta.location ne "${inner.meta.location}"`, [outer.id]],
      ];
      for (const [filter, expected] of rows) assert.deepEqual(await groups(filter), expected, filter);
      const people = async (filter: string) =>
        idsOf(await scim.get("/Users", { filter: `id eq "${person.id}" and (${filter})` }));
      for (const filter of [
        `groups.$ref eq "${inner.meta.location}"`,
        `groups[$ref eq "${outer.meta.location}" and type eq "direct"]`,
        `groups.display eq "${inner.displayName}"`,
        `meta.location eq "${person.meta.location}"`,
      ]) {
        assert.deepEqual(await people(filter), [person.id], filter);
      }
      assert.deepEqual(await people(`groups.$ref eq "${person.meta.location}"`), []);
      assert.deepEqual(idsOf(await scim.get("/", { filter: `meta.location eq "${inner.meta.location}"` })), [
        inner.id,
      ]);
      assert.deepEqual(idsOf(await scim.get("/", { filter: `members.$ref eq "${inner.meta.location}"` })), [
        outer.id,
      ]);
    },
    "userName is matched in any letter case, externalId exactly": async (scim) => {
      const { id, userName } = await scim.user({ externalId: scim.unique("Ext") });
      assert.deepEqual(
        idsOf(await scim.get("/Users", { filter: `userName eq "${userName.toUpperCase()}"` })),
        [id],
      );
      const { externalId } = answered(await scim.get(`/Users/${id}`), 200);
      assert.deepEqual(idsOf(await scim.get("/Users", { filter: `externalId eq "${externalId}"` })), [id]);
      assert.deepEqual(
        idsOf(await scim.get("/Users", { filter: `externalId eq "${externalId.toUpperCase()}"` })),
        [],
      );
    },
    "inactive people are found": async (scim) => {
      const { id, userName } = await scim.user({ active: false });
      assert.deepEqual(idsOf(await scim.get("/Users", { filter: `userName eq "${userName}"` })), [id]);
    },
    "a malformed filter is invalidFilter": async (scim) => {
      const bad = [
        "",
        "userName",
        "userName eq",
        'userName eq "x',
        "userName xx 1",
        "(",
        ")",
        'userName eq "x" and',
        "not userName pr",
        'nowhere eq "x"',
        'password eq "x"',
        "emails[",
        'emails[type eq "work"',
        "userName gt null",
        "active co true",
        '__proto__ eq "x"',
        `${"(".repeat(500)}title pr${")".repeat(500)}`,
      ];
      for (const filter of bad) refused(await scim.get("/Users", { filter }), 400, "invalidFilter");
    },
  }),

  ...casesOf("RFC 7644 3.4.2.3", {
    "sorted in both orders, without regard to letter case": async (scim) => {
      const mark = scim.unique("sort");
      for (const displayName of ["b", "A", "C"]) await scim.user({ nickName: mark, displayName });
      await scim.user({ nickName: mark });
      const order = async (sortOrder: string) => {
        const list = answered(
          await scim.get("/Users", { filter: `nickName eq "${mark}"`, sortBy: "displayName", sortOrder }),
          200,
        );
        return list.Resources.map((user: Resource) => user.displayName);
      };
      assert.deepEqual(await order("ascending"), ["A", "b", "C", undefined]);
      assert.deepEqual(await order("descending"), [undefined, "C", "b", "A"]);
    },
    "sorted by a sub-attribute, and by the primary of a list": async (scim) => {
      const mark = scim.unique("sort");
      const one = await scim.user({
        nickName: mark,
        name: { familyName: "B" },
        emails: [{ value: "z@x" }, { value: "a@x", primary: true }],
      });
      const two = await scim.user({ nickName: mark, name: { familyName: "A" }, emails: [{ value: "m@x" }] });
      const filter = `nickName eq "${mark}"`;
      assert.deepEqual(idsOf(await scim.get("/Users", { filter, sortBy: "name.familyName" })), [
        two.id,
        one.id,
      ]);
      assert.deepEqual(idsOf(await scim.get("/Users", { filter, sortBy: "emails" })), [one.id, two.id]);
    },
    "an unknown sortBy or sortOrder is refused": async (scim) => {
      refused(await scim.get("/Users", { sortBy: "nowhere" }), 400, "invalidValue");
      refused(await scim.get("/Users", { sortBy: "userName", sortOrder: "sideways" }), 400, "invalidValue");
    },
  }),

  ...casesOf("RFC 7644 3.4.2.4", {
    "pages by index contain everybody once": async (scim) => {
      const mark = scim.unique("page");
      const made = [];
      for (let at = 0; at < 11; at++) made.push((await scim.user({ nickName: mark })).id);
      const seen: string[] = [];
      for (let startIndex = 1; startIndex <= 11; startIndex += 5) {
        const answer = await scim.get("/Users", { filter: `nickName eq "${mark}"`, startIndex, count: 5 });
        const page = answered(answer, 200);
        has(page, { totalResults: 11, startIndex, itemsPerPage: Math.min(5, 12 - startIndex) });
        seen.push(...idsOf(answer));
      }
      assert.deepEqual(seen.sort(), made.sort());
    },
    "startIndex below 1 is 1, a negative count is 0, and a page has at most the announced size": async (
      scim,
    ) => {
      const { userName } = await scim.user();
      const filter = `userName eq "${userName}"`;
      for (const startIndex of [0, -7])
        has(answered(await scim.get("/Users", { filter, startIndex }), 200), {
          startIndex: 1,
          itemsPerPage: 1,
        });
      for (const count of [0, -1])
        has(answered(await scim.get("/Users", { filter, count }), 200), {
          totalResults: 1,
          itemsPerPage: 0,
          Resources: [],
        });
      const { maxResults } = answered(await scim.get("/ServiceProviderConfig"), 200).filter;
      const many = answered(await scim.get("/Users", { count: 1_000_000 }), 200);
      assert.ok(many.itemsPerPage <= maxResults);
    },
    "a page after the end is empty": async (scim) => {
      const { userName } = await scim.user();
      const page = answered(
        await scim.get("/Users", { filter: `userName eq "${userName}"`, startIndex: 100 }),
        200,
      );
      has(page, { totalResults: 1, startIndex: 100, itemsPerPage: 0, Resources: [] });
    },
    "malformed numbers are refused": async (scim) => {
      for (const query of [
        { count: "x" },
        { count: "1.5" },
        { startIndex: "" },
        { startIndex: "1e3" },
        { startIndex: "99999999999999999999" },
      ]) {
        refused(await scim.get("/Users", query as Record<string, string>), 400, "invalidValue");
      }
      refused(await scim.get("/Users?count=1&count=2"), 400, "invalidValue");
    },
  }),

  ...casesOf("RFC 9865", {
    "pages by cursor contain everybody once, while other people are created and deleted": async (scim) => {
      const mark = scim.unique("cursor");
      const made = [];
      for (let at = 0; at < 7; at++) made.push((await scim.user({ nickName: mark })).id);
      const seen: string[] = [];
      let cursor = "";
      do {
        const answer = await scim.get("/Users", { filter: `nickName eq "${mark}"`, count: 3, cursor });
        seen.push(...idsOf(answer));
        cursor = answer.body.nextCursor;
        if (cursor) assert.match(cursor, /^[A-Za-z0-9._~-]+$/);
        await scim.user();
      } while (cursor !== undefined);
      assert.deepEqual(seen, made);
    },
    "sorted pages by cursor": async (scim) => {
      const mark = scim.unique("cursor");
      for (const title of ["c", "a", "b", undefined, "a"])
        await scim.user({ nickName: mark, ...(title ? { title } : {}) });
      const seen: unknown[] = [];
      let cursor = "";
      do {
        const page = answered(
          await scim.get("/Users", { filter: `nickName eq "${mark}"`, sortBy: "title", count: 2, cursor }),
          200,
        );
        has(page, { totalResults: 5 });
        seen.push(...page.Resources.map((user: Resource) => user.title));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      assert.deepEqual(seen, ["a", "a", "b", "c", undefined]);
    },
    "an unknown cursor is invalidCursor": async (scim) => {
      for (const cursor of ["x", "AAAA", "../../etc", "a".repeat(5_000)])
        refused(await scim.get("/Users", { cursor }), 400, "invalidCursor");
    },
    "a search has pages by cursor too": async (scim) => {
      const mark = scim.unique("cursor");
      const made = [(await scim.user({ nickName: mark })).id, (await scim.user({ nickName: mark })).id];
      const search = (cursor: string) =>
        scim.send("POST", "/Users/.search", {
          schemas: [message("SearchRequest")],
          filter: `nickName eq "${mark}"`,
          count: 1,
          cursor,
        });
      const first = await search("");
      has(answered(first, 200), { totalResults: 2, itemsPerPage: 1, startIndex: undefined });
      const second = await search(first.body.nextCursor);
      assert.deepEqual([...idsOf(first), ...idsOf(second)], made);
      assert.equal(second.body.nextCursor, undefined);
    },
    "a count that is not a number is invalidCount, and startIndex with a cursor is refused": async (scim) => {
      refused(await scim.get("/Users", { cursor: "", count: "x" }), 400, "invalidCount");
      refused(await scim.get("/Users", { cursor: "", startIndex: 1 }), 400, "invalidValue");
    },
    "a cursor of another list is invalidCursor": async (scim) => {
      const mark = scim.unique("cursor");
      for (let at = 0; at < 2; at++) await scim.user({ nickName: mark });
      const { nextCursor } = answered(
        await scim.get("/Users", { filter: `nickName eq "${mark}"`, count: 1, cursor: "" }),
        200,
      );
      refused(await scim.get("/Users", { cursor: nextCursor }), 400, "invalidCursor");
    },
    "ServiceProviderConfig announces pages by cursor": async (scim) => {
      has(answered(await scim.get("/ServiceProviderConfig"), 200).pagination, { cursor: true, index: true });
    },
  }),

  ...casesOf("RFC 7644 3.4.2.1", {
    "a query at the root finds every type": async (scim) => {
      const mark = scim.unique("smith");
      const user = await scim.user({ displayName: `${mark}, john`, userName: `${mark}-j` });
      const group = await scim.group({ displayName: `${mark} family` });
      const filter = `displayName sw "${mark}" and (meta.resourceType eq "User" or meta.resourceType eq "Group")`;
      const answer = await scim.get("/", { filter });
      assert.deepEqual(idsOf(answer), [user.id, group.id]);
      has(answer.body, { totalResults: 2, itemsPerPage: 2 });
    },
    "an attribute that a type does not have counts as without value": async (scim) => {
      const mark = scim.unique("smith");
      const user = await scim.user({ displayName: mark });
      const group = await scim.group({ displayName: mark, members: [{ value: user.id }] });
      const found = async (filter: string) =>
        idsOf(await scim.get("/", { filter: `displayName eq "${mark}" and (${filter})` }));
      assert.deepEqual(await found("userName pr"), [user.id]);
      assert.deepEqual(await found("not (userName pr)"), [group.id]);
      assert.deepEqual(await found(`members.value eq "${user.id}" or active eq true`), [user.id, group.id]);
      assert.deepEqual(await found(`not (members[value eq "${user.id}"])`), [user.id]);
    },
  }),

  ...casesOf("RFC 7644 3.4.3", {
    "POST .search at the root answers as in the RFC's example": async (scim) => {
      const mark = scim.unique("smith");
      const user = await scim.user({ displayName: `${mark}, james` });
      const group = await scim.group({ displayName: `${mark} family` });
      const answer = await scim.send("POST", "/.search", {
        schemas: [message("SearchRequest")],
        attributes: ["displayName", "userName"],
        filter: `displayName sw "${mark}"`,
        startIndex: 1,
        count: 10,
      });
      has(answered(answer, 200), {
        schemas: [message("ListResponse")],
        totalResults: 2,
        startIndex: 1,
        itemsPerPage: 2,
        Resources: [
          { id: user.id, displayName: `${mark}, james`, userName: user.userName },
          { id: group.id, displayName: `${mark} family` },
        ],
      });
      assert.equal(answer.body.Resources[0].meta, undefined);
    },
    "POST .search of one type": async (scim) => {
      const { id, userName } = await scim.user({ title: "x" });
      const body = {
        schemas: [message("SearchRequest")],
        filter: `userName eq "${userName}"`,
        excludedAttributes: "title",
        sortBy: "userName",
        count: 1,
      };
      const { Resources } = answered(await scim.send("POST", "/Users/.search", body), 200);
      has(Resources, [{ id, userName }]);
      assert.equal(Resources[0].title, undefined);
      const group = await scim.group({ members: [{ value: id }] });
      const found = await scim.send("POST", "/Groups/.search", {
        schemas: [message("SearchRequest")],
        filter: `members.value eq "${id}"`,
      });
      assert.deepEqual(idsOf(found), [group.id]);
    },
    "a search accepts every parameter of a query, with a name in any letter case": async (scim) => {
      const mark = scim.unique("search");
      for (const title of ["a", "b", "c"]) await scim.user({ nickName: mark, title });
      const body = {
        schemas: [message("SearchRequest")],
        Filter: `nickName eq "${mark}"`,
        SORTBY: "title",
        sortorder: "descending",
      };
      const page = answered(
        await scim.send("POST", "/Users/.search", {
          ...body,
          startindex: 2,
          Count: "1",
          ATTRIBUTES: "title",
        }),
        200,
      );
      has(page, {
        totalResults: 3,
        startIndex: 2,
        itemsPerPage: 1,
        Resources: [{ title: "b", nickName: undefined }],
      });
    },
    "pages across types, by index and by cursor, are exact": async (scim) => {
      const mark = scim.unique("across");
      const made: string[] = [];
      for (let at = 0; at < 3; at++) made.push((await scim.user({ displayName: `${mark}${at}` })).id);
      for (let at = 0; at < 2; at++) made.push((await scim.group({ displayName: `${mark}${at}` })).id);
      const search = (more: Resource) =>
        scim.send("POST", "/.search", {
          schemas: [message("SearchRequest")],
          filter: `displayName sw "${mark}"`,
          count: 2,
          ...more,
        });
      const byIndex: string[] = [];
      for (let startIndex = 1; startIndex <= 5; startIndex += 2) {
        const answer = await search({ startIndex });
        has(answered(answer, 200), { totalResults: 5, startIndex });
        byIndex.push(...idsOf(answer));
      }
      assert.deepEqual(byIndex, made);
      for (const count of [1, 2, 3, 4]) {
        const byCursor: string[] = [];
        let cursor = "";
        do {
          const answer = await search({ cursor, count });
          has(answered(answer, 200), { totalResults: 5 });
          byCursor.push(...idsOf(answer));
          cursor = answer.body.nextCursor;
        } while (cursor !== undefined);
        assert.deepEqual(byCursor, made);
      }
    },
    "a wrong body is refused": async (scim) => {
      refused(
        await scim.send("POST", "/Users/.search", { schemas: [message("SearchRequest")], filter: 5 }),
        400,
        "invalidValue",
      );
      refused(
        await scim.send("POST", "/Users/.search", { schemas: [message("PatchOp")] }),
        400,
        "invalidValue",
      );
      refused(
        await scim.send("POST", "/.search", { schemas: [message("SearchRequest")], sortBy: "displayName" }),
        400,
        "invalidValue",
      );
      refused(
        await scim.send("POST", "/.search", { schemas: [message("SearchRequest")], filter: "nowhere pr" }),
        400,
        "invalidFilter",
      );
      refused(
        await scim.send("POST", "/.search", { schemas: [message("SearchRequest")], cursor: "9.x" }),
        400,
        "invalidCursor",
      );
    },
  }),
];
