import { openProduct, type Product } from "../../support/product.ts";

/* Somebody who was deleted is found by the name they had. */

let product: Product;
let auditor: string;
const ids: Record<string, string> = {};

const search = (q: string, token = auditor) =>
  product.send("GET", `/api/history/deleted?${new URLSearchParams({ q })}`, { token });
const found = async (q: string): Promise<readonly string[]> =>
  (await search(q)).body.people.map(({ id }: { id: string }) =>
    Object.keys(ids).find((name) => ids[name] === id),
  );

beforeAll(async () => {
  product = await openProduct();
  auditor = await product.token(["history:read", "history:personal"]);
  const add = async (name: string, body: object) => {
    ids[name] = (await product.send("POST", "/scim/v2/Users", { body })).body.id;
  };
  await add("chen", {
    userName: "wk.chen@example.com",
    displayName: "陳衛國",
    name: { familyName: "Chen", givenName: "Wai Kwok" },
  });
  await add("mei", {
    userName: "mei@example.com",
    displayName: "Mei Lam",
    emails: [{ type: "work", value: "lam.mei@example.org" }],
  });
  await add("stays", { userName: "stays@example.com", displayName: "Mei Stays" });
  await product.send("DELETE", `/scim/v2/Users/${ids.chen}`);
  await product.send("DELETE", `/scim/v2/Users/${ids.mei}`);
});
afterAll(() => product.close());

test.each<[string, readonly string[]]>([
  ["陳衛國", ["chen"]],
  ["陈卫国", ["chen"]],
  ["wai kwok", ["chen"]],
  ["MEI", ["mei"]],
  ["lam.mei@example.org", ["mei"]],
  ["@example.com", ["mei", "chen"]],
  ["nobody", []],
])("%s finds %j, the last deleted first", async (q, expected) => expect(await found(q)).toEqual(expected));

test("what is told leads to what happened, and the reading is recorded", async () => {
  const { people, complete } = (await search("陈卫国")).body;
  expect(people).toEqual([
    {
      id: ids.chen,
      userName: "wk.chen@example.com",
      displayName: "陳衛國",
      at: expect.any(String),
      event: expect.any(String),
    },
  ]);
  expect(complete).toBe(true);
  const event = await product.send("GET", `/api/history/${people[0].event}`, { token: auditor });
  expect(event.body).toMatchObject({ code: "user.deleted", subject: { kind: "user", id: ids.chen } });
  const { rows } = await product.pool.query(
    "select detail from history where code = 'personal.read' and detail::text like '%/api/history/deleted%' and detail::text like $1",
    [`%${ids.chen}%`],
  );
  expect(rows.length).toBeGreaterThan(0);
});

test("of many the first of `count` are told, and that there are more", async () => {
  const answer = await product.send("GET", "/api/history/deleted?q=example.com&count=1", { token: auditor });
  expect(answer.body).toMatchObject({ people: [{ id: ids.mei }], complete: false });
});

test("who may not see values finds nobody", async () => {
  const blind = await product.token(["history:read"]);
  expect((await search("mei", blind)).body).toEqual({ people: [], complete: false, masked: true });
});

test("a search without a name is refused", async () => expect((await search(" ")).status).toBe(400));

test("whoever was erased is not found", async () => {
  await product.pool.query(
    "update subject_keys set wrapped = null, destroyed_at = now() where subject = $1",
    [ids.mei],
  );
  expect(await found("mei lam")).toEqual([]);
});
