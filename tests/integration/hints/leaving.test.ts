import type { JsonObject } from "../../../src/core/entity.ts";
import type { SyncMode } from "../../../src/reconcile/policy.ts";
import type { Running } from "../../support/test-environment.ts";
import { change, person, remote } from "../reconcile/sample.ts";
import { type ListeningEnvironment, openListeningEnvironment, until } from "./listening.ts";

/*
 * People who leave the organisation by themselves, in DingTalk: what becomes of it is the word of the
 * directory, as far as mode and policy let it.
 */

let env: ListeningEnvironment;
let worker: Running | undefined;
beforeEach(async () => {
  env = await openListeningEnvironment();
});
afterEach(() => env.close());

async function work(mode: SyncMode, policy?: string): Promise<void> {
  await worker?.stop(5_000);
  worker = env.startWorker({ mode, ...(policy === undefined ? {} : { policy }) });
  await env.listen(worker);
  await env.atRest();
}
/** Somebody who is there, and was made in `sync`. */
async function somebody(more: JsonObject = {}): Promise<string> {
  worker = env.startWorker();
  const id = await env.addUser(person("Li", { title: "Clerk", ...more }));
  await env.quiet();
  expect(await remote(env, id)).toBeDefined();
  return id;
}
async function leave(userid: string): Promise<void> {
  await env.edit("leave", { userid });
  await until(
    async () => (await env.pool.query("select 1 from history where code = 'hint.received'")).rows.length > 0,
  );
  await env.atRest();
}
const itemOf = async (id: string) =>
  (
    await env.pool.query(
      "select state, reason_code, planned->>'action' as action from entity_states where kind = 'user' and entity_id = $1",
      [id],
    )
  ).rows[0];
const intents = async (id: string) =>
  (
    await env.pool.query(
      "select detail->>'action' as action from history where code = 'target.intent' and subject = $1 order by id",
      [id],
    )
  ).rows.map(({ action }) => action);

test.each<SyncMode>(["upsert", "sync"])("in %s somebody who should be there is there again", async (mode) => {
  const id = await somebody();
  await work(mode);
  await leave(id);
  expect([await remote(env, id), await intents(id)]).toEqual([
    expect.objectContaining({ title: "Clerk" }),
    ["create", "create"],
  ]);
  expect(await itemOf(id)).toMatchObject({ state: "inSync" });
});

test("in observe nothing is sent: it is shown what would be, and is done when the mode is raised", async () => {
  const id = await somebody();
  await work("observe");
  await leave(id);
  expect([await remote(env, id), await itemOf(id)]).toEqual([
    undefined,
    { state: "held", reason_code: "modeObserve", action: "create" },
  ]);
  expect(await intents(id)).toEqual(["create"]);
  await env.pool.query("update entity_states set state = 'due', next_at = now() where state = 'held'");
  await work("sync");
  expect(await remote(env, id)).toMatchObject({ title: "Clerk" });
});

test("outside the pilot nobody is added again", async () => {
  const id = await somebody();
  await work("sync", "version: 1\nscope: { where: 'user.title == \"Pilot\"' }");
  await leave(id);
  expect([await remote(env, id), await itemOf(id)]).toEqual([
    undefined,
    { state: "held", reason_code: "outsidePilot", action: "create" },
  ]);
});

test("who was to be invited is invited again, and is there when they accept", async () => {
  const id = await somebody();
  const { state_code, mobile } = (await remote(env, id))!;
  await env.control("switches", { protectedMobiles: [`+${String(state_code)}-${String(mobile)}`] });
  await work("sync");
  await leave(id);
  expect([await remote(env, id), await itemOf(id)]).toEqual([
    undefined,
    expect.objectContaining({ state: "waiting" }),
  ]);
  await env.edit("accept", { mobile: `+${String(state_code)}-${String(mobile)}` });
  await until(async () => (await itemOf(id))?.state === "inSync");
  expect(await remote(env, id)).toBeDefined();
});

test.each<SyncMode>(["sync", "upsert"])(
  "in %s a leaver who goes by themselves is gone, and stays so",
  async (mode) => {
    const id = await somebody();
    await work("upsert");
    await change(env, id, { active: false });
    await env.atRest();
    expect([await remote(env, id), await itemOf(id)]).toEqual([
      expect.anything(),
      expect.objectContaining({ reason_code: "modeUpsert" }),
    ]);
    if (mode === "sync") {
      // Between the write at its source and the run they go by themselves.
      await worker?.stop(5_000);
      await env.edit("leave", { userid: id });
      await work("sync");
    } else await leave(id);
    await env.atRest();
    expect([await remote(env, id), await itemOf(id)]).toEqual([
      undefined,
      expect.objectContaining({ state: "inSync" }),
    ]);
    expect((await env.pool.query("select 1 from links where entity_id = $1", [id])).rows).toEqual([]);
  },
);

test("a leaver in a grace who goes by themselves ends it", async () => {
  const id = await somebody();
  await work("sync", "version: 1\ngrace: 24h");
  await change(env, id, { active: false });
  await env.atRest();
  expect(await remote(env, id)).toBeDefined();
  await leave(id);
  expect([await remote(env, id), await itemOf(id)]).toEqual([
    undefined,
    expect.objectContaining({ state: "inSync" }),
  ]);
  expect((await env.pool.query("select 1 from links where entity_id = $1", [id])).rows).toEqual([]);
});
