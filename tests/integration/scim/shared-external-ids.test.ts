import { message, type Resource, USER } from "../../conformance/client.ts";
import { type OpenScim, openScim } from "./open-scim.ts";

/*
 * RFC 7643 section 3.1: an externalId is the client's to keep unique. What several have in common, all of
 * them are found by.
 */

let open: OpenScim;

beforeAll(async () => {
  open = await openScim();
});

afterAll(() => open.close());

const eq = (value: string) => `externalId eq "${value}"`;
const idsIn = (list: Resource): string[] => list.Resources.map(({ id }: Resource) => id);

test.each(["Users", "Groups"])("%s of one externalId are all answered, counted and paged", async (kind) => {
  const { scim } = open;
  const externalId = scim.unique("shared");
  const make = () => (kind === "Users" ? scim.user({ externalId }) : scim.group({ externalId }));
  const ids = [(await make()).id, (await make()).id, (await make()).id];
  const all = (await scim.get(`/${kind}`, { filter: eq(externalId) })).body;
  expect([all.totalResults, idsIn(all).sort()]).toEqual([3, [...ids].sort()]);
  const pages = [1, 2, 3, 4].map(
    async (startIndex) => (await scim.get(`/${kind}`, { filter: eq(externalId), startIndex, count: 1 })).body,
  );
  const [first, second, third, beyond] = await Promise.all(pages);
  expect([first, second, third, beyond].map((page) => page?.totalResults)).toEqual([3, 3, 3, 3]);
  expect([first, second, third].flatMap((page) => idsIn(page!))).toEqual(idsIn(all));
  expect(idsIn(beyond!)).toEqual([]);
});

test("look-ups side by side, of which some find several, each get their own", async () => {
  const { scim } = open;
  const [one, two] = [scim.unique("one"), scim.unique("two")];
  const alone = await scim.user({ externalId: one });
  const pair = [await scim.user({ externalId: two }), await scim.user({ externalId: two })].map(
    ({ id }) => id,
  );
  const asked = [one, two, "nobody", one, two];
  const lists = await Promise.all(
    asked.map(async (value) => (await scim.get("/Users", { filter: eq(value) })).body),
  );
  expect(lists.map((list) => idsIn(list).sort())).toEqual([
    [alone.id],
    pair.sort(),
    [],
    [alone.id],
    pair.sort(),
  ]);
});

test("Okta's rename: the account is inactive, and a new user name with the same externalId is somebody new", async () => {
  const { scim } = open;
  const externalId = scim.unique("00u");
  const before = await scim.user({ externalId });
  await scim.patch(`/Users/${before.id}`, { op: "replace", value: { active: false } });
  const userName = scim.unique("renamed");
  expect((await scim.get("/Users", { filter: `userName eq "${userName}"` })).body.totalResults).toBe(0);
  const created = await scim.send("POST", "/Users", { schemas: [USER], userName, externalId, active: true });
  expect([created.status, created.body.id === before.id]).toEqual([201, false]);
  expect((await scim.get(`/Users/${before.id}`)).body).toMatchObject({
    active: false,
    userName: before.userName,
  });
});

test("an externalId becomes somebody else's by PATCH, PUT and Bulk too", async () => {
  const { scim } = open;
  const externalId = scim.unique("nick");
  const [first, second, third] = [await scim.user({ externalId }), await scim.user(), await scim.user()];
  expect(
    (await scim.patch(`/Users/${second.id}`, { op: "replace", path: "externalId", value: externalId }))
      .status,
  ).toBe(200);
  expect(
    (await scim.send("PUT", `/Users/${third.id}`, { schemas: [USER], userName: third.userName, externalId }))
      .status,
  ).toBe(200);
  const bulk = await scim.send("POST", "/Bulk", {
    schemas: [message("BulkRequest")],
    Operations: [1, 2].map((n) => ({
      method: "POST",
      path: "/Users",
      bulkId: `b${n}`,
      data: { schemas: [USER], userName: scim.unique("bulk"), externalId },
    })),
  });
  expect(bulk.body.Operations.map(({ status }: Resource) => status)).toEqual(["201", "201"]);
  expect((await scim.get("/Users", { filter: eq(externalId) })).body.totalResults).toBe(5);
  expect((await scim.get(`/Users/${first.id}`)).body.userName).toBe(first.userName);
});

test("user names and group names stay unique", async () => {
  const { scim } = open;
  const user = await scim.user();
  const again = await scim.send("POST", "/Users", {
    schemas: [USER],
    userName: user.userName.toUpperCase(),
    externalId: scim.unique("e"),
  });
  expect([again.status, again.body.scimType]).toEqual([409, "uniqueness"]);
});
