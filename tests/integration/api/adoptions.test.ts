import { openProduct, type Product } from "../../support/product.ts";

/* What operators see and decide about who was in DingTalk before. */

let product: Product;
beforeEach(async () => {
  product = await openProduct();
  await edit("/topapi/v2/user/create", {
    userid: "li.wei",
    name: "Li Wei",
    mobile: "+852-61110001",
    dept_id_list: "1",
    title: "Clerk",
  });
});
afterEach(() => product.close());

const edit = (call: string, body: object) => product.control("edit", { call, body });
const send = (method: string, path: string, body?: unknown) =>
  product.send(method, path, body === undefined ? {} : { body });
const list = async (query = "") =>
  (await send("GET", `/api/sync/adoptions${query}`)).body.adoptions as { id: string; state: string }[];

/** Li Wei of the directory, whose number the one at DingTalk has. */
async function proposed(): Promise<string> {
  const { body } = await send("POST", "/scim/v2/Users", {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: "li.wei@example.com",
    displayName: "Li Wei",
    active: true,
    phoneNumbers: [{ type: "mobile", value: "+852 6111 0001" }],
  });
  await product.startSync();
  await product.until(async () => (await list()).length > 0);
  await product.quiet();
  return body.id;
}

test("a proposal names both, the tier and what is equal; the status counts it", async () => {
  const id = await proposed();
  expect(await list("?state=proposed&tier=3&kind=user")).toEqual([
    {
      id: expect.any(String),
      kind: "user",
      entity: { id, name: "Li Wei" },
      remote: { id: "li.wei", name: "Li Wei", title: "Clerk", departments: [] },
      tier: 3,
      strength: "strong",
      matched: ["mobile", "name"],
      state: "proposed",
    },
  ]);
  expect(await list("?state=linked")).toEqual([]);
  expect((await send("GET", "/api/sync/status")).body.adoptions).toEqual({ proposed: 1 });
});

test("a tier is accepted by its count, 409 when that is another one", async () => {
  const id = await proposed();
  expect((await send("POST", "/api/sync/adoptions/accept", { tier: 3, count: 2 })).status).toBe(409);
  expect((await list())[0]).toMatchObject({ state: "proposed" });
  const { status, body } = await send("POST", "/api/sync/adoptions/accept", { tier: 3, count: 1 });
  expect([status, body]).toEqual([200, { tier: 3, count: 1, accepted: 1 }]);
  await product.quiet();
  const { items } = (await send("GET", "/api/sync/items?kind=user")).body;
  expect(items).toEqual([expect.objectContaining({ id, remoteId: "li.wei", state: "inSync" })]);
  expect((await product.remote()).users).toHaveLength(1);
  const events = (await send("GET", "/api/history?filter=code%20eq%20%22adoption.linked%22")).body.events;
  expect(events).toEqual([
    expect.objectContaining({ requestId: expect.any(String), subject: { kind: "user", id } }),
  ]);
});

test("one is accepted, given back, and linked again; nothing changes at DingTalk by that", async () => {
  const id = await proposed();
  const [{ id: adoption } = { id: "" }] = await list();
  expect((await send("POST", `/api/sync/adoptions/${adoption}/accept`)).body).toMatchObject({
    state: "linked",
    decidedBy: expect.any(String),
  });
  await product.quiet();
  const before = await product.remote();
  expect((await send("POST", `/api/sync/items/user/${id}/unlink`)).body).toMatchObject({
    state: "rejected",
    remote: { id: "li.wei" },
  });
  await product.quiet();
  expect(await product.remote()).toEqual(before);
  expect((await send("POST", `/api/sync/items/user/${id}/unlink`)).status).toBe(404);
  expect((await send("POST", `/api/sync/adoptions/${adoption}/accept`)).body).toMatchObject({
    state: "linked",
  });
  expect((await send("POST", `/api/sync/adoptions/${adoption}/accept`)).status).toBe(409);
});

test("what is rejected stays rejected", async () => {
  await proposed();
  const [{ id: adoption } = { id: "" }] = await list();
  expect((await send("POST", `/api/sync/adoptions/${adoption}/reject`)).body).toMatchObject({
    state: "rejected",
  });
  expect((await send("POST", `/api/sync/adoptions/${adoption}/reject`)).status).toBe(409);
});

test.each<[string, string, unknown, number]>([
  ["POST", "/api/sync/adoptions/accept", { tier: 7, count: 1 }, 400],
  ["POST", "/api/sync/adoptions/accept", { tier: 2 }, 400],
  ["POST", "/api/sync/adoptions/accept", { tier: 2, count: "1" }, 400],
  ["POST", "/api/sync/adoptions/nobody/accept", undefined, 404],
  ["POST", "/api/sync/adoptions/019ab2c4-5d6e-7f80-9123-456789abcdef/reject", undefined, 404],
  ["POST", "/api/sync/items/role/019ab2c4-5d6e-7f80-9123-456789abcdef/unlink", undefined, 404],
  ["GET", "/api/sync/adoptions?state=lost", undefined, 400],
  ["GET", "/api/sync/adoptions?tier=9", undefined, 400],
  ["GET", "/api/sync/adoptions?after=x", undefined, 400],
  ["PUT", "/api/sync/adoptions", {}, 405],
])("%s %s is refused", async (method, path, body, status) => {
  expect((await send(method, path, body)).status).toBe(status);
});

test("deciding needs the scope admin", async () => {
  const token = await product.token(["history:read"]);
  const accept = { token, body: { tier: 3, count: 0 } };
  expect((await product.send("POST", "/api/sync/adoptions/accept", accept)).status).toBe(403);
  expect((await product.send("GET", "/api/sync/adoptions", { token })).status).toBe(200);
});
