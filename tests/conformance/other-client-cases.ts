import assert from "node:assert/strict";
import { answered, type Case, casesOf, has, idsOf, memberIds, refused } from "./case.ts";
import { type Answer, ENTERPRISE, GROUP, message, type Resource, type ScimClient, USER } from "./client.ts";

/*
 * Requests of other clients and public test suites: SCIMple, SCIM-SDK, scim-validator, scim2-tester,
 * Microsoft's published collection, and bug reports.
 */

type Way = readonly [name: string, send: (scim: ScimClient, attributes: Resource) => Promise<Answer>];

/** Sends one operation as a bulk job, and returns its result in the form of a separate answer. */
async function bulk(scim: ScimClient, operation: Resource): Promise<Answer> {
  const answer = await scim.send("POST", "/Bulk", {
    schemas: [message("BulkRequest")],
    Operations: [operation],
  });
  const [result] = answered(answer, 200).Operations;
  return { ...answer, status: Number(result.status), body: result.response ?? {} };
}

const person = (scim: ScimClient, more: Resource = {}): Resource => ({
  schemas: [USER],
  userName: scim.unique("other"),
  ...more,
});

const KNOWN = {
  title: "Clerk",
  phoneNumbers: [{ type: "mobile", value: "+852 6111 1111" }],
  emails: [{ type: "work", value: "a@example.com" }],
};

/** All ways to write attributes: to a new person, or to the existing person `KNOWN`. */
const WAYS: readonly Way[] = [
  ["POST", (scim, attributes) => scim.send("POST", "/Users", person(scim, attributes))],
  [
    "PUT",
    async (scim, attributes) =>
      scim.send("PUT", `/Users/${(await scim.user(KNOWN)).id}`, person(scim, attributes)),
  ],
  [
    "PATCH add",
    async (scim, value) => scim.patch(`/Users/${(await scim.user(KNOWN)).id}`, { op: "add", value }),
  ],
  [
    "PATCH replace at the path",
    async (scim, attributes) => {
      const [[path, value] = ["", ""]] = Object.entries(attributes);
      return scim.patch(`/Users/${(await scim.user(KNOWN)).id}`, { op: "replace", path, value });
    },
  ],
  [
    "Bulk POST",
    (scim, attributes) =>
      bulk(scim, { method: "POST", path: "/Users", bulkId: "one", data: person(scim, attributes) }),
  ],
  [
    "Bulk PATCH",
    async (scim, value) =>
      bulk(scim, {
        method: "PATCH",
        path: `/Users/${(await scim.user(KNOWN)).id}`,
        data: { Operations: [{ op: "replace", value }] },
      }),
  ],
];

const NOT_UNDERSTOOD: readonly Resource[] = [
  { phoneNumbers: [{ number: "+86 139 0000 0000", type: "mobile" }] },
  { emails: { emails: [{ value: "new@example.com" }] } },
  { emails: [{ email: "x@example.com" }] },
  { name: { first: "Mei", last: "Chan" } },
  { addresses: [{ street: "1 Queen's Road" }] },
  { title: { text: "Boss" } },
  { [ENTERPRISE]: { manager: { id: "26118915" } } },
  { [ENTERPRISE]: { managerName: "Chan" } },
  { emails: '[{"value":"b@example.com"' },
];

const lost: readonly Case[] = WAYS.flatMap(([way, send]) =>
  NOT_UNDERSTOOD.map((attributes) => ({
    origin: "clients, values of which nothing is understood",
    name: `${way} ${JSON.stringify(attributes).slice(0, 80)} is refused, and nothing is lost`,
    run: async (scim) => refused(await send(scim, attributes), 400, "invalidValue"),
  })),
);

export const otherClientCases = [
  ...lost,

  ...casesOf("clients, one bad operation in Bulk", {
    "an unknown method fails, other operations continue": async (scim) => {
      const data = { schemas: [USER], userName: scim.unique("bulk") };
      const operations = [
        { method: "MERGE", path: "/Users", bulkId: "bad", data },
        { method: "POST", path: "/Users", bulkId: "good", data },
        "no operation",
        { method: "POST" },
        { method: "DELETE", path: 5 },
      ];
      const { Operations } = answered(
        await scim.send("POST", "/Bulk", { schemas: [message("BulkRequest")], Operations: operations }),
        200,
      );
      assert.deepEqual(
        Operations.map(({ status }: Resource) => status),
        ["400", "201", "400", "400", "400"],
      );
      has(Operations[0], { bulkId: "bad", response: { scimType: "invalidSyntax" } });
      assert.equal(Operations[0].method, undefined);
      assert.equal(Operations[3].method, "POST");
      answered(await scim.send("DELETE", `/Users/${Operations[1].location.split("/").at(-1)}`), 204);
    },
    "the second of two operations with one bulkId fails, and references mean the first": async (scim) => {
      const [first, second] = [scim.unique("bulk"), scim.unique("bulk")];
      const post = (userName: string) => ({
        method: "POST",
        path: "/Users",
        bulkId: "one",
        data: { schemas: [USER], userName },
      });
      const group = {
        schemas: [GROUP],
        displayName: scim.unique("team"),
        members: [{ value: "bulkId:one" }],
      };
      const { Operations } = answered(
        await scim.send("POST", "/Bulk", {
          schemas: [message("BulkRequest")],
          Operations: [
            post(first),
            post(second),
            { method: "POST", path: "//Groups", bulkId: "two", data: group },
          ],
        }),
        200,
      );
      assert.deepEqual(
        Operations.map(({ status }: Resource) => status),
        ["201", "400", "201"],
      );
      const [userId, groupId] = [Operations[0], Operations[2]].map(({ location }) =>
        location.split("/").at(-1),
      );
      assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${groupId}`), 200)), [userId]);
      answered(await scim.send("DELETE", `/Groups/${groupId}`), 204);
      answered(await scim.send("DELETE", `/Users/${userId}`), 204);
    },
    "malformed operations count for failOnErrors": async (scim) => {
      const Operations = [
        { method: "MERGE", path: "/Users" },
        "x",
        { method: "POST", path: "/Users", bulkId: "late", data: person(scim) },
      ];
      const answer = answered(
        await scim.send("POST", "/Bulk", { schemas: [message("BulkRequest")], failOnErrors: 2, Operations }),
        200,
      );
      assert.equal(answer.Operations.length, 2);
    },
  }),

  ...casesOf("clients, addresses and headers", {
    "repeated slashes count as one": async (scim) => {
      const user = await scim.user();
      for (const path of [
        "//Users",
        `//Users/${user.id}`,
        `/Users//${user.id}`,
        `///Users//${user.id}//`,
        "//.search",
      ]) {
        const answer = path.endsWith("search")
          ? await scim.send("POST", path, { schemas: [message("SearchRequest")], count: 1 })
          : await scim.get(path, { attributes: "userName" });
        answered(answer, 200);
      }
      refused(await scim.get("//Nothing"), 404);
      // Slashes in the query stay.
      const { Resources } = answered(
        await scim.get("//Users", { filter: 'profileUrl eq "https://example.com//x"' }),
        200,
      );
      assert.deepEqual(Resources, []);
    },
    "an answer with a resource has its address in Location and Content-Location": async (scim) => {
      const made = await scim.send("POST", "/Users", person(scim));
      const { location } = answered(made, 201).meta;
      const path = `/Users/${made.body.id}`;
      const patch = { Operations: [{ op: "add", path: "title", value: "x" }] };
      const answers = [
        made,
        await scim.get(path),
        await scim.send("PUT", path, made.body),
        await scim.send("PATCH", path, patch),
      ];
      for (const { headers } of answers)
        assert.deepEqual([headers.get("location"), headers.get("content-location")], [location, location]);
    },
    "a charset has no effect": async (scim) => {
      const userName = `${scim.unique("梅")}`;
      const raw = JSON.stringify({ schemas: [USER], userName });
      const answer = await scim.send("POST", "/Users", undefined, {
        raw,
        headers: { "content-type": "application/scim+json;charset=ISO-8859-1" },
      });
      assert.equal(answered(answer, 201).userName, userName);
    },
  }),

  ...casesOf("clients, groups", {
    "the answer to a PATCH of a small group contains the group": async (scim) => {
      const user = await scim.user();
      const { id } = await scim.group();
      const group = answered(
        await scim.patch(`/Groups/${id}`, { op: "add", path: "members", value: [{ value: user.id }] }),
        200,
      );
      has(group, { id, schemas: [GROUP], members: [{ value: user.id, type: "User" }] });
      const empty = answered(
        await scim.patch(`/Groups/${id}`, { op: "remove", path: "members", value: [{ value: user.id }] }),
        200,
      );
      assert.equal(empty.members, undefined);
    },
    "the answer to a PATCH of a group with more than 20 members is 204 with a type, unless attributes are requested":
      async (scim) => {
        const Operations = Array.from({ length: 21 }, (_, at) => ({
          method: "POST",
          path: "/Users",
          bulkId: `p${at}`,
          data: person(scim),
        }));
        const made = answered(
          await scim.send("POST", "/Bulk", { schemas: [message("BulkRequest")], Operations }),
          200,
        ).Operations;
        const ids: string[] = made.map(({ location }: Resource) => location.split("/").at(-1));
        const group = await scim.group({ members: ids.slice(0, 20).map((value) => ({ value })) });
        const path = `/Groups/${group.id}`;
        assert.equal(
          answered(
            await scim.patch(path, { op: "replace", path: "displayName", value: scim.unique("t") }),
            200,
          ).members.length,
          20,
        );
        const last = { op: "add", path: "members", value: [{ value: ids[20] }] };
        for (let round = 0; round < 2; round++) {
          const answer = await scim.patch(path, last);
          answered(answer, 204);
          assert.match(answer.headers.get("content-type") ?? "", /^application\/scim\+json/);
          assert.equal(answer.text, "");
        }
        const asked = await scim.send(
          "PATCH",
          path,
          { Operations: [last] },
          { query: { attributes: "displayName" } },
        );
        assert.deepEqual(Object.keys(answered(asked, 200)).sort(), ["displayName", "id", "schemas"]);
        const fewer = answered(
          await scim.patch(path, { op: "remove", path: `members[value eq "${ids[20]}"]` }),
          200,
        );
        assert.equal(fewer.members.length, 20);
        await scim.send("DELETE", path);
        await scim.send("POST", "/Bulk", {
          schemas: [message("BulkRequest")],
          Operations: ids.map((id) => ({ method: "DELETE", path: `/Users/${id}` })),
        });
      },
    "a member is selected by value and type": async (scim) => {
      const [user, inner] = [await scim.user(), await scim.group()];
      const { id } = await scim.group({ members: [{ value: user.id }, { value: inner.id }] });
      const remove = (value: string, type: string) =>
        scim.patch(`/Groups/${id}`, {
          op: "remove",
          path: `members[value eq "${value}" and type eq "${type}"]`,
        });
      assert.deepEqual(memberIds(answered(await remove(user.id, "Group"), 200)), [user.id, inner.id].sort());
      assert.deepEqual(memberIds(answered(await remove(user.id, "User"), 200)), [inner.id]);
      assert.deepEqual(memberIds(answered(await remove(inner.id, "Group"), 200)), []);
    },
    "blank names are refused": async (scim) => {
      for (const blank of ["   ", "\u3000", "\u200b"]) {
        refused(
          await scim.send("POST", "/Groups", { schemas: [GROUP], displayName: blank }),
          400,
          "invalidValue",
        );
        refused(await scim.send("POST", "/Users", { schemas: [USER], userName: blank }), 400, "invalidValue");
        const [user, group] = [await scim.user(), await scim.group()];
        refused(
          await scim.patch(`/Users/${user.id}`, { op: "replace", path: "userName", value: blank }),
          400,
          "invalidValue",
        );
        refused(
          await scim.send("PUT", `/Groups/${group.id}`, { schemas: [GROUP], displayName: blank }),
          400,
          "invalidValue",
        );
        const job = {
          method: "PATCH",
          path: `/Groups/${group.id}`,
          data: { Operations: [{ op: "replace", value: { displayName: blank } }] },
        };
        refusedInBulk(await bulk(scim, job));
      }
    },
  }),

  ...casesOf("clients, forms of values", {
    "schemas that are not a list, or contain only another type": async (scim) => {
      const user = await scim.user();
      for (const schemas of [USER, 5, { 0: USER }, [GROUP], [5]]) {
        refused(await scim.send("POST", "/Users", person(scim, { schemas })), 400, "invalidValue");
        refused(await scim.send("PUT", `/Users/${user.id}`, person(scim, { schemas })), 400, "invalidValue");
        refused(
          await scim.send("PATCH", `/Users/${user.id}`, { schemas, Operations: [] }),
          400,
          "invalidValue",
        );
      }
      for (const schemas of [undefined, null, []])
        answered(await scim.send("PUT", `/Users/${user.id}`, person(scim, { schemas })), 200);
    },
    "an operation without path, with a list of one element as value": async (scim) => {
      const { id } = await scim.user();
      assert.equal(
        answered(await scim.patch(`/Users/${id}`, { op: "replace", value: [{ title: "Boss" }] }), 200).title,
        "Boss",
      );
      const group = await scim.group();
      const displayName = scim.unique("renamed");
      has(
        answered(await scim.patch(`/Groups/${group.id}`, { op: "replace", value: [{ displayName }] }), 200),
        { displayName },
      );
    },
    "values under the URN of the core schema": async (scim) => {
      const userName = scim.unique("core");
      const user = answered(
        await scim.send("POST", "/Users", { schemas: [USER], [USER]: { userName, title: "Boss" } }),
        201,
      );
      has(user, { userName, title: "Boss" });
    },
    "a manager with only an address": async (scim) => {
      const boss = await scim.user();
      const user = await scim.user({ [ENTERPRISE]: { manager: { $ref: boss.meta.location } } });
      assert.equal(user[ENTERPRISE].manager.value, boss.id);
      const { id } = await scim.user();
      const patched = await scim.patch(`/Users/${id}`, {
        op: "add",
        path: `${ENTERPRISE}:manager`,
        value: { $ref: `../Users/${boss.id}` },
      });
      assert.equal(answered(patched, 200)[ENTERPRISE].manager.value, boss.id);
    },
    "text without quotes in a filter": async (scim) => {
      const familyName = scim.unique("Employee");
      const user = await scim.user({ name: { familyName }, emails: [{ value: "x@example.com" }] });
      for (const filter of [
        `userName eq ${user.userName}`,
        `name.FamilyName eq ${familyName} and (emails.Value co example.com or emails.Value co example.org)`,
        `name.familyName sw ${familyName.slice(0, -1)} and meta.created gt 2015-10-10T14:38:21.8617979-07:00`,
      ]) {
        assert.deepEqual(idsOf(await scim.get("/Users", { filter })), [user.id]);
      }
      refused(await scim.get("/Users", { filter: "title eq Branch Manager" }), 400, "invalidFilter");
    },
    "a value filter among the requested attributes": async (scim) => {
      const user = await scim.user({ emails: [{ type: "work", value: "w@example.com" }] });
      for (const attributes of [
        'emails[type eq "work"]',
        'emails[type eq "a,b" or value eq "w@example.com"].value,userName',
      ]) {
        has(answered(await scim.get(`/Users/${user.id}`, { attributes }), 200), {
          id: user.id,
          emails: [{ value: "w@example.com" }],
        });
      }
    },
    "200 ids in one filter": async (scim) => {
      const users = [await scim.user(), await scim.user(), await scim.user()];
      const ids = Array.from(
        { length: 200 },
        (_, at) => users[at]?.id ?? `0190e0c2-0000-7000-8000-${String(at).padStart(12, "0")}`,
      );
      const terms = (name: string) => ids.map((id) => `${name} eq "${id}"`).join(" or ");
      const wanted = users.map(({ id }) => id).sort();
      assert.deepEqual([...idsOf(await scim.get("/Users", { filter: terms("id") }))].sort(), wanted);
      const mixed = `${terms("externalId")} or userName eq "${users[0]!.userName}" or userName eq "${users[1]!.userName}"`;
      const search = { schemas: [message("SearchRequest")], filter: mixed };
      assert.deepEqual(
        [...idsOf(await scim.send("POST", "/Users/.search", search))].sort(),
        [users[0]!.id, users[1]!.id].sort(),
      );
      refused(
        await scim.get("/Users", { filter: Array.from({ length: 300 }, () => "id pr").join(" or ") }),
        400,
        "invalidFilter",
      );
    },
  }),
];

function refusedInBulk({ status, body }: Answer): void {
  assert.equal(status, 400);
  assert.equal(body.scimType, "invalidValue");
}
