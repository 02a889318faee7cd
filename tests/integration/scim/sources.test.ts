import { GROUP, message, type ScimClient, USER } from "../../conformance/client.ts";
import { type OpenScim, openScim } from "./open-scim.ts";

/* docs/threats.md T18: what belongs to one source does not exist for another. */

let open: OpenScim;
let owner: ScimClient;
let stranger: ScimClient;

beforeAll(async () => {
  open = await openScim();
  owner = open.scim;
  stranger = await open.stranger();
});

afterAll(() => open.close());

test("another source sees 404 for every id, whatever it does with it, and changes nothing", async () => {
  const user = await owner.user({ externalId: "e-1" });
  const group = await owner.group({ members: [{ value: user.id }] });
  const before = await open.contents();
  const patch = { Operations: [{ op: "replace", path: "displayName", value: "mine" }] };
  const members = { Operations: [{ op: "add", path: "members", value: [{ value: user.id }] }] };
  const answers = [
    await stranger.get(`/Users/${user.id}`),
    await stranger.get(`/Groups/${group.id}`),
    await stranger.send("PUT", `/Users/${user.id}`, { schemas: [USER], userName: "mine" }),
    await stranger.send("PUT", `/Groups/${group.id}`, { schemas: [GROUP], displayName: "mine" }),
    await stranger.send("PATCH", `/Users/${user.id}`, patch),
    await stranger.send("PATCH", `/Groups/${group.id}`, patch),
    await stranger.send("PATCH", `/Groups/${group.id}`, members),
    await stranger.send("DELETE", `/Users/${user.id}`),
    await stranger.send("DELETE", `/Groups/${group.id}`),
  ];
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
  const bulk = await stranger.send("POST", "/Bulk", {
    schemas: [message("BulkRequest")],
    Operations: [{ method: "DELETE", path: `/Users/${user.id}` }],
  });
  expect(bulk.body.Operations[0].status).toBe("404");
  expect(await open.contents()).toEqual(before);
});

test("lists and searches show a source only its own", async () => {
  await owner.group({ members: [{ value: (await owner.user()).id }] });
  for (const path of ["/Users", "/Groups", "/"])
    expect((await stranger.get(path)).body).toMatchObject({ totalResults: 0, Resources: [] });
  const search = await stranger.send("POST", "/.search", {
    schemas: [message("SearchRequest")],
    filter: "id pr",
  });
  expect(search.body.totalResults).toBe(0);
});

test("nobody becomes a member across sources", async () => {
  const person = await owner.user();
  const theirs = await owner.group();
  const group = await stranger.group();
  for (const { id } of [person, theirs]) {
    expect(
      (await stranger.patch(`/Groups/${group.id}`, { op: "add", path: "members", value: [{ value: id }] }))
        .status,
    ).toBe(400);
    expect(
      (await stranger.send("PUT", `/Groups/${group.id}`, { ...group, members: [{ value: id }] })).status,
    ).toBe(400);
    expect(
      (
        await stranger.send("POST", "/Groups", {
          schemas: [GROUP],
          displayName: "x",
          members: [{ value: id }],
        })
      ).status,
    ).toBe(400);
  }
});

test("names are unique within a source only, and external ids are the client's own", async () => {
  const user = await owner.user({ externalId: "shared" });
  await stranger.user({ userName: user.userName, externalId: "shared" });
  const group = await owner.group();
  await stranger.group({ displayName: group.displayName });
});

test("a token without the scope may not even discover", async () => {
  const token = await open.app.addSource("auditor", ["history:read"]);
  for (const path of ["/Users", "/Schemas", "/ServiceProviderConfig"]) {
    const answer = await owner.send("GET", path, undefined, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect([answer.status, answer.body.status]).toEqual([403, "403"]);
  }
});
