import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";

/* One person in three columns, under the rules as the files have them now. */

const folder = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-rules-"));
const file = join(folder, "mapping.yaml");
const titled = (rule: string): string =>
  DEFAULT_MAPPING.replace("title: firstOf(user.title, workday.businessTitle)", `title: ${rule}`);

let product: Product;
let id: string;
beforeAll(async () => {
  writeFileSync(file, DEFAULT_MAPPING);
  product = await openProduct({ settings: { MAPPING_FILE: file } });
  const phoneNumbers = [{ type: "mobile", value: "+852 9123 4567" }];
  const created = await product.send("POST", "/scim/v2/Users", {
    body: { userName: "li@example.com", displayName: "Li Wei", title: "Clerk", phoneNumbers },
  });
  id = created.body.id;
});
afterAll(async () => {
  await product.close();
  rmSync(folder, { recursive: true });
});

const look = (token?: string) =>
  product.send("GET", `/api/users/${id}`, token === undefined ? {} : { token });
const columnOf = (body: { columns: { attribute: string }[] }, name: string) =>
  body.columns.find(({ attribute }) => attribute === name);

test("each value has what the rule read, what is wanted, and what is there", async () => {
  const { body } = await look();
  expect(columnOf(body, "title")).toEqual({
    attribute: "title",
    source: [
      { path: "user.title", value: "Clerk" },
      { path: "workday.businessTitle", value: null },
    ],
    directory: "Clerk",
    target: null,
    differs: true,
  });
});

test("values of the source are for those who may see values", async () => {
  const { body } = await look(await product.token(["history:read"]));
  expect(columnOf(body, "title")).toMatchObject({
    source: [{ path: "user.title", value: null }, {}],
    directory: null,
  });
  expect(JSON.stringify(body.columns)).not.toMatch(/Clerk|9123/);
});

test("a changed mapping is seen at the next look, and a wrong one is told rather than the one before", async () => {
  writeFileSync(file, titled(`'"Chief " + user.title'`));
  expect(columnOf((await look()).body, "title")).toMatchObject({ directory: "Chief Clerk" });
  writeFileSync(file, titled("user.titel"));
  expect((await look()).status).toBe(500);
  writeFileSync(file, DEFAULT_MAPPING);
  expect(columnOf((await look()).body, "title")).toMatchObject({ directory: "Clerk" });
});

test("notes of the loop beside the remembered values are no attributes", async () => {
  await product.pool.query(
    `insert into links (target, kind, entity_id, remote_id, status, presence, attributes, observed_at)
     values ('dingtalk', 'user', $1, 'r1', 'owned', 'active', $2, now())`,
    [id, JSON.stringify({ title: "Cook", differed: ["title"], "kept.title": '["Clerk","Cook"]' })],
  );
  const { body } = await look();
  expect(columnOf(body, "title")).toMatchObject({ target: "Cook" });
  expect(columnOf(body, "differed")).toBeUndefined();
  expect(columnOf(body, "kept.title")).toBeUndefined();
});
