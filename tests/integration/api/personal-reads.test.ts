import type { HistoryEvent } from "../../../src/history/event.ts";
import { openProduct, type Product } from "../../support/product.ts";

/* Who may see values, and that it is recorded. */

let product: Product;
let [mei, li] = ["", ""];
let [auditor, viewer] = ["", ""];
beforeAll(async () => {
  product = await openProduct();
  const create = async (name: string, mobile: string): Promise<string> => {
    const phoneNumbers = [{ type: "mobile", value: mobile }];
    const body = {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName: name,
      displayName: name,
      title: "Clerk",
      phoneNumbers,
    };
    return (await product.send("POST", "/scim/v2/Users", { body })).body.id;
  };
  [mei, li] = [await create("mei", "+852 6111 0001"), await create("li", "+852 6111 0002")];
  auditor = await product.token(["history:read", "history:personal"], "audit");
  viewer = await product.token(["history:read"], "audit");
});
afterAll(() => product.close());

const history = async (filter: string, token: string) =>
  (await product.send("GET", `/api/history?filter=${encodeURIComponent(filter)}`, { token })).body.events;
const reads = async (): Promise<readonly HistoryEvent[]> =>
  (await history('code eq "personal.read"', viewer)).reverse();

test("with history:read alone an event tells what changed and not from what to what; nobody has read anything then", async () => {
  const [event] = await history(`subject eq "${mei}"`, viewer);
  expect(event).toMatchObject({ code: "user.created", changes: { title: {}, displayName: {} } });
  expect(JSON.stringify(event)).not.toContain("Clerk");
  const { body } = await product.send("GET", `/api/history/${event.id}`, { token: viewer });
  expect(body.changes.title).toEqual({});
  expect(await reads()).toEqual([]);
});

test("with history:personal it tells the values, and each reading is an event, once for what is asked again and again", async () => {
  for (const _ of [1, 2])
    expect((await history(`subject eq "${mei}"`, auditor))[0].changes.title).toEqual({ after: "Clerk" });
  expect((await history('code eq "user.created"', auditor)).length).toBe(2);
  const [alone, both, ...others] = await reads();
  expect(others).toEqual([]);
  expect(alone?.detail).toEqual({ address: "/api/history", people: 1, subjects: [mei] });
  expect(both).toMatchObject({ actor: alone?.actor, detail: { people: 2, subjects: [mei, li] } });
  const { rows } = await product.pool.query(
    "select event from personal_reads where subject = $1 order by event",
    [li],
  );
  expect(rows).toEqual([{ event: both?.id }]);
});

test("a plan, an item and a person show values to the same only", async () => {
  const loop = await product.startSync({ SYNC_MODE: "observe" });
  await product.quiet();
  await loop.stop(2_000);
  const before = (await reads()).length;
  for (const [token, seen] of [
    [viewer, false],
    [auditor, true],
  ] as const)
    for (const address of ["/api/sync/plan", "/api/sync/items", `/api/users/${mei}`]) {
      const { status, text } = await product.send("GET", address, { token });
      expect([address, status, text.includes("Clerk")]).toEqual([address, 200, seen]);
    }
  expect((await reads()).slice(before).map(({ detail }) => detail?.address)).toEqual([
    "/api/sync/plan",
    "/api/sync/items",
    "/api/users",
  ]);
});

test("what cannot be recorded is not shown", async () => {
  await product.pool.query("alter table personal_reads rename to away");
  try {
    const { status, text } = await product.send(
      "GET",
      `/api/history?filter=${encodeURIComponent(`subject eq "${li}"`)}`,
      {
        token: auditor,
      },
    );
    expect(status).toBeGreaterThanOrEqual(500);
    expect(text).not.toContain("Clerk");
  } finally {
    await product.pool.query("alter table away rename to personal_reads");
  }
});
