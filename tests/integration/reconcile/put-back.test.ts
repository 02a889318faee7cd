import { randomUUID } from "node:crypto";
import { systemClock } from "../../../src/core/clock.ts";
import type { PutBackOperations } from "../../../src/reconcile/guard/put-back.ts";
import { createHolds } from "../../../src/store/loop/guard/holds.ts";
import { countSources } from "../../../src/store/loop/guard/source-figures.ts";
import { createPutBack } from "../../../src/store/status/put-back.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { addGroup, change, chart, ENTERPRISE, person, remote } from "./sample.ts";

/* People whom the loop has removed are put back, with what the directory does not say of them. */

const OPERATOR = { actor: "cli" };

keepDatabase();
let env: TestEnvironment;
let removed: PutBackOperations;
beforeEach(async () => {
  env = await openTestEnvironment();
  removed = createPutBack(env.pool, "dingtalk", systemClock);
});
afterEach(() => env.close());

const activate = (id: string, active: boolean) => change(env, id, { active });
const byHand = (id: string, fields: Record<string, string | number>) =>
  env.control("edit", { call: "/topapi/v2/user/update", body: { userid: id, ...fields } });
const resultsOf = async (...ids: string[]) =>
  (await removed.putBack({ ids }, OPERATOR))!.people.map(({ result }) => result);
const restoreEvents = async () =>
  (await env.pool.query("select detail from history where code = 'operator.restore' order by id")).rows.map(
    ({ detail }) => JSON.parse(detail),
  );

describe("who was removed before a hold is found by it", () => {
  const OF = 12;
  const REMOVALS = "version: 1\nlimits: { peopleRemoved: { atLeast: 100 }, departmentEmptied: { people: ";
  /** Everybody in one department, all made by the same source. */
  async function sales(limits: string): Promise<readonly string[]> {
    env.startWorker({ policy: limits });
    const ids: string[] = [];
    for (let at = 0; at < OF; at++) ids.push(await env.addUser(person(`P${at}`)));
    await addGroup(env, { displayName: "Sales" }, ids);
    await env.quiet();
    return ids;
  }
  const leave = async (ids: readonly string[]): Promise<void> => {
    await Promise.all(ids.map((id) => activate(id, false)));
    await env.quiet();
  };
  const opened = async () =>
    (await createHolds(env.pool, "dingtalk", systemClock).list({ count: 10 })).holds[0]!;
  /** Everybody is wanted again. */
  async function putBack(ids: readonly string[], hold: string): Promise<readonly string[]> {
    await Promise.all(ids.map((id) => activate(id, true)));
    await env.quiet();
    return (await removed.putBack({ hold }, OPERATOR))!.people
      .filter(({ result }) => result === "restoring")
      .map(({ id }) => id);
  }
  const gone = async (ids: readonly string[]): Promise<readonly string[]> => {
    const there = new Set((await env.state()).users.map(({ userid }) => userid));
    return ids.filter((id) => !there.has(id)).sort();
  };

  test("of a department that would be emptied", async () => {
    const ids = await sales(`${REMOVALS}10, percent: 50 } }`);
    await leave(ids);
    const hold = await opened();
    expect(hold).toMatchObject({ limit: "departmentEmptied", passed: 6, count: 6 });
    const left = await gone(ids);
    expect(left).toHaveLength(6);
    expect([...(await putBack(ids, hold.id))].sort()).toEqual(left);
  });

  test("of a source that lost its people", async () => {
    const ids = await sales(`${REMOVALS}100 }, sourceCollapsed: { people: 10 } }`);
    await countSources(env.pool, "dingtalk");
    await leave(ids.slice(0, 4));
    const left = await gone(ids);
    expect(left).toHaveLength(4);
    // A count of the source serves for ten seconds.
    await env.pool.query("update source_figures set looked_at = null");
    await leave(ids.slice(4, 10));
    const hold = await opened();
    expect(hold).toMatchObject({ limit: "sourceCollapsed", count: 6 });
    expect([...(await putBack(ids, hold.id))].sort()).toEqual(left);
  });

  test("of rules that were held", async () => {
    const ids = await sales(`${REMOVALS}100 } }`);
    await leave(ids.slice(0, 4));
    const left = await gone(ids);
    const hold = randomUUID();
    await env.pool.query(
      `insert into holds (id, target, limit_name, state, hours, allowed, present, passed, policy, expires_at)
       values ($1, 'dingtalk', 'mappingChanged', 'rejected', 0, 5, 12, 0, 'p', now())`,
      [hold],
    );
    expect([...(await putBack(ids, hold))].sort()).toEqual(left);
  });
});

test("the 40 removed by a mistake are put back by one command, with title, departments and manager", async () => {
  const PEOPLE = 60;
  const worker = env.startWorker({
    policy: "version: 1\nlimits: { peopleRemoved: { atLeast: 40 }, departmentEmptied: { people: 1000 } }",
  });
  const boss = await env.addUser(person("Boss"));
  const ids: string[] = [];
  for (let at = 0; at < PEOPLE; at++)
    ids.push(
      await env.addUser(
        person(`P${at}`, {
          title: `Title ${at}`,
          [ENTERPRISE]: { employeeNumber: `E${at}`, manager: { value: boss } },
        }),
      ),
    );
  await addGroup(env, { displayName: "Sales" }, ids);
  await env.quiet();
  // What administrators have added in DingTalk, and the directory says nothing of.
  for (const [at, id] of ids.entries())
    await byHand(id, { remark: `Remark ${at}`, work_place: `Floor ${at}` });
  await env.pool.query("update links set attributes = null where kind = 'user'");
  const before = new Map((await env.state()).users.map((user) => [user.userid, user]));

  await Promise.all(ids.map((id) => activate(id, false)));
  await env.quiet();
  const gone = ids.filter((id) => before.has(id));
  const left = new Set((await env.state()).users.map(({ userid }) => userid));
  const leavers = gone.filter((id) => !left.has(id));
  expect(leavers).toHaveLength(40);
  const [hold] = (await createHolds(env.pool, "dingtalk", systemClock).list({ count: 10 })).holds;
  expect(hold).toMatchObject({ count: PEOPLE - 40, passed: 40 });

  // While the source has not taken it back, nobody is put back.
  expect((await removed.putBack({ hold: hold!.id }, OPERATOR))!).toMatchObject({ restoring: 0 });
  expect(await restoreEvents()).toEqual([]);

  await Promise.all(ids.map((id) => activate(id, true)));
  await env.quiet();
  const result = await removed.putBack({ hold: hold!.id }, OPERATOR);
  expect(result).toMatchObject({ restoring: 40 });
  expect(result!.people.map(({ id }) => id).sort()).toEqual([...leavers].sort());
  expect(await restoreEvents()).toEqual([{ hold: hold!.id, count: 40, refused: 0 }]);
  worker.wake();
  await env.quiet();
  const after = new Map((await env.state()).users.map((user) => [user.userid, user]));
  const shown = (user: Record<string, unknown> | undefined) =>
    Object.fromEntries(
      ["name", "title", "mobile", "job_number", "manager_userid", "dept_id_list", "remark", "work_place"].map(
        (name) => [name, user?.[name]],
      ),
    );
  for (const id of ids) expect(shown(after.get(id))).toEqual(shown(before.get(id)));

  // Once is enough, and nothing of theirs is kept any longer.
  expect((await removed.putBack({ hold: hold!.id }, OPERATOR))!).toMatchObject({ restoring: 0 });
  expect(
    (await env.pool.query("select from removed_people where attributes is not null or restoring")).rows,
  ).toHaveLength(0);
});

test("put back before the loop has made them again, it comes with the person", async () => {
  env.startWorker();
  const id = await env.addUser(person("Ho Ka"));
  await addGroup(env, { displayName: "Stores" }, [id]);
  await env.quiet();
  await byHand(id, { title: "Keeper", remark: "By hand" });
  await env.pool.query("update links set attributes = null where kind = 'user'");
  await activate(id, false);
  await env.quiet();
  expect(await remote(env, id)).toBeUndefined();
  await env.pool.query(
    "insert into target_states (target, paused_until) values ('dingtalk', now() + interval '1 min') on conflict (target) do update set paused_until = excluded.paused_until",
  );
  await activate(id, true);
  expect(await resultsOf(id)).toEqual(["restoring"]);
  await env.pool.query("update target_states set paused_until = null");
  await env.quiet();
  expect(await remote(env, id)).toMatchObject({ title: "Keeper", remark: "By hand" });
  expect(await chart(env)).toMatchObject({ Stores: ["Ho Ka"] });
  expect(await resultsOf(id)).toEqual(["restored"]);
  // It stays: the directory does not say otherwise.
  await change(env, id, { displayName: "Ho Ka Yan" });
  await env.quiet();
  expect(await remote(env, id)).toMatchObject({ name: "Ho Ka Yan", title: "Keeper", remark: "By hand" });
});

test("nobody is put back whom the directory does not want, whom nobody removed, or of whom nothing is kept", async () => {
  const worker = env.startWorker();
  const [inactive, deleted, here] = [
    await env.addUser(person("Inactive")),
    await env.addUser(person("Deleted")),
    await env.addUser(person("Here")),
  ];
  const nobody = "00000000-0000-4000-8000-000000000000";
  await env.quiet();
  await activate(inactive, false);
  await env.users.remove(env.context, deleted);
  await env.quiet();
  expect(await resultsOf(inactive, deleted, here, nobody)).toEqual([
    "notWanted",
    "deleted",
    "notRemoved",
    "unknown",
  ]);
  expect(await removed.putBack({ hold: nobody }, OPERATOR)).toBeUndefined();

  // After 30 days what was kept is gone, and it says so.
  await env.pool.query("update removed_people set at = at - interval '30 days'");
  await activate(inactive, true);
  expect(await resultsOf(inactive, deleted)).toEqual(["expired", "deleted"]);
  await env.connect().store.expireHolds();
  expect((await env.pool.query("select from removed_people")).rows).toHaveLength(0);
  expect(await resultsOf(inactive, deleted)).toEqual(["expired", "deleted"]);
  expect(await restoreEvents()).toEqual([]);
  worker.wake();
  await env.quiet();
  expect(await remote(env, inactive)).toBeDefined();
});
