import { join } from "node:path";
import { openProduct, type Product } from "../../support/product.ts";

/* What is held over a limit, as operators see it and decide about it over HTTP. */

const DEFAULT = join(__dirname, "..", "..", "fixtures", "policies", "default.yaml");

let product: Product;
let people: string[];
beforeEach(async () => {
  product = await openProduct();
  await product.startSync({ POLICY_FILE: DEFAULT });
  people = await Promise.all(Array.from({ length: 8 }, (_, at) => add(at)));
  await product.quiet();
  for (const id of people) await product.send("DELETE", `/scim/v2/Users/${id}`);
  await product.quiet();
});
afterEach(() => product.close());

const add = async (at: number): Promise<string> => {
  const body = {
    userName: `p${at}`,
    displayName: `P${at}`,
    phoneNumbers: [{ type: "mobile", value: `+852 9000 000${at}` }],
  };
  return (await product.send("POST", "/scim/v2/Users", { body })).body.id;
};
const holds = async (query = "") => (await product.send("GET", `/api/sync/holds${query}`)).body.holds;
const there = async () => (await product.remote()).users.length;

test("a hold tells who is kept back and why, in pages, and counts in the status", async () => {
  expect(await there()).toBe(3);
  expect((await product.send("GET", "/api/sync/status")).body.holds).toEqual({ open: 1 });
  const [hold] = await holds("?state=open");
  expect(hold).toMatchObject({
    state: "open",
    limit: "peopleRemoved",
    count: 3,
    passed: 5,
    allowed: 5,
    windowHours: 24,
  });
  const first = (await product.send("GET", `/api/sync/holds/${hold.id}?count=2`)).body;
  const second = (await product.send("GET", `/api/sync/holds/${hold.id}?count=2&after=${first.next}`)).body;
  const entities = [...first.entities, ...second.entities];
  expect(entities.map(({ id }) => id).sort()).toEqual(
    (await product.remote()).users.map(({ userid }) => userid).sort(),
  );
  expect(second.next).toBeUndefined();
  const [member] = entities;
  expect(member).toMatchObject({ kind: "user", action: "remove", name: expect.stringMatching(/^P/) });
  const { requestId, event } = member.causes.at(-1);
  expect((await product.send("GET", `/api/history/${event}`)).body).toMatchObject({
    code: "user.deleted",
    requestId,
  });
  const { items } = (await product.send("GET", "/api/sync/items?reason=heldByLimit")).body;
  expect(items).toHaveLength(3);
  expect(items[0].remedy).toContain(hold.id);
});

test("two tokens let it through, and an outdated digest does nothing", async () => {
  const [{ id, digest, count }] = await holds();
  const address = `/api/sync/holds/${id}/approve`;
  expect((await product.send("POST", address)).status).toBe(400);
  const stale = await product.send("POST", address, { body: { digest: "0", count } });
  expect([stale.status, stale.body]).toEqual([
    409,
    expect.objectContaining({ code: "CONFLICT", state: "open", digest, count }),
  ]);
  expect(
    (
      await product.send("POST", address, {
        body: { digest, count },
        token: await product.token(["history:read"]),
      })
    ).status,
  ).toBe(403);
  const first = await product.send("POST", address, { body: { digest, count } });
  expect([first.status, first.body.needsSecondApproval, first.body.state]).toEqual([202, true, "open"]);
  expect((await product.send("POST", address, { body: { digest, count } })).status).toBe(202);
  await product.quiet();
  expect(await there()).toBe(3);
  const second = await product.send("POST", address, {
    body: { digest, count },
    token: await product.token(["admin"]),
  });
  expect([second.status, second.body.state, second.body.approvals.length]).toEqual([200, "approved", 2]);
  await product.quiet();
  expect(await there()).toBe(0);
  expect((await product.send("POST", address, { body: { digest, count } })).status).toBe(409);
  const { events } = (
    await product.send("GET", `/api/history?${new URLSearchParams({ filter: 'code eq "hold.approved"' })}`)
  ).body;
  expect(events).toHaveLength(3);
  expect(events[0]).toMatchObject({
    actor: expect.stringMatching(/^token:/),
    detail: { hold: id, count: 3, digest },
  });
});

test("people are put back by their ids or by the hold, and never against the directory", async () => {
  const [{ id: hold }] = await holds();
  const restore = (body: object) => product.send("POST", "/api/sync/restore", { body });
  const answer = await restore({ hold });
  expect([answer.status, answer.body]).toEqual([
    409,
    expect.objectContaining({ code: "CONFLICT", restoring: 0 }),
  ]);
  expect(answer.body.people.map(({ result }: { result: string }) => result)).toEqual(
    Array.from({ length: 5 }, () => "deleted"),
  );
  expect((await restore({ hold: "00000000-0000-4000-8000-000000000000" })).status).toBe(404);
  for (const body of [{}, { ids: [] }, { ids: ["x"] }, { ids: people, hold }])
    expect((await restore(body)).status).toBe(400);

  const id = await add(9);
  await product.quiet();
  // As if they had been there once before.
  await product.pool.query(
    `insert into removed_people (target, entity_id, remote_id, attributes, counted, at)
     values ('dingtalk', $1, 'x', '{"remark":"Kept"}', true, now() - interval '1 day')`,
    [id],
  );
  expect((await restore({ ids: [id, people[0]] })).body).toEqual({
    people: [
      { id, name: "P9", result: "restoring" },
      { id: people[0], name: "P0", result: "deleted" },
    ],
    restoring: 1,
  });
  await product.quiet();
  expect((await product.remote()).users.find(({ userid }) => userid === id)).toMatchObject({
    remark: "Kept",
  });
  expect(
    (
      await product.send("POST", "/api/sync/restore", {
        body: { hold },
        token: await product.token(["history:read"]),
      })
    ).status,
  ).toBe(403);
});

test("what is rejected stays", async () => {
  const [{ id }] = await holds();
  expect((await product.send("POST", `/api/sync/holds/${id}/reject`)).body).toMatchObject({
    state: "rejected",
    count: 3,
  });
  await product.send("POST", "/api/sync/items/retry", { body: { reason: "heldByLimit" } });
  await product.quiet();
  expect(await there()).toBe(3);
  expect(await holds("?state=open")).toEqual([]);
});
