import { openProduct, type Product } from "../../support/product.ts";

/* The tree as operators look at it. */

let product: Product;
beforeAll(async () => {
  product = await openProduct();
  for (const displayName of ["Hong Kong/Retail/Shops", "Hong Kong/Finance", "深圳/门店", "hong kong annex"])
    await product.send("POST", "/scim/v2/Groups", { body: { displayName } });
  await product.startSync();
  await product.quiet();
});
afterAll(() => product.close());

interface Node {
  readonly id: string;
  readonly name: string;
  readonly path: readonly string[];
  readonly children: number;
  readonly state: string;
}
const list = async (query = "") =>
  (await product.send("GET", `/api/departments${query}`)).body as { departments: Node[]; next?: string };
const names = ({ departments }: { departments: readonly Node[] }) => departments.map(({ name }) => name);

test("it is walked level by level, by name", async () => {
  const top = await list();
  expect(names(top)).toEqual(["Hong Kong", "hong kong annex", "深圳"]);
  const [hongKong] = top.departments;
  expect(hongKong).toMatchObject({
    path: ["Hong Kong"],
    children: 2,
    state: "inSync",
    remoteId: expect.any(String),
  });
  const below = await list(`?parent=${hongKong!.id}`);
  expect(below.departments).toMatchObject([
    { name: "Finance", children: 0, path: ["Hong Kong", "Finance"] },
    { name: "Retail", children: 1, path: ["Hong Kong", "Retail"] },
  ]);
});

test("pages follow each other without a gap", async () => {
  const first = await list("?count=2");
  expect(names(first)).toEqual(["Hong Kong", "hong kong annex"]);
  const second = await list(`?count=2&after=${first.next}`);
  expect([names(second), second.next]).toEqual([["深圳"], undefined]);
});

test.each([
  ["SHOP", ["Shops"]],
  ["門店", ["门店"]],
  ["kong", ["Hong Kong", "hong kong annex"]],
  ["nothing of the kind", []],
])("%s is found anywhere in the tree", async (q, expected) => {
  expect(names(await list(`?q=${encodeURIComponent(q)}`))).toEqual(expected);
});

test.each(["?parent=x", "?parent=0198c6a2-3c1e-7a52-9d7e-1f0c5b7e2a11&q=a", "?after=x", "?count=0"])(
  "%s is refused",
  async (query) => {
    expect((await product.send("GET", `/api/departments${query}`)).status).toBe(400);
  },
);
