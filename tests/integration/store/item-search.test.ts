import { openProduct, type Product } from "../../support/product.ts";

/* Whoever is meant by what an operator types is found, by whatever of them it is. */

let product: Product;
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const ids: Record<string, string> = {};

beforeAll(async () => {
  product = await openProduct();
  const add = async (
    userName: string,
    displayName: string | undefined,
    mobile: string,
    { others = [], ...more }: Record<string, unknown> & { others?: readonly object[] } = {},
  ) => {
    const phoneNumbers = [{ type: "mobile", value: mobile }, ...others];
    const { body } = await product.send("POST", "/scim/v2/Users", {
      body: { userName, ...(displayName === undefined ? {} : { displayName }), phoneNumbers, ...more },
    });
    ids[userName] = body.id;
  };
  await add("mei.chan@example.com", "Chan Mei (IT)", "+852 9123-4567", {
    emails: [{ type: "work", value: "Mei.Other@corp.example" }],
    [ENTERPRISE]: { employeeNumber: "E-77" },
  });
  await add("dawen", "陳大文", "+86 138 0013 8000", { others: [{ type: "work", value: "+852 3000-2600" }] });
  await add("nameless@example.com", undefined, "+852 (6200)\u00a01000");
  await add("gone@example.com", "Gone Person", "+852 6200 2000");
  await add("odd", "100%_\\ [x]^", "+852 6200 3000");
  await product.send("POST", "/scim/v2/Groups", {
    body: { displayName: "Asia/Hong Kong", members: [{ value: ids["dawen"] }] },
  });
  const sync = await product.startSync();
  await product.quiet();
  await sync.stop(1_000);
  // Not removed at DingTalk yet: nothing runs.
  await product.send("DELETE", `/scim/v2/Users/${ids["gone@example.com"]}`);
});
afterAll(() => product.close());

const found = async (text: string, more = "") => {
  const { status, body } = await product.send("GET", `/api/sync/items?q=${encodeURIComponent(text)}${more}`);
  expect(status).toBe(200);
  return body.items.map(({ name, kind }: { name?: string; kind: string }) => `${kind} ${name}`).sort();
};

test.each<[string, string, readonly string[]]>([
  ["a part of the name, in any letter case", "CHAN m", ["user Chan Mei (IT)"]],
  ["letters of another width", "ｃｈａｎ", ["user Chan Mei (IT)"]],
  ["a part of the user name", "mei.ch", ["user Chan Mei (IT)"]],
  ["a part of an e-mail address", "other@CORP", ["user Chan Mei (IT)"]],
  ["the whole job number", "e-77", ["user Chan Mei (IT)"]],
  ["not a part of the job number", "e-7", []],
  ["simplified characters for traditional ones", "陈大", ["user 陳大文"]],
  ["the end of a number", "4567", ["user Chan Mei (IT)"]],
  ["the end of a number, as it is written", "00 13 80 00", ["user 陳大文"]],
  [
    "the end of a number with brackets and a blank that does not break",
    "62001000",
    ["user nameless@example.com"],
  ],
  ["not the middle of a number", "9123456", []],
  ["the end of another number of theirs", "2 600", ["user 陳大文"]],
  ["not digits that are in several numbers", "8000 2600", []],
  ["not what has hardly a digit", "-- 0", []],
  ["a user name where there is no other name", "nameless", ["user nameless@example.com"]],
  ["whom the directory has no more, until they are gone", "gone per", ["user Gone Person"]],
  ["signs that mean something elsewhere", "100%_\\ [x]^", ["user 100%_\\ [x]^"]],
  ["nobody", "nobody at all", []],
])("%s", async (_name, text, expected) => {
  expect(await found(text)).toEqual(expected);
});

test("an id, of anybody and anything", async () => {
  expect(await found(ids["dawen"]!)).toEqual(["user 陳大文"]);
  const [group] = (await product.send("GET", "/api/sync/items?kind=group")).body.items;
  expect(await found(group.id)).toEqual(["group Asia/Hong Kong"]);
});

test("departments and groups beside people, and by their kind alone", async () => {
  expect(await found("hong")).toEqual(["department Hong Kong", "group Asia/Hong Kong"]);
  expect(await found("hong", "&kind=department")).toEqual(["department Hong Kong"]);
  expect(await found("hong", "&kind=user")).toEqual([]);
});

test("what is found goes on page by page, in one order", async () => {
  const all = await product.send("GET", "/api/sync/items?q=e&kind=user");
  const seen: string[] = [];
  for (let after = ""; ; ) {
    const { body } = await product.send("GET", `/api/sync/items?q=e&kind=user&count=1${after}`);
    seen.push(...body.items.map(({ id }: { id: string }) => id));
    if (!body.next) break;
    after = `&after=${body.next}`;
  }
  expect(seen).toEqual(all.body.items.map(({ id }: { id: string }) => id));
  expect(seen.length).toBeGreaterThan(1);
});
