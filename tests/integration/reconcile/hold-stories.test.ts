import { systemClock } from "../../../src/core/clock.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import type { Hold } from "../../../src/reconcile/guard/hold.ts";
import type { HoldOperations } from "../../../src/reconcile/guard/operations.ts";
import { createHolds } from "../../../src/store/loop/guard/holds.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import {
  openTestEnvironment,
  type Running,
  type TestEnvironment,
  type WorkerOptions,
} from "../../support/test-environment.ts";
import { addGroup, change, chart, DINGTALK_USER, person } from "./sample.ts";

/*
 * Stories of a hold from its beginning to its end, with people who decide, who change their mind, or who are
 * not there.
 */

const DEFAULT = "version: 1";
const PARKING = DEFAULT_MAPPING.replace(
  "inactive: { regular: remove }",
  "inactive: { regular: remove, parkIn: Former staff }",
);

keepDatabase();
let env: TestEnvironment;
let holds: HoldOperations;
let worker: Running | undefined;

async function open(policy = DEFAULT, mapping = DEFAULT_MAPPING): Promise<void> {
  env = await openTestEnvironment({ policy, mapping });
  holds = createHolds(env.pool, "dingtalk", systemClock);
}
afterEach(async () => {
  await env.close();
  worker = undefined;
});

function start(options: WorkerOptions = {}): void {
  worker = env.startWorker(options);
}
async function stop(): Promise<void> {
  await worker?.stop(5_000);
  worker = undefined;
}
async function restart(options: WorkerOptions = {}): Promise<void> {
  await stop();
  start(options);
}
const populate = (count: number, more: (at: number) => object = () => ({})): Promise<readonly string[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => env.addUser(person(`P${at}`, { ...more(at) }))));
const all = (some: readonly string[], more: object) =>
  Promise.all(some.map((id) => change(env, id, { ...more })));
const leave = (some: readonly string[]) => all(some, { active: false });
const comeBack = (some: readonly string[]) => all(some, { active: true });
const here = async (): Promise<readonly string[]> => (await env.state()).users.map(({ userid }) => userid);
const list = async (): Promise<readonly Hold[]> => (await holds.list({ count: 20 })).holds;
const only = async (): Promise<Hold> => {
  const found = await list();
  expect(found).toHaveLength(1);
  return found[0]!;
};
const membersOf = async ({ id }: Hold): Promise<readonly string[]> =>
  (await holds.members(id, { count: 100 })).members.map((member) => member.id);
const approve = ({ id, digest, count }: Hold, by: string) =>
  holds.approve(id, { digest, count }, { actor: by }, { alone: false });
/** As if so much time had passed. */
async function age(hours: number): Promise<void> {
  const by = `interval '${hours} hours'`;
  await env.pool.query(`update links set created_at = created_at - ${by}, observed_at = observed_at - ${by},
    grace_since = grace_since - ${by}, grace_until = grace_until - ${by}`);
  await env.pool.query(`update guard_acts set at = at - ${by}, since = since - ${by}`);
  await env.pool.query(`update holds set opened_at = opened_at - ${by}, expires_at = expires_at - ${by}`);
  await env.pool.query(
    `update holds set approvals = (select coalesce(json_agg(json_build_object('by', a->>'by', 'at', ((a->>'at')::timestamptz - ${by}), 'digest', a->>'digest')), '[]')
       from json_array_elements(approvals) a)`,
  );
  await env.pool.query("delete from guard_bases");
}
const eventsOf = async (code: string): Promise<number> =>
  (await env.pool.query("select 1 from history where code = $1", [code])).rows.length;
async function until(done: () => Promise<boolean>): Promise<void> {
  for (const deadline = systemClock.monotonicMs() + 20_000; !(await done()); await systemClock.sleep(20))
    if (systemClock.monotonicMs() > deadline) throw new Error("it did not come about");
}
/** Everybody of `people` is deactivated, five are removed, and the rest is one hold. */
async function mistake(people: readonly string[]): Promise<Hold> {
  start();
  await env.quiet();
  await leave(people);
  await env.quiet();
  return only();
}

test("a hold that expires after its members have changed keeps them until the source speaks of them again", async () => {
  await open();
  const people = await populate(9);
  const hold = await mistake(people);
  const [titled, back, gone, quiet] = await membersOf(hold);
  await change(env, titled!, { title: "Chief" });
  await comeBack([back!]);
  await env.users.remove(env.context, gone!);
  await env.quiet();
  const changed = await only();
  expect(changed.count).toBe(3);
  expect(changed.digest).not.toBe(hold.digest);
  expect(await approve(hold, "ann")).toMatchObject({ kind: "moved" });

  await stop();
  await age(8 * 24);
  start();
  await until(async () => (await only()).state === "expired");
  await env.pool.query("update entity_states set state = 'due', next_at = now() where state = 'held'");
  await env.quiet();
  expect(new Set(await here())).toEqual(new Set([titled, back, gone, quiet]));
  expect(await approve(await only(), "ann")).toMatchObject({ kind: "moved" });

  // The window is empty again: whoever the source speaks of leaves, the others stay.
  await change(env, titled!, { title: "Clerk" });
  await leave([back!]);
  await env.quiet();
  expect(new Set(await here())).toEqual(new Set([gone, quiet]));
});

test("a hold whose members are half undone by the source and half approved", async () => {
  await open();
  const people = await populate(30);
  const hold = await mistake(people.slice(0, 8));
  expect(hold.count).toBe(3);
  const members = await membersOf(hold);
  await comeBack(members.slice(0, 1));
  await env.quiet();
  expect(await approve(hold, "ann")).toMatchObject({ kind: "moved" });
  const left = await only();
  expect(left.count).toBe(2);
  // Approved, and one more is undone before anybody has left.
  await stop();
  expect(await approve(left, "ann")).toMatchObject({ kind: "decided" });
  await comeBack(members.slice(1, 2));
  start();
  await env.quiet();
  expect((await here()).filter((id) => members.includes(id)).sort()).toEqual(members.slice(0, 2).sort());

  // The approval is not for whoever was undone: the limit of today is spent.
  await leave(members.slice(0, 2));
  await env.quiet();
  expect((await here()).filter((id) => members.includes(id)).sort()).toEqual(members.slice(0, 2).sort());
  const [again, before] = await list();
  expect([again!.state, again!.count, before!.state]).toEqual(["open", 2, "approved"]);
});

test("a first approval whose second never comes is void after an hour, and two others decide", async () => {
  await open();
  const people = await populate(12);
  const hold = await mistake(people);
  expect(await approve(hold, "ann")).toMatchObject({ kind: "needsSecond" });
  await age(2);
  expect(await approve(hold, "bob")).toMatchObject({ kind: "needsSecond" });
  await env.quiet();
  expect(await here()).toHaveLength(7);
  // Only one of them counts: ann again makes two.
  expect(await approve(hold, "bob")).toMatchObject({ kind: "needsSecond" });
  expect(await approve(hold, "cid")).toMatchObject({ kind: "decided" });
  await env.quiet();
  expect(await here()).toEqual([]);
});

test("an approval that nobody carries out within its hour ends, and the members are judged by the limits", async () => {
  await open();
  const people = await populate(12);
  const hold = await mistake(people);
  await stop();
  await approve(hold, "ann");
  expect(await approve(hold, "bob")).toMatchObject({ kind: "decided" });
  await age(2);
  start();
  await env.quiet();
  expect(await here()).toHaveLength(7);
  await until(async () => (await list()).some(({ state }) => state === "expired"));
  const [again] = await list();
  expect(again).toMatchObject({ state: "open", count: 7 });
});

describe("the policy changes while a hold waits", () => {
  test("to a higher limit: its members leave, and it dissolves under an approver's hands", async () => {
    await open();
    const people = await populate(12);
    const hold = await mistake(people);
    await approve(hold, "ann");
    await restart({ policy: "version: 1\nlimits: { peopleRemoved: { atLeast: 50 } }" });
    await env.pool.query("update entity_states set state = 'due', next_at = now() where state = 'held'");
    await env.quiet();
    expect(await here()).toEqual([]);
    expect((await only()).state).toBe("dissolved");
    expect(await approve(hold, "bob")).toMatchObject({ kind: "moved" });
  });

  test("to a lower one: nobody more leaves, and the same hold waits", async () => {
    await open();
    const people = await populate(12);
    const hold = await mistake(people);
    await restart({ policy: "version: 1\nlimits: { peopleRemoved: { atLeast: 1 } }" });
    await env.pool.query("update entity_states set state = 'due', next_at = now() where state = 'held'");
    await env.quiet();
    expect(await here()).toHaveLength(7);
    expect(await only()).toMatchObject({ id: hold.id, state: "open", count: 7, digest: hold.digest });
  });

  test("to one that protects its members: they leave the hold, and it dissolves", async () => {
    await open();
    const people = await populate(8, () => ({ userType: "Board" }));
    const hold = await mistake(people);
    await restart({ policy: "version: 1\nprotect: { where: 'user.userType == \"Board\"' }" });
    await env.pool.query("update entity_states set state = 'due', next_at = now() where state = 'held'");
    await env.quiet();
    expect(await here()).toHaveLength(3);
    expect(await only()).toMatchObject({ id: hold.id, state: "dissolved", count: 0 });
    expect(await eventsOf("hold.dissolved")).toBe(1);
    expect(await approve(hold, "ann")).toMatchObject({ kind: "moved" });
  });
});

test("with a grace, the limit counts who is parked or switched off, an approval lets the rest begin theirs, and all are removed at its end", async () => {
  await open("version: 1\ngrace: 24h\nlimits: { departmentEmptied: { people: 1000 } }", PARKING);
  const people = await populate(12, (at) =>
    at % 2 === 0 ? { [DINGTALK_USER]: { accountType: "sso" } } : {},
  );
  await addGroup(env, { displayName: "Sales" }, people);
  const hold = await mistake(people);
  const outOfWork = async () =>
    (await env.state()).users.filter(
      ({ userid, disable_status }) => disable_status === true || parked.has(userid),
    ).length;
  const parked = new Set<string>();
  const countParked = async (): Promise<number> => {
    const named = (await chart(env))["Former staff"] ?? [];
    for (const { userid, name } of (await env.state()).users) if (named.includes(name)) parked.add(userid);
    return named.length;
  };
  await countParked();
  expect(await outOfWork()).toBe(5);
  expect(hold).toMatchObject({ limit: "peopleRemoved", count: 7, passed: 5 });
  await approve(hold, "ann");
  await approve(hold, "bob");
  await env.quiet();
  expect(await countParked()).toBe(6);
  expect(await outOfWork()).toBe(12);
  expect(await here()).toHaveLength(12);
  expect(await eventsOf("grace.started")).toBe(12);

  await stop();
  await age(25);
  await env.pool.query("update entity_states set next_at = now() where reason_code = 'inGrace'");
  start();
  await until(async () => (await here()).length === 0);
  await env.quiet();
  expect(await eventsOf("grace.ended")).toBe(12);
  expect((await only()).state).toBe("approved");
});

test("whoever was rejected, came back and is deactivated again is judged anew", async () => {
  await open();
  const people = await populate(8);
  const hold = await mistake(people);
  expect(await holds.reject(hold.id, { digest: hold.digest, count: 3 }, { actor: "ann" })).toMatchObject({
    kind: "decided",
  });
  await comeBack(people);
  await env.quiet();
  expect(await here()).toHaveLength(8);
  expect(await only()).toMatchObject({ id: hold.id, state: "rejected", count: 0 });

  await leave(people);
  await env.quiet();
  expect(await here()).toHaveLength(3);
  const [again, before] = await list();
  expect([again!.state, again!.count, before!.state]).toEqual(["open", 3, "rejected"]);
});

test("whoever was rejected and is deleted at the source is judged anew", async () => {
  await open();
  const people = await populate(6);
  const hold = await mistake(people);
  const [left] = await membersOf(hold);
  await holds.reject(hold.id, { digest: hold.digest, count: 1 }, { actor: "ann" });
  await stop();
  await age(25);
  await env.users.remove(env.context, left!);
  start();
  await env.quiet();
  expect(await here()).toEqual([]);
});

test("a hold dissolves one by one as its members come back, disappear in DingTalk, and are protected", async () => {
  await open();
  const people = await populate(9);
  const hold = await mistake(people);
  const [back, removed, third, fourth] = await membersOf(hold);
  await comeBack([back!]);
  await env.quiet();
  expect((await only()).count).toBe(3);
  await env.control("edit", { call: "/topapi/v2/user/delete", body: { userid: removed! } });
  await env.pool.query("update links set attributes = null where entity_id = $1", [removed]);
  await env.pool.query("update entity_states set state = 'due', next_at = now() where entity_id = $1", [
    removed,
  ]);
  await env.quiet();
  expect((await only()).count).toBe(2);
  await comeBack([third!, fourth!]);
  await env.quiet();
  expect(await only()).toMatchObject({ id: hold.id, state: "dissolved", count: 0 });
  expect(await eventsOf("hold.dissolved")).toBe(1);
  expect((await env.pool.query("select 1 from entity_states where in_hold")).rows).toEqual([]);
});
