import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import {
  addGroup,
  change,
  changeGroup,
  chart,
  DINGTALK_GROUP,
  ENTERPRISE,
  members,
  person,
  remote,
  stateOf,
} from "./sample.ts";

/*
 * Whoever waits for each other goes on at once. The guard that looks at what waits comes round after a minute
 * here, so that nothing is owed to it.
 */

keepDatabase();
let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment({ retryBaseMs: 2_000 });
});
afterEach(() => env.close());

const reportsTo = (number: string, manager: string) => ({
  [ENTERPRISE]: { employeeNumber: number, manager: { value: manager } },
});

test.each([2, 3, 5])("%i people who are managers of each other in a ring", async (size) => {
  const ids: string[] = [];
  for (let n = 0; n < size; n++)
    ids.push(await env.addUser(person(`P${n}`, reportsTo(`N-${n}`, `N-${(n + 1) % size}`))));
  env.startWorker();
  await env.quiet();
  const managers = await Promise.all(ids.map(async (id) => (await remote(env, id))?.manager_userid));
  expect(managers).toEqual(ids.map((_, n) => ids[(n + 1) % size]));
});

test("a person who still manages a department that cannot close while the person is inside, with nothing remembered of it", async () => {
  const a = await env.addUser(person("A"));
  const ops = await addGroup(env, { displayName: "Ops", [DINGTALK_GROUP]: { managers: [{ value: a }] } }, [
    a,
  ]);
  const worker = env.startWorker();
  await env.quiet();
  await worker.stop(2_000);
  await env.groups.remove(env.context, ops);
  await env.pool.query("update links set attributes = null where kind = 'department'");
  env.startWorker();
  await env.quiet();
  expect(await chart(env)).toEqual({ "": ["A"] });
});

test("a manager who leaves a department that waits for the one above it", async () => {
  const a = await env.addUser(person("A"));
  const from = await addGroup(env, { displayName: "Ops", [DINGTALK_GROUP]: { managers: [{ value: a }] } }, [
    a,
  ]);
  const to = await env.addGroup("Other");
  env.startWorker();
  await env.quiet();
  // The new parent cannot be made.
  await env.control("edit", { call: "/topapi/v2/department/create", body: { name: "Taken", parent_id: 1 } });
  await members(env, from, { remove: [a] });
  await changeGroup(env, from, { displayName: "Taken/Ops" });
  await members(env, to, { add: [a] });
  await env.quiet();
  expect((await chart(env))["Other"]).toEqual(["A"]);
  expect(await stateOf(env, "user", a)).toMatchObject({ state: "inSync" });
});

test("a department whose name is held by one that cannot close before its people have come to the new one", async () => {
  const a = await env.addUser(person("A"));
  const old = await env.addGroup("Sales", [a]);
  const worker = env.startWorker();
  await env.quiet();
  await worker.stop(2_000);
  await env.groups.remove(env.context, old);
  const fresh = await env.addGroup("Sales", [a]);
  // The old one does not go on as the new one: as if it had been emptied long ago.
  await env.pool.query(
    "update departments set present = false, name_key = null, path_key = array['', id::text]",
  );
  await env.pool.query("delete from placements where group_id = $1", [old]);
  await env.pool.query("update entity_states set state = 'due', next_at = now() where kind = 'department'");
  env.startWorker();
  await env.quiet();
  expect(await chart(env)).toEqual({ "": [], Sales: ["A"] });
  expect(fresh).not.toBe(old);
});

test("a person and the manager who is in a department that waits for the person to leave", async () => {
  const boss = await env.addUser(person("Boss", { [ENTERPRISE]: { employeeNumber: "B-1" } }));
  const clerk = await env.addUser(person("Clerk", reportsTo("C-1", "B-1")));
  const ops = await addGroup(
    env,
    { displayName: "Ops", [DINGTALK_GROUP]: { managers: [{ value: clerk }] } },
    [boss, clerk],
  );
  env.startWorker();
  await env.quiet();
  await change(env, boss, { active: false });
  await env.groups.remove(env.context, ops);
  await change(env, boss, { active: true });
  await env.quiet();
  expect(await chart(env)).toEqual({ "": ["Boss", "Clerk"] });
  expect((await remote(env, clerk))!.manager_userid).toBe(boss);
});
