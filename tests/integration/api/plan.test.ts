import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RAISED_POLICY_FILE } from "../../support/policies.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";

/* The plan of everybody over HTTP: a summary first, items page by page, as if the mode were another one. */

const RAISED = readFileSync(RAISED_POLICY_FILE, "utf8");
const folder = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-plan-"));
const policyFile = join(folder, "policy.yaml");
let product: Product;
const ids: string[] = [];

beforeAll(async () => {
  writeFileSync(policyFile, RAISED);
  product = await openProduct({ settings: { POLICY_FILE: policyFile } });
  for (let n = 0; n < 5; n++) {
    const phoneNumbers = [{ type: "mobile", value: `+852 9400 000${n}` }];
    const body = { userName: `p${n}`, displayName: `P ${n}`, title: "Clerk", phoneNumbers };
    ids.push((await product.send("POST", "/scim/v2/Users", { body })).body.id);
  }
  const members = ids.map((value) => ({ value }));
  await product.send("POST", "/scim/v2/Groups", { body: { displayName: "HK/Sales", members } });
});
afterAll(async () => {
  await product.close();
  rmSync(folder, { recursive: true });
});

const plan = async (query: Record<string, string> = {}, token?: string) =>
  product.send("GET", `/api/sync/plan?${new URLSearchParams(query)}`, token === undefined ? {} : { token });

test("the plan says what the loop then does, and is empty afterwards", async () => {
  const { status, body } = await plan();
  expect(status).toBe(200);
  expect(body.summary).toMatchObject({
    create: 7,
    update: 0,
    remove: 0,
    suspend: 0,
    resume: 0,
    held: 0,
    calls: 7,
  });
  expect(body.items).toHaveLength(7);
  const user = body.items.find(({ id }: { id: string }) => id === ids[0]);
  expect(user).toMatchObject({
    kind: "user",
    name: "P 0",
    action: "create",
    changes: { title: { after: "Clerk" } },
  });
  expect((await product.remote()).users.filter(({ userid }) => ids.includes(userid))).toEqual([]);

  const sync = await product.startSync();
  await product.quiet();
  await sync.stop(1_000);
  const calls = await product.calls();
  expect([calls["/topapi/v2/user/create"], calls["/topapi/v2/department/create"]]).toEqual([5, 2]);
  expect((await plan()).body).toMatchObject({
    summary: { create: 0, update: 0, calls: 0, byAttribute: {}, minutes: 0 },
    items: [],
  });
});

test("it pages, filters, and holds back what a mode does not do", async () => {
  await product.send("DELETE", `/scim/v2/Users/${ids[0]}`);
  const Operations = [{ op: "replace", path: "title", value: "Head" }];
  const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
  for (const id of ids.slice(1))
    await product.send("PATCH", `/scim/v2/Users/${id}`, { body: { schemas, Operations } });

  const whole = (await plan()).body;
  expect(whole.summary).toMatchObject({ update: 4, remove: 1, byAttribute: { title: 4 }, calls: 5 });
  const seen: object[] = [];
  for (let after: string | undefined, first = true; first || after; first = false) {
    const page = (await plan({ count: "2", ...(after ? { after } : {}) })).body;
    seen.push(...page.items);
    after = page.next;
  }
  expect(seen).toEqual(whole.items);
  const removed = (await plan({ action: "remove" })).body.items;
  expect(removed).toMatchObject([{ id: ids[0], name: "P 0", action: "remove" }]);
  expect((await plan({ kind: "department" })).body.items).toEqual([]);

  const upsert = (await plan({ mode: "upsert" })).body;
  expect(upsert.summary).toMatchObject({ update: 4, remove: 0, held: 1 });
  expect(upsert.items.find(({ id }: { id: string }) => id === ids[0])).toMatchObject({
    heldBy: "modeUpsert",
  });
  expect((await plan({ mode: "observe" })).body.summary).toMatchObject({
    update: 0,
    remove: 0,
    held: 5,
    calls: 0,
  });
});

const file = (query: Record<string, string>, token?: string) =>
  product.send(
    "GET",
    `/api/sync/plan/export?${new URLSearchParams(query)}`,
    token === undefined ? {} : { token },
  );

test("the whole plan is a file: what the pages have, with masked numbers", async () => {
  const phoneNumbers = [{ type: "mobile", value: "+852 9400 7777" }];
  const PHONE = [{ op: "replace", path: "phoneNumbers", value: phoneNumbers }];
  const NAME = [{ op: "replace", path: "displayName", value: "=cmd|'/C calc'!A0" }];
  const schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
  for (const [id, Operations] of [
    [ids[1], PHONE],
    [ids[2], NAME],
  ] as const)
    await product.send("PATCH", `/scim/v2/Users/${id}`, { body: { schemas, Operations } });
  const whole = (await plan({ count: "2" })).body;
  const json = await file({ format: "json" });
  expect([json.status, json.headers.get("content-disposition")]).toEqual([
    200,
    'attachment; filename="plan.json"',
  ]);
  const { summary, advice, items } = JSON.parse(json.text);
  expect({ summary, advice }).toEqual({ summary: whole.summary, advice: whole.advice });
  expect(items).toHaveLength(5);
  const changed = items.find(({ id }: { id: string }) => id === ids[1]).changes;
  expect(changed).toMatchObject({
    title: { before: "Clerk", after: "Head" },
    mobile: { before: "••••0001", after: "••••7777" },
  });
  expect(json.text).not.toMatch(/9400.?7777/);

  const csv = await file({ format: "csv" });
  expect(csv.headers.get("content-type")).toMatch(/^text\/csv/);
  const lines = csv.text.trim().split("\r\n");
  expect(lines[0]).toContain('"kind","id","name","action","heldBy","until","attribute","before","after"');
  expect(lines).toContain(`"user","${ids[1]}","P 1","update","","","mobile","••••0001","••••7777"`);
  expect(csv.text).toContain(`"'=cmd|'/C calc'!A0"`);
  expect(csv.text).not.toMatch(/"=cmd|9400.?7777/);
  const [, ...removed] = (await file({ format: "csv", action: "remove" })).text.trim().split("\r\n");
  expect(removed.map((line) => line.split(",").slice(0, 4).join())).toEqual(
    removed.map(() => `"user","${ids[0]}","P 0","remove"`),
  );
  expect(removed.length).toBeGreaterThan(0);
  const held = JSON.parse((await file({ format: "json", mode: "observe" })).text).items;
  expect(held.every(({ heldBy }: { heldBy?: string }) => heldBy === "modeObserve")).toBe(true);

  const operator = await file({ format: "csv" }, await product.token(["admin"]));
  expect(operator.text).not.toMatch(/Head|••••/);
  for (const query of [{ format: "xml" }, { mode: "all" }, { action: "none" }])
    expect((await file(query as Record<string, string>)).status).toBe(400);
  expect((await file({}, await product.token(["provision"]))).status).toBe(403);
});

test("a page of a plan whose session has ended comes from a new plan", async () => {
  const path = "sync";
  const first = (await plan({ mode: path, count: "2" })).body;
  const { rows } = await product.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like '%from plan_items%' and pid <> pg_backend_pid()",
  );
  expect(rows.length).toBeGreaterThan(0);
  await product.until(
    async () =>
      (
        await product.pool.query(
          "select from pg_stat_activity where datname = current_database() and query like '%from plan_items%' and pid <> pg_backend_pid()",
        )
      ).rows.length === 0,
  );
  const { status, body } = await plan({ mode: path, count: "2", after: first.next });
  expect([status, body.items.length]).toEqual([200, 2]);
});

test.each<[string, string, readonly object[]]>([
  ["nothing, as nobody waits", "", []],
  [
    "that leavers keep their access for the grace",
    "grace: 36h",
    [{ code: "graceKeepsAccess", minutes: 36 * 60 }],
  ],
  ["nothing, as it is meant", "grace: { regular: 36h, keepsAccess: true }", []],
])("what the policy may not mean: %s", async (_what, grace, advice) => {
  writeFileSync(policyFile, `${RAISED}\n${grace}\n`);
  const { status, body } = await plan();
  writeFileSync(policyFile, RAISED);
  expect(status).toBe(200);
  expect(body.advice).toEqual(
    advice.map((each) => ({
      ...each,
      text: expect.any(String),
      remedy: expect.stringContaining("inactive.parkIn"),
    })),
  );
});

test("values are for those who may read the history; what cannot be understood is refused", async () => {
  const operator = (await plan({}, await product.token(["admin"]))).body.items;
  expect(operator.find(({ id }: { id: string }) => id === ids[1]).changes).toEqual({ title: {}, mobile: {} });
  for (const query of [
    { mode: "all" },
    { action: "none" },
    { kind: "group" },
    { after: "x" },
    { count: "0" },
  ])
    expect((await plan(query as Record<string, string>)).status).toBe(400);
  expect((await plan({}, await product.token(["provision"]))).status).toBe(403);
});
