import { systemClock } from "../../../src/core/clock.ts";
import { openProduct, type Product } from "../../support/product.ts";

/* Stop, go on, and the mode at run time: kept in the database, obeyed by every process within two seconds. */

let product: Product;
beforeEach(async () => {
  product = await openProduct();
});
afterEach(() => product.close());

/** Few calls a second, so that an order meets calls that wait for their turn. */
const SLOWLY = { DINGTALK_QPS: "5" };
const status = async () => (await product.send("GET", "/api/sync/status")).body;
const pause = (body: unknown) => product.send("POST", "/api/sync/pause", { body });
const resume = () => product.send("POST", "/api/sync/resume");
const order = (mode: unknown) => product.send("PUT", "/api/sync/mode", { body: { mode } });

let number = 0;
const document = (more: object = {}) => {
  number += 1;
  const phoneNumbers = [{ type: "mobile", value: `+852 9300 ${1_000 + number}` }];
  return { userName: `p${number}`, displayName: `P ${number}`, phoneNumbers, ...more };
};
async function add(people: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < people; n++)
    ids.push((await product.send("POST", "/scim/v2/Users", { body: document() })).body.id);
  return ids;
}
/** Of those that DingTalk has taken. */
const writes = async (): Promise<number> =>
  (
    await product.pool.query(
      "select count(*)::int as n from history where code = 'target.outcome' and outcome = 'done'",
    )
  ).rows[0].n;
const patch = (id: string, path: string, value: unknown) =>
  product.send("PATCH", `/scim/v2/Users/${id}`, {
    body: { schemas: [PATCH], Operations: [{ op: "replace", path, value }] },
  });

/** SCIM requests about one person, one after the other, for so long; every one is answered as ever. */
async function scimFor(id: string, ms: number): Promise<void> {
  const untilMs = systemClock.monotonicMs() + ms;
  for (let n = 0; systemClock.monotonicMs() < untilMs; n++)
    expect((await patch(id, "title", `Clerk ${n}`)).status).toBe(200);
}

async function events(prefix: string): Promise<{ code: string; actor: string; detail: unknown }[]> {
  const filter = new URLSearchParams({ filter: `code sw "${prefix}"`, count: "100" });
  return (await product.send("GET", `/api/history?${filter}`)).body.events;
}

test("a pause stops two processes within two seconds, over restarts, until it is ended, while SCIM is answered", async () => {
  const ids = await add(30);
  const last = ids.at(-1)!;
  const loops = [await product.startSync(SLOWLY), await product.startSync(SLOWLY)];
  await product.until(async () => (await writes()) > 2);

  const answer = await pause({ reason: "wrong filter at the source" });
  expect([answer.status, answer.body.paused]).toEqual([
    200,
    { by: expect.stringMatching(/^token:/), reason: "wrong filter at the source", since: expect.any(String) },
  ]);
  expect(answer.body.targetPause).toBeNull();
  await scimFor(last, 2_000);
  const stopped = await writes();
  await scimFor(last, 1_500);
  expect(await writes()).toBe(stopped);

  for (const loop of loops) await loop.stop(1_000);
  await product.startSync();
  await product.until(async () =>
    (await status()).processes.some(({ state }: { state: string }) => state === "working"),
  );
  await scimFor(last, 1_500);
  expect(await writes()).toBe(stopped);
  expect((await status()).paused).toMatchObject({ reason: "wrong filter at the source" });
  expect((await status()).states.due).toBeGreaterThan(0);

  expect((await resume()).body.paused).toBeNull();
  await product.quiet();
  const { states } = await status();
  expect([states.due, states.waiting, states.parked]).toEqual([0, 0, 0]);
  expect(await events("operator.")).toMatchObject([
    { code: "operator.resume" },
    {
      code: "operator.pause",
      actor: expect.stringMatching(/^token:/),
      detail: { reason: "wrong filter at the source" },
    },
  ]);
});

test("a mode that is lowered stops removals, and nothing else; raised again, they go on", async () => {
  const [stays, ...leavers] = (await add(21)) as [string, ...string[]];
  const removed = async (): Promise<number> => {
    const { users } = await product.remote();
    return leavers.filter((id) => !users.some(({ userid }) => userid === id)).length;
  };
  const loop = await product.startSync({ SYNC_MODE: "sync" });
  await product.quiet();
  await loop.stop(1_000);
  await product.startSync({ SYNC_MODE: "sync", ...SLOWLY });
  for (const id of leavers) await patch(id, "active", false);
  await product.until(async () => (await removed()) > 0);

  const answer = await order("upsert");
  expect([answer.status, answer.body.mode, answer.body.ceiling]).toEqual([200, "upsert", "sync"]);
  await scimFor(stays, 2_000);
  const stopped = await removed();
  expect(stopped).toBeLessThan(20);
  await product.quiet();
  expect(await removed()).toBe(stopped);
  const held = (await product.send("GET", "/api/sync/items?state=held")).body.items;
  expect(held).toHaveLength(20 - stopped);
  expect(held[0]).toMatchObject({ reasonCode: "modeUpsert", planned: { action: "remove" } });

  await order("sync");
  await product.until(async () => (await status()).states.held === 0);
  await product.quiet();
  expect(await removed()).toBe(20);
  expect(await events("operator.mode")).toMatchObject([
    { detail: { mode: "sync", ceiling: "sync" } },
    { detail: { mode: "upsert", ceiling: "sync" } },
  ]);
});

test("a mode never goes above the one of the settings, whatever was ordered before", async () => {
  const loop = await product.startSync({ SYNC_MODE: "upsert" });
  await product.until(async () => (await status()).processes.length === 1);
  const refused = await order("sync");
  expect([refused.status, refused.body.code]).toEqual([409, "CONFLICT"]);
  expect((await order("observe")).body).toMatchObject({ mode: "observe", ceiling: "upsert" });
  await loop.stop(1_000);
  await product.startSync({ SYNC_MODE: "sync" });
  await product.until(async () => (await status()).ceiling === "sync");
  expect((await status()).mode).toBe("observe");
  await add(1);
  await product.until(async () => (await status()).states.held === 1);
  expect(await writes()).toBe(0);
});

test("what says nothing is refused and changes nothing, and orders are for operators", async () => {
  for (const body of [
    undefined,
    {},
    { reason: "" },
    { reason: "  " },
    { reason: 1 },
    { reason: "x".repeat(501) },
    ["x"],
  ])
    expect((await pause(body)).status).toBe(400);
  for (const mode of [undefined, "", "SYNC", 1, null]) expect((await order(mode)).status).toBe(400);
  const token = await product.token(["history:read"]);
  for (const [method, path, body] of [
    ["POST", "pause", { reason: "x" }],
    ["POST", "resume", undefined],
    ["PUT", "mode", { mode: "observe" }],
  ] as const)
    expect((await product.send(method, `/api/sync/${path}`, { token, body })).status).toBe(403);
  // Nothing is paused, so there is nothing to tell of.
  expect((await resume()).status).toBe(200);
  expect(await events("operator.")).toEqual([]);
  expect(await status()).toMatchObject({ paused: null });
});

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

test("a mode ordered while nothing runs counts for the next start, however high its setting is", async () => {
  const observing = await product.startSync({ SYNC_MODE: "observe" });
  await observing.stop(1_000);
  expect((await order("observe")).status).toBe(200);

  await add(3);
  await product.startSync();
  await product.quiet();
  expect(await writes()).toBe(0);
  expect(await status()).toMatchObject({ mode: "observe", ceiling: "sync", states: { held: 3 } });

  await order("sync");
  await product.until(async () => (await writes()) === 3);
});
