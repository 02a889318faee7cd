import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { answered, type Case, casesOf, has, idsOf, memberIds, refused } from "./case.ts";
import { ENTERPRISE, GROUP, message, type Resource, type ScimClient, USER } from "./client.ts";

/*
 * Requests of Entra ID, Okta and Workday-driven clients: every fixture over HTTP, and the flows of these
 * clients.
 */

interface Fixture {
  readonly origin: string;
  readonly request: { readonly method: string; readonly url: string; readonly body?: Resource };
  readonly before?: Resource;
  readonly after?: Resource;
  readonly members?: {
    readonly kind: string;
    readonly add?: readonly string[];
    readonly remove?: readonly string[];
    readonly members?: readonly string[];
  };
  readonly memberIds?: readonly string[];
}

const folder = join(__dirname, "..", "fixtures");

const fixtures: readonly (readonly [string, Fixture])[] = ["entra", "okta", "onelogin", "workday"].flatMap(
  (client) =>
    readdirSync(join(folder, client)).map(
      (file) => [`${client}/${file}`, JSON.parse(readFileSync(join(folder, client, file), "utf8"))] as const,
    ),
);

/** The fixture with unique names, and with new people of this server in place of its members. */
async function onThisServer(scim: ScimClient, fixture: Fixture): Promise<Fixture> {
  const { members, memberIds: named = [] } = fixture;
  let text = JSON.stringify(fixture);
  for (const id of new Set([
    ...named,
    ...(members?.add ?? []),
    ...(members?.remove ?? []),
    ...(members?.members ?? []),
  ])) {
    text = text.replaceAll(id, (await scim.user()).id);
  }
  for (const name of ["externalId", "userName", "displayName"]) {
    for (const value of new Set(
      [fixture.before, fixture.after, fixture.request.body].flatMap((resource) => resource?.[name] ?? []),
    )) {
      if (name !== "displayName" || fixture.request.url.startsWith("/Groups"))
        text = text.replaceAll(JSON.stringify(value), JSON.stringify(scim.unique(value)));
    }
  }
  return JSON.parse(text);
}

const withoutOwn = ({
  id: _id,
  meta: _meta,
  groups: _groups,
  members: _members,
  ...document
}: Resource): Resource => document;

async function runFixture(scim: ScimClient, given: Fixture): Promise<void> {
  const fixture = await onThisServer(scim, given);
  const { method, url, body } = fixture.request;
  const path = url.startsWith("/Groups") ? "/Groups" : "/Users";
  if (method === "GET") {
    const answer = answered(await scim.send(method, url), 200);
    assert.deepEqual(answer.schemas, [message("ListResponse")]);
    return;
  }
  const before =
    fixture.before &&
    answered(
      await scim.send("POST", path, {
        ...fixture.before,
        members: (fixture.members?.remove ?? []).map((value) => ({ value })),
      }),
      201,
    );
  const answer = await scim.send(method, url.replace("{id}", before?.id), body);
  assert.ok([200, 201, 204].includes(answer.status), answer.text);
  const id = before?.id ?? answer.body.id;
  const stored = answered(await scim.get(`${path}/${id}`), 200);
  assert.deepEqual(
    withoutOwn(stored),
    path === "/Users" ? { active: true, ...fixture.after } : fixture.after,
  );
  const expected = fixture.memberIds ?? fixture.members?.members ?? fixture.members?.add;
  if (path === "/Groups" && expected) assert.deepEqual(memberIds(stored), [...expected].sort());
  if (method === "POST") return;
  // A repetition changes nothing.
  answered(await scim.send(method, url.replace("{id}", id), body), answer.status);
  assert.deepEqual(answered(await scim.get(`${path}/${id}`), 200).meta, stored.meta);
}

const fixtureCases: readonly Case[] = fixtures.map(([name, fixture]) => ({
  origin: "clients' requests",
  name,
  run: (scim) => runFixture(scim, fixture),
}));

export const clientCases = [
  ...fixtureCases,

  ...casesOf("Entra ID", {
    "test connection: a search without a result is 200": async (scim) => {
      for (const path of ["/Users", "/Groups"]) {
        const filter = `${path === "/Users" ? "userName" : "displayName"} eq "0b8ed6d4-2c53-4d0a-bd83-6f6a1d2f3c55"`;
        has(answered(await scim.get(path, { filter }), 200), { totalResults: 0, Resources: [] });
      }
    },
    "initial cycle: match, create, manager, group, members": async (scim) => {
      const name = scim.unique("mei.chan");
      assert.deepEqual(idsOf(await scim.get("/Users", { filter: `userName eq "${name}"` })), []);
      const boss = await scim.user();
      const user = await scim.user({
        schemas: [USER, ENTERPRISE],
        externalId: name,
        userName: name,
        active: true,
        addresses: null,
        displayName: "Mei Chan",
        emails: [{ primary: true, type: "work", value: `${name}@example.com` }],
        meta: { resourceType: "User" },
        name: { formatted: "Mei Chan", familyName: "Chan", givenName: "Mei" },
        phoneNumbers: null,
        roles: [],
        title: null,
      });
      answered(
        await scim.patch(`/Users/${user.id}`, { op: "Add", path: `${ENTERPRISE}:manager`, value: boss.id }),
        200,
      );
      assert.deepEqual(
        idsOf(
          await scim.get("/Users", {
            filter: `id eq "${user.id}" and manager eq "${boss.id}"`,
            attributes: "id",
          }),
        ),
        [user.id],
      );
      const displayName = scim.unique("Retail/Kowloon");
      const find = () =>
        scim.get("/Groups", { excludedAttributes: "members", filter: `displayName eq "${displayName}"` });
      assert.deepEqual(idsOf(await find()), []);
      const group = await scim.group({
        schemas: [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        displayName,
        externalId: displayName,
        meta: { resourceType: "Group" },
      });
      answered(
        await scim.patch(`/Groups/${group.id}`, {
          op: "Add",
          path: "members",
          value: [{ $ref: null, value: user.id }],
        }),
        200,
      );
      const found = await find();
      assert.deepEqual(idsOf(found), [group.id]);
      assert.equal(found.body.Resources[0].members, undefined);
      assert.deepEqual(
        idsOf(
          await scim.get("/Groups", {
            filter: `id eq "${group.id}" and members eq "${user.id}"`,
            attributes: "id",
          }),
        ),
        [group.id],
      );
    },
    "the flag in the Tenant URL has no effect": async (scim) => {
      const user = await scim.user();
      answered(await scim.send("GET", "/Users?aadOptscim062020&filter=id%20pr&count=1"), 200);
      const change = { Operations: [{ op: "replace", value: { "name.givenName": "Mei", active: false } }] };
      has(answered(await scim.send("PATCH", `/Users/${user.id}?aadOptscim062020`, change), 200), {
        name: { givenName: "Mei" },
        active: false,
      });
    },
    "a person who is deactivated and activated again keeps the groups": async (scim) => {
      const user = await scim.user();
      const group = await scim.group({ members: [{ value: user.id }] });
      const left = await scim.patch(`/Users/${user.id}`, { op: "Replace", path: "active", value: "False" });
      has(answered(left, 200), { active: false, groups: [{ value: group.id }] });
      const back = await scim.patch(`/Users/${user.id}`, { op: "replace", value: { active: true } });
      has(answered(back, 200), { active: true, groups: [{ value: group.id }] });
    },
  }),

  ...casesOf("Okta", {
    "credential test, match and create": async (scim) => {
      has(answered(await scim.get("/Users", { startIndex: 1, count: 2 }), 200), { startIndex: 1 });
      has(answered(await scim.get("/Groups", { startIndex: 1, count: 2 }), 200), { startIndex: 1 });
      const userName = scim.unique("isaac.brock@example.com");
      const query = { filter: `userName eq "${userName}"`, startIndex: 1, count: 100 };
      has(answered(await scim.get("/Users", query), 200), {
        totalResults: 0,
        startIndex: 1,
        itemsPerPage: 0,
      });
      const user = await scim.user({
        userName,
        name: { givenName: "Isaac", familyName: "Brock" },
        password: "1mz050nq",
        groups: [],
        locale: "en-US",
      });
      has(answered(await scim.get("/Users", query), 200), { totalResults: 1, Resources: [{ id: user.id }] });
      refused(await scim.send("POST", "/Users", { schemas: [USER], userName }), 409, "uniqueness");
      refused(await scim.send("POST", "/Users", {}), 400, "invalidValue");
    },
    "read, then PUT the whole person; deactivate and activate again": async (scim) => {
      const user = await scim.user({ name: { givenName: "Another", familyName: "User" } });
      const read = answered(await scim.get(`/Users/${user.id}`), 200);
      const put = await scim.send("PUT", `/Users/${user.id}`, {
        ...read,
        name: { ...read.name, middleName: "Excited" },
      });
      has(answered(put, 200), { name: { middleName: "Excited" }, active: true });
      has(answered(await scim.patch(`/Users/${user.id}`, { op: "replace", value: { active: false } }), 200), {
        active: false,
      });
      const { active: _active, ...withoutActive } = answered(await scim.get(`/Users/${user.id}`), 200);
      has(answered(await scim.send("PUT", `/Users/${user.id}`, withoutActive), 200), { active: false });
      has(answered(await scim.send("PUT", `/Users/${user.id}`, { ...withoutActive, active: true }), 200), {
        active: true,
      });
    },
    "group push: create with members, rename, change members, replace them, delete": async (scim) => {
      const [one, two] = [await scim.user(), await scim.user()];
      const group = await scim.group({ members: [{ value: one.id, display: one.userName }] });
      const displayName = scim.unique("renamed");
      answered(
        await scim.patch(`/Groups/${group.id}`, { op: "replace", value: { id: group.id, displayName } }),
        200,
      );
      answered(
        await scim.patch(
          `/Groups/${group.id}`,
          { op: "remove", path: `members[value eq "${one.id}"]` },
          { op: "add", path: "members", value: [{ value: two.id, display: two.userName }] },
        ),
        200,
      );
      const changed = answered(await scim.get(`/Groups/${group.id}`), 200);
      has(changed, { displayName });
      assert.deepEqual(memberIds(changed), [two.id]);
      answered(
        await scim.patch(`/Groups/${group.id}`, {
          op: "replace",
          path: "members",
          value: [{ value: one.id }],
        }),
        200,
      );
      assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${group.id}`), 200)), [one.id]);
      answered(await scim.send("DELETE", `/Groups/${group.id}`), 204);
    },
  }),
];
