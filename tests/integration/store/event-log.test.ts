import { systemClock } from "../../../src/core/clock.ts";
import { readUser } from "../../../src/scim/resource/resource.ts";
import { createEventLog } from "../../../src/store/history/event-log.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { testVault } from "../../support/vault.ts";
import { person } from "../reconcile/sample.ts";

let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
});
afterEach(() => env.close());

const sql = async (text: string, values: readonly unknown[] = []) =>
  (await env.pool.query(text, values as unknown[])).rows;

test("an intent names each cause once, in the order they came", async () => {
  const id = await env.addUser(person("Li"));
  await env.addGroup("Sales", [id]);
  const [{ causes }] = (await sql("select causes from entity_states where entity_id = $1", [id])) as [
    { causes: string[] },
  ];
  expect(causes).toHaveLength(2);
  await sql("update entity_states set causes = causes || causes || causes[1:1] where entity_id = $1", [id]);
  env.startWorker();
  await env.quiet();
  const [intent] = await sql(
    "select id, causes from history where code = 'target.intent' and subject = $1 order by id",
    [id],
  );
  // A third is the department that came to be, if the person was looked at before it was there.
  const named = intent!["causes"] as string[];
  expect(named.slice(0, 2)).toEqual(causes);
  expect(new Set(named).size).toBe(named.length);
  const story = await createEventLog(env.pool, testVault).story(intent!["id"]);
  expect(story!.causes.map(({ code }) => code)).toEqual(
    ["user.created", "group.created", "target.outcome"].slice(0, named.length),
  );
});

test("however often somebody is marked, the row stays small, and each request's way to the target is found", async () => {
  const id = await env.addUser(person("Li"));
  for (let n = 0; n < 100; n++) {
    await env.users.change(env.context, id, (current) => readUser({ ...current, title: `Title ${n}` }));
    const [{ length }] = (await sql(
      "select cardinality(causes) as length from entity_states where entity_id = $1",
      [id],
    )) as [{ length: number }];
    expect(length).toBeLessThanOrEqual(32);
  }
  env.startWorker();
  await env.quiet();
  const writes = await sql("select id from history where subject = $1 and code like 'user.%' order by id", [
    id,
  ]);
  expect(writes).toHaveLength(101);
  const log = createEventLog(env.pool, testVault);
  for (const n of [0, 1, 31, 32, 33, 66, 100]) {
    const { effects } = (await log.story(writes[n]!["id"]))!;
    expect(effects.filter(({ code }) => code === "target.outcome")).toMatchObject([
      { subject: { id }, outcome: "done" },
    ]);
  }
});

test("a story is bounded, and says when it is not whole", async () => {
  const root = "01900000-0000-7000-8000-000000000000";
  const effect = (from: number, to: number) =>
    sql(
      `insert into history (id, at, code, actor, causes)
       select ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, now(), 'target.intent', 'worker', array[$1::uuid] from generate_series($2::int, $3) n`,
      [root, from, to],
    );
  await sql("insert into history (id, at, code, actor) values ($1, now(), 'group.updated', 'cli')", [root]);
  const log = createEventLog(env.pool, testVault);
  await effect(1, 1_000);
  expect(await log.story(root)).toMatchObject({ truncated: false, effects: { length: 1_000 } });
  await effect(1_001, 1_001);
  expect(await log.story(root)).toMatchObject({ truncated: true, effects: { length: 1_000 } });
});

test("events that name each other end", async () => {
  const [one, two] = ["01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002"];
  const insert = (id: string, cause: string) =>
    sql(
      "insert into history (id, at, code, actor, causes) values ($1, now(), 'target.intent', 'worker', array[$2::uuid])",
      [id, cause],
    );
  await insert(one!, two!);
  await insert(two!, one!);
  const story = await createEventLog(env.pool, testVault).story(one!);
  expect(story!.effects.map(({ id }) => id)).toEqual([one, two]);
});

test.each(["for each row", "for each statement"])(
  "no call leaves without its intent: while the history refuses (%s), nothing is sent, and later it is",
  async (level) => {
    await env.addUser(person("Li"));
    // What a sequence counts stays counted when the statement is undone.
    await sql("create sequence tries");
    await sql(
      "create function broken() returns trigger language plpgsql as $$ begin perform nextval('tries'); raise exception 'broken'; end $$",
    );
    await sql(`create trigger broken before insert on history ${level} execute function broken()`);
    const worker = env.startWorker();
    const tried = async () => (await sql("select is_called from tries"))[0]!["is_called"] as boolean;
    for (let round = 0; round < 200 && !(await tried()); round++) {
      worker.wake();
      await systemClock.sleep(20);
    }
    expect([await tried(), await env.calls()]).toEqual([true, {}]);
    await sql("drop trigger broken on history");
    // Half a minute would be waited for it otherwise.
    const here = async () => (await env.state()).users.length === 1;
    for (let round = 0; round < 200 && !(await here()); round++) {
      await sql("update entity_states set next_at = now() where state = 'due' and lease is null");
      worker.wake();
      await systemClock.sleep(50);
    }
    expect(await here()).toBe(true);
  },
);
