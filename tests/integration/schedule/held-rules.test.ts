import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { DEFAULT_POLICY } from "../../../src/policy/default-policy.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";

/* A changed mapping that reads dates otherwise is weighed before anybody is worked out by it. */

const CORE = "urn:ietf:params:scim:schemas:core:2.0:User";
const WORKER = "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker";
const COMING = 25;

let product: Product;
const folder = mkdtempSync(join(temporaryRoot(), "held-rules-"));
const POLICY_FILE = join(folder, "policy.yaml");
writeFileSync(POLICY_FILE, DEFAULT_POLICY);
let files = 0;
function settings(more: string) {
  const MAPPING_FILE = join(folder, `mapping-${++files}.yaml`);
  writeFileSync(MAPPING_FILE, `${DEFAULT_MAPPING}\n${more}\n`);
  return { MAPPING_FILE, POLICY_FILE };
}
const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

beforeAll(async () => {
  product = await openProduct({ settings: settings("") });
});
afterAll(() => product.close());

const add = (n: number, dates: object, more: object = {}) => ({
  schemas: [CORE, WORKER],
  userName: `p${n}@example.com`,
  displayName: `Person ${n}`,
  active: true,
  phoneNumbers: [{ type: "mobile", value: `+852 5${String(2_000_000 + n)}` }],
  ...more,
  [WORKER]: dates,
});
const holds = async () => (await product.send("GET", "/api/sync/holds?state=open")).body.holds;
const here = async () => (await product.remote()).users.length;
const active = async (): Promise<number> =>
  (await product.pool.query("select count(*)::int as n from people where active")).rows[0].n;
const isWorking = async () => {
  const { processes } = (await product.send("GET", "/api/sync/status")).body;
  return processes.length > 0 && processes.every(({ state }: { state: string }) => state !== "resting");
};

test("people whom it would bring in early are counted and held, and come when it is approved", async () => {
  for (let n = 0; n < 5; n++) await product.send("POST", "/scim/v2/Users", { body: add(n, {}) });
  for (let n = 5; n < 5 + COMING; n++)
    await product.send("POST", "/scim/v2/Users", { body: add(n, { hireDate: day(20) }) });
  const first = await product.startSync(settings(""));
  await product.until(async () => (await here()) === 5);
  await product.quiet();
  await first.stop(1_000);

  const early = settings("hire: { leadDays: 30 }");
  const second = await product.startSync(early);
  await product.until(async () => (await holds()).length === 1);
  const [hold] = await holds();
  expect(hold).toMatchObject({ limit: "mappingChanged", count: COMING });
  expect([await active(), await here()]).toEqual([5, 5]);
  await second.stop(1_000);

  // Back to the mapping of before: nobody has been touched.
  const third = await product.startSync(settings(""));
  await product.until(isWorking);
  await product.quiet();
  expect([await active(), await here()]).toEqual([5, 5]);
  await third.stop(1_000);

  const fourth = await product.startSync(early);
  await product.until(async () => (await holds()).length === 1);
  const [again] = await holds();
  const agreement = { digest: again.digest, count: COMING };
  const other = await product.token(["admin"]);
  for (const token of [product.bootstrap, other])
    await product.send("POST", `/api/sync/holds/${again.id}/approve`, { body: agreement, token });
  await product.until(async () => (await here()) === 5 + COMING);
  expect(await active()).toBe(5 + COMING);
  await product.quiet();
  await fourth.stop(1_000);
});

test("people whom it would put out leave when it is approved, and no other limit asks again", async () => {
  const LEAVING = 8;
  for (let n = 100; n < 100 + LEAVING; n++)
    await product.send("POST", "/scim/v2/Users", { body: add(n, { terminationDate: day(-3) }) });
  // They were written by a process that reads dates.
  const first = await product.startSync(settings("dates: false"));
  await product.until(async () => (await here()) === 5 + COMING + LEAVING);
  await product.quiet();
  await first.stop(1_000);
  await product.startSync(settings("hire: { leadDays: 29 }"));
  await product.until(async () => (await holds()).length === 1);
  const [hold] = await holds();
  expect(hold).toMatchObject({
    limit: "mappingChanged",
    count: LEAVING,
    detail: { exceeded: [{ limit: "peopleRemoved", count: LEAVING }] },
  });
  expect(await active()).toBe(5 + COMING + LEAVING);
  const agreement = { digest: hold.digest, count: LEAVING };
  const other = await product.token(["admin"]);
  for (const token of [product.bootstrap, other])
    await product.send("POST", `/api/sync/holds/${hold.id}/approve`, { body: agreement, token });
  await product.until(async () => (await here()) === 5 + COMING);
  expect(await holds()).toEqual([]);
});
