import { systemClock } from "../../../src/core/clock.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { change, DINGTALK_USER, ENTERPRISE, notesOn, person, remote, stateOf } from "./sample.ts";

keepDatabase();
let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
  env.startWorker();
});
afterEach(() => env.close());

const administers = (userid: string, level: number) =>
  env.control("edit", { call: "admin", body: { userid, sys_level: level } });
const compare = () => sweep({ ...env.connect(), clock: systemClock }, "cli", new AbortController().signal);

async function protectedLeaver(): Promise<string> {
  const id = await env.addUser(person("Li"));
  await env.quiet();
  await administers(id, 2);
  await change(env, id, { active: false });
  await env.quiet();
  expect(await remote(env, id)).toBeDefined();
  expect(await stateOf(env, "user", id)).toMatchObject({ state: "parked" });
  return id;
}

test("a leaver who administers stays, whatever is tried, and goes at the next comparison once the role is taken away", async () => {
  const id = await protectedLeaver();
  await compare();
  await env.quiet();
  expect(await remote(env, id)).toBeDefined();
  await administers(id, 0);
  await compare();
  await env.quiet();
  expect(await remote(env, id)).toBeUndefined();
});

test("such a leaver is looked at every hour, without anybody's doing", async () => {
  const id = await protectedLeaver();
  const { rows } = await env.pool.query(
    "select next_at between now() + interval '50 min' and now() + interval '61 min' as hourly from entity_states where entity_id = $1",
    [id],
  );
  expect(rows).toEqual([{ hourly: true }]);
  await administers(id, 0);
  await env.pool.query("update entity_states set next_at = now() where entity_id = $1", [id]);
  while (await remote(env, id)) await systemClock.sleep(20);
});

test("an enterprise account that administers is not switched off", async () => {
  const id = await env.addUser(
    person("Li", { schemas: [ENTERPRISE, DINGTALK_USER], [DINGTALK_USER]: { accountType: "sso" } }),
  );
  await env.quiet();
  await administers(id, 1);
  await change(env, id, { active: false });
  await env.quiet();
  expect(await remote(env, id)).toMatchObject({ disable_status: false });
  await administers(id, 0);
  await compare();
  await env.quiet();
  expect(await remote(env, id)).toMatchObject({ disable_status: true });
});

test("a regular account that was to become another kind is no such account, and its leaver is removed", async () => {
  const id = await env.addUser(person("Li"));
  await env.quiet();
  await change(env, id, { [DINGTALK_USER]: { accountType: "sso" } });
  await env.quiet();
  expect(await notesOn(env, id)).toContain("exclusive_account_type: fixedAtCreation");
  await change(env, id, { active: false });
  await env.quiet();
  expect(await remote(env, id)).toBeUndefined();
});
