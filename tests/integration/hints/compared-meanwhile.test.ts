import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { addGroup, DINGTALK_GROUP, ENTERPRISE, person, remote } from "../reconcile/sample.ts";
import { settled, startListening, until } from "./listening.ts";

/* A comparison between an event and the read that follows from it: its lists tell less than the read. */

let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment({ retryBaseMs: 10 });
});
afterEach(() => env.close());

const edit = (call: string, body: JsonObject) => env.control("edit", { call, body });

test("what lists do not show is read all the same: managers of people and of departments", async () => {
  const boss = await env.addUser(person("Boss"));
  const li = await env.addUser(person("Li", { [ENTERPRISE]: { manager: { value: boss } } }));
  await addGroup(env, { displayName: "Sales", [DINGTALK_GROUP]: { managers: [{ value: boss }] } }, [
    boss,
    li,
  ]);
  const worker = env.startWorker();
  await env.quiet();
  const sales = async () => (await env.state()).departments.find(({ name }) => name === "Sales")!;
  const isRight = async () => [
    (await remote(env, li))?.manager_userid,
    (await sales()).dept_manager_userid_list,
  ];
  expect(await isRight()).toEqual([boss, [boss]]);

  await worker.stop(5_000);
  const listener = await startListening(env, worker);
  const { dept_id } = await sales();
  // Of this nobody is told, and of the rest only that there is something to look at.
  await env.control("switches", { stream: { dropPercent: 100 } });
  await edit("/topapi/v2/user/update", {
    userid: li,
    manager_userid: "",
    force_update_fields: "manager_userid",
  });
  await env.control("switches", { stream: { dropPercent: 0 } });
  await edit("admin", { userid: li, sys_level: 2 });
  await edit("/topapi/v2/department/update", {
    dept_id,
    dept_manager_userid_list: "",
    force_update_fields: "dept_manager_userid_list",
  });
  const looks = "select count(*)::int as n from history where code = 'hint.received'";
  await until(async () => (await env.pool.query(looks)).rows[0].n >= 1);
  await settled(env);
  await listener.stop();
  await sweep({ ...env.connect(), clock: systemClock }, "cli", new AbortController().signal);
  env.startWorker();
  await env.quiet();
  expect(await isRight()).toEqual([boss, [boss]]);
});
