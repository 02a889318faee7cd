import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Clock, systemClock } from "../../../src/core/clock.ts";
import { CannotStart } from "../../../src/core/errors.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { createReconcileStore } from "../../../src/store/create.ts";
import { openProduct, type Product, type ProductOptions } from "../../support/product.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";
import { testVault } from "../../support/vault.ts";

/* What a start does before the first entity is looked at, and what it takes up again. */

let product: Product;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(temporaryRoot(), "mapping-"));
});
afterEach(async () => {
  await product.close();
  rmSync(folder, { recursive: true });
});

const open = async (options: ProductOptions = {}) => {
  product = await openProduct(options);
};
const status = async () => (await product.send("GET", "/api/sync/status")).body;
/** Counts of the status that took long, as on a busy machine, are told again for a while. */
const held = async () => (await product.send("GET", "/api/sync/items?state=held")).body.items.length;
const events = async (filter: string) =>
  (await product.send("GET", `/api/history?${new URLSearchParams({ filter })}`)).body.events;
const add = async (displayName: string, more: object = {}): Promise<string> => {
  const body = {
    userName: displayName,
    displayName,
    phoneNumbers: [{ type: "mobile", value: `+852 9000 ${1000 + displayName.length}` }],
    ...more,
  };
  return (await product.send("POST", "/scim/v2/Users", { body })).body.id;
};
test("the credentials of another organisation stop the start before anything is asked of it", async () => {
  await open();
  await add("Li");
  const first = await product.startSync({ SYNC_MODE: "observe" });
  await product.until(async () => (await held()) === 1);
  await first.stop(1_000);
  const before = await product.calls();
  await expect(product.startSync({ DINGTALK_CORP_ID: "dingother" })).rejects.toBeInstanceOf(CannotStart);
  await expect(product.startSync({ DINGTALK_CORP_ID: "dingother" })).rejects.toThrow("dingsandbox");
  expect(await product.calls()).toEqual(before);
  expect((await status()).states).toMatchObject({ held: 1, due: 0 });
});

test("what was held in one mode is taken up in the next, by itself", async () => {
  await open();
  const li = await add("Li");
  const observing = await product.startSync({ SYNC_MODE: "observe" });
  await product.until(async () => (await held()) === 1);
  await observing.stop(1_000);
  expect((await product.remote()).users).toEqual([]);

  const upserting = await product.startSync({ SYNC_MODE: "upsert" });
  await product.until(async () => (await status()).states.inSync === 1);
  expect((await product.remote()).users.map(({ userid }) => userid)).toEqual([li]);
  await product.send("DELETE", `/scim/v2/Users/${li}`);
  await product.until(async () => (await held()) === 1);
  await upserting.stop(1_000);

  await product.startSync({ SYNC_MODE: "sync" });
  await product.until(async () => (await product.remote()).users.length === 0);
  await product.quiet();

  const changes = await events('code eq "mode.changed"');
  expect(changes).toMatchObject([
    { actor: "system", detail: { mode: "sync", before: { mode: "upsert" } } },
    { actor: "system", detail: { mode: "upsert", before: { mode: "observe" } } },
  ]);
  const story = (await product.send("GET", `/api/history/${changes[0].id}`)).body;
  expect(story.effects).toContainEqual(expect.objectContaining({ code: "target.outcome", outcome: "done" }));
});

test("other rules are applied to everybody, and the history says so", async () => {
  await open();
  const li = await add("Li", { title: "Clerk", nickName: "L" });
  const wu = await add("Wuu", { title: "Head" });
  const first = await product.startSync();
  await product.quiet();
  await first.stop(1_000);
  const writes = await events('code eq "target.intent"');

  // The same rules again: nothing is written. The check at start also calls user/update, for nobody.
  const same = await product.startSync();
  await product.quiet();
  await same.stop(1_000);
  expect(await events('code eq "target.intent"')).toEqual(writes);
  expect(await events('code eq "mapping.changed"')).toHaveLength(1);

  const file = join(folder, "mapping.yaml");
  const rules = DEFAULT_MAPPING.replace(/^( *title:).*$/m, "$1 \"'Staff'\"");
  expect(rules).not.toBe(DEFAULT_MAPPING);
  writeFileSync(file, rules);
  await product.startSync({ MAPPING_FILE: file });
  await product.quiet();
  await product.until(async () => (await product.remote()).users.every(({ title }) => title === "Staff"));
  await product.quiet();

  const [changed, initial] = await events('code eq "mapping.changed"');
  expect(changed).toMatchObject({
    actor: "system",
    target: "dingtalk",
    detail: { mode: "sync", before: { mapping: initial.detail.mapping, mode: "sync" } },
  });
  expect(changed.detail.mapping).not.toBe(initial.detail.mapping);
  const story = (await product.send("GET", `/api/history/${changed.id}`)).body;
  const touched = story.effects
    .filter(({ code }: { code: string }) => code === "target.intent")
    .map((event: { subject: { id: string } }) => event.subject.id);
  expect(touched.sort()).toEqual([li, wu].sort());
});

test("another policy is an event, and what was held is judged again", async () => {
  await open();
  const first = await product.startSync({ SYNC_MODE: "observe" });
  await add("Li");
  await product.until(async () => (await held()) === 1);
  await first.stop(1_000);
  expect(await events('code eq "policy.changed"')).toEqual([]);

  const file = join(folder, "policy.yaml");
  writeFileSync(file, "version: 1\nlimits: { peopleRemoved: { atLeast: 7 } }\n");
  await product.startSync({ SYNC_MODE: "observe", POLICY_FILE: file });
  const [changed] = await events('code eq "policy.changed"');
  expect(changed).toMatchObject({
    actor: "system",
    detail: { mode: "observe", before: { mode: "observe" } },
  });
  expect(changed.detail.policy).not.toBe(changed.detail.before.policy);
  await product.until(async () => (await status()).states.due === 0);
  expect(await held()).toBe(1);
});

describe("a target that is not ready", () => {
  /** The minute until the next look is over at once. */
  const impatient: Clock = {
    ...systemClock,
    sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 100), signal),
  };

  test("rests with the reason for operators to see, and is worked on as soon as it is mended", async () => {
    await open({ clock: impatient, switches: { revokedPermissions: ["qyapi_manage_addresslist"] } });
    await add("Li");
    await product.startSync();
    await product.until(async () => (await status()).targetPause !== null);
    const { targetPause, states } = await status();
    expect(targetPause.reason).toMatch(/^not ready: .*grant qyapi_manage_addresslist/);
    expect(states).toMatchObject({ due: 1 });
    expect((await product.remote()).users).toEqual([]);
    expect(Object.keys(await product.calls())).not.toContain("/topapi/v2/user/create");
    await product.until(async () =>
      (await product.send("GET", "/metrics")).text.includes(
        'dingtalk_scim_target_paused{target="dingtalk"} 1',
      ),
    );

    await product.control("switches", { revokedPermissions: [] });
    await product.until(async () => (await product.remote()).users.length === 1);
    await product.quiet();
    expect((await status()).targetPause).toBeNull();
  });

  test("can be stopped while it waits, and what was found is forgotten by a start that finds it mended", async () => {
    await open({ switches: { contactScope: { departments: [], users: [] } } });
    await add("Li");
    const sync = await product.startSync();
    await product.until(async () => (await status()).targetPause !== null);
    await sync.stop(1_000);
    await product.control("switches", { contactScope: { departments: [1], users: [] } });
    await product.startSync();
    await product.until(async () => (await product.remote()).users.length === 1);
  });

  test("which is banned goes on resting", async () => {
    await open();
    const { pause, liftPause } = createReconcileStore(product.pool, "dingtalk", { vault: testVault });
    await pause(60_000, "not ready: x", "notReady");
    await liftPause();
    expect((await status()).targetPause).toBeNull();
    await pause(60_000, "banned for five minutes", "addressBlocked");
    await liftPause();
    expect((await status()).targetPause).toMatchObject({
      reason: "banned for five minutes",
      reasonCode: "addressBlocked",
    });
  });
});

test("everything is compared when an operator asks, who is named by the history", async () => {
  await open();
  const li = await add("Li", { title: "Clerk" });
  await product.startSync();
  await product.quiet();
  await product.control("edit", { call: "/topapi/v2/user/update", body: { userid: li, title: "King" } });
  const token = await product.token(["admin"]);
  expect((await product.send("POST", "/api/sync/reconcile", { token })).status).toBe(202);
  await product.until(async () => (await product.remote()).users[0]!.title === "Clerk");
  await product.until(async () => (await events('code eq "operator.reconcile"')).length === 2);

  const [end, begin] = await events('code eq "operator.reconcile"');
  const actor = `token:${token.split("_")[2]}`;
  expect(begin).toMatchObject({ actor, target: "dingtalk" });
  expect(end).toMatchObject({
    actor,
    causes: [begin.id],
    detail: { compared: 1, differing: 1, missing: 0, orphans: 0, repaired: 0 },
  });
  const story = (await product.send("GET", `/api/history/${begin.id}`)).body;
  expect(story.effects).toContainEqual(
    expect.objectContaining({
      code: "target.intent",
      changes: { title: { before: "King", after: "Clerk" } },
    }),
  );
});
