import { randomInt } from "node:crypto";
import type { JsonObject } from "../../../src/core/entity.ts";
import { readUser } from "../../../src/scim/resource/resource.ts";
import { type ListeningEnvironment, openListeningEnvironment, settled, until } from "./listening.ts";

/* What DingTalk says by itself, from its gateway to the directory's state being restored. */

const ROUND_TRIP_MS = 150;

let env: ListeningEnvironment;
let people = 0;

beforeEach(async () => {
  env = await openListeningEnvironment();
});
afterEach(() => env.close());

const addPerson = (more: JsonObject = {}): Promise<string> => {
  people += 1;
  return env.addUser({
    userName: `p${people}@example.com`,
    displayName: `Person ${people}`,
    title: "Clerk",
    phoneNumbers: [{ type: "mobile", value: `+852 6${String(people).padStart(7, "0")}` }],
    ...more,
  });
};
const remote = async (id: string) => (await env.state()).users.find(({ userid }) => userid === id);
const callsOf = async (path: string): Promise<number> =>
  (await env.calls())[`/topapi/v2/${path}`]?.count ?? 0;

test("what somebody changes in DingTalk is put right within two seconds and two round trips", async () => {
  const id = await addPerson();
  await env.addGroup("Sales", [id]);
  await env.listen();
  await env.quiet();
  await settled(env);
  await env.control("latency", { minMs: ROUND_TRIP_MS });
  const times: number[] = [];
  for (const title of ["King", "Queen", "Jack"]) {
    await env.edit("/topapi/v2/user/update", { userid: id, title });
    times.push(await until(async () => (await remote(id))?.["title"] === "Clerk"));
  }
  expect(Math.max(...times)).toBeLessThan(2_000 + 2 * ROUND_TRIP_MS);

  const { departments } = await env.state();
  const sales = departments.find(({ name }) => name === "Sales")!;
  await env.edit("/topapi/v2/department/update", { dept_id: sales.dept_id, name: "Sold" });
  const renamed = await until(async () =>
    (await env.state()).departments.some(({ name }) => name === "Sales"),
  );
  expect(renamed).toBeLessThan(2_000 + 2 * ROUND_TRIP_MS);
});

test("a write of a value that reads do not show ends: it is not taken for a change by somebody else", async () => {
  // The e-mail address shows only when the person has set it up (docs/dingtalk.md 5.1), and the number is of
  // another country than the organisation.
  const id = await addPerson({
    emails: [{ type: "work", value: "li@example.com" }],
    phoneNumbers: [{ type: "mobile", value: "+86 138 4232 1252" }],
  });
  await env.listen();
  await env.quiet();
  await env.edit("/topapi/v2/user/update", { userid: id, title: "King" });
  const outcomesOfChanges = async () =>
    (
      await env.pool.query("select outcome from hints where type = 'user_modify_org' order by event_id")
    ).rows.map(({ outcome }) => outcome);
  // The second one is of our own write.
  await until(async () => (await outcomesOfChanges()).filter(Boolean).length > 1);
  expect((await outcomesOfChanges()).sort()).toEqual(["echo", "look"]);
});

test("who left there by themselves is there again, and the history says why", async () => {
  const id = await addPerson();
  await env.listen();
  await env.quiet();
  await env.edit("leave", { userid: id });
  await until(async () => (await remote(id)) !== undefined);
  const { rows } = await env.pool.query(
    "select i.code, i.detail->>'action' as action, h.code as cause, h.detail->'types' as types from history i join history h on h.id = any(i.causes) where i.code = 'target.intent' and h.code = 'hint.received'",
  );
  expect(rows.map(({ cause, action }) => [cause, action])).toEqual([["hint.received", "create"]]);
});

test("an accepted invitation is over at once", async () => {
  await env.control("switches", { protectedMobiles: ["+852-61234567"] });
  const id = await addPerson({ phoneNumbers: [{ type: "mobile", value: "+852 6123 4567" }] });
  await env.listen();
  const stateOf = async () =>
    (await env.pool.query("select state from entity_states where entity_id = $1", [id])).rows[0];
  await until(async () => (await stateOf())?.state === "waiting");
  await env.control("latency", { minMs: ROUND_TRIP_MS });
  await env.edit("accept", { mobile: "+852-61234567" });
  const ms = await until(async () => (await stateOf())?.state === "inSync");
  expect(ms).toBeLessThan(2_000 + 2 * ROUND_TRIP_MS);
});

test("our own updates cost no write and no read", async () => {
  const count = Number(process.env["OWN_UPDATES"] ?? 60);
  const ids = await Promise.all(Array.from({ length: 20 }, () => addPerson()));
  await env.listen();
  await env.quiet();
  await settled(env);
  const before = { update: await callsOf("user/update"), get: await callsOf("user/get") };
  for (let n = 0; n < count; n += ids.length) {
    await Promise.all(
      ids.map((id) =>
        env.users.change(env.context, id, (user) => readUser({ ...user, title: `Title ${n}` })),
      ),
    );
    await env.quiet();
  }
  await settled(env);
  await env.quiet();
  const writes = (await callsOf("user/update")) - before.update;
  const reads = (await callsOf("user/get")) - before.get;
  expect({ writes, reads }).toEqual({ writes: count, reads: 0 });
});

test("events that come again and again are one look at each person", async () => {
  const times = Number(process.env["REPLAYS"] ?? 100);
  const ids = await Promise.all(Array.from({ length: 5 }, () => addPerson()));
  await env.listen();
  await env.quiet();
  await settled(env);
  await env.control("stream", { action: "replay", times: 1 });
  for (const userid of ids)
    await env.edit("/topapi/v2/user/update", { userid, title: `Other ${randomInt(1e9)}` });
  await until(async () => (await Promise.all(ids.map(remote))).every((user) => user?.["title"] === "Clerk"));
  await settled(env);
  const gets = await callsOf("user/get");
  await env.control("stream", { action: "replay", times });
  // The last is told after all that were replayed.
  const last = await addPerson();
  await until(
    async () =>
      (await env.pool.query("select 1 from hints where remote_id = $1 and outcome is not null", [last])).rows
        .length > 0,
  );
  await env.quiet();
  const looks = (await callsOf("user/get")) - gets;
  expect(looks).toBeLessThanOrEqual(ids.length);
});

test("people who are not ours are not looked at, and nothing of them is kept", async () => {
  await env.listen();
  const body = { userid: "stranger", name: "Stranger", mobile: "+852-91230000", dept_id_list: "1" };
  await env.edit("/topapi/v2/user/create", body);
  await env.edit("/topapi/v2/user/update", { userid: "stranger", title: "Guest" });
  const last = await addPerson();
  await until(
    async () =>
      (await env.pool.query("select 1 from hints where remote_id = $1 and outcome is not null", [last])).rows
        .length > 0,
  );
  await settled(env);
  expect((await env.pool.query("select 1 from hints where remote_id = 'stranger'")).rows).toEqual([]);
  expect(await callsOf("user/get")).toBe(0);
});
