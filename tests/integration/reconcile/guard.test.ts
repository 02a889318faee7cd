import { systemClock } from "../../../src/core/clock.ts";
import { uuidv7 } from "../../../src/core/id.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { compilePolicy } from "../../../src/policy/compile.ts";
import type { Hold } from "../../../src/reconcile/guard/hold.ts";
import type { HoldOperations } from "../../../src/reconcile/guard/operations.ts";
import { replacements } from "../../../src/reconcile/guard/spendings.ts";
import { createHolds } from "../../../src/store/loop/guard/holds.ts";
import { countSources } from "../../../src/store/loop/guard/source-figures.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { addGroup, change, DINGTALK_USER, ENTERPRISE, members, person } from "./sample.ts";

/*
 * The limits of the policy against mistakes of a source. GUARD_PEOPLE makes the organisation as large as one
 * likes.
 */

const PEOPLE = Number(process.env["GUARD_PEOPLE"] ?? "120");
const DEFAULT = "version: 1";

if (PEOPLE > 300) jest.setTimeout(PEOPLE * 300);

keepDatabase();
let env: TestEnvironment;
let holds: HoldOperations;

const CLEARING = DEFAULT_MAPPING.replace(/^ {2}title: .*$/m, "  title: { value: user.title, empty: clear }");

async function open(policy = DEFAULT, mapping = DEFAULT_MAPPING): Promise<void> {
  env = await openTestEnvironment({ policy, mapping });
  holds = createHolds(env.pool, "dingtalk", systemClock);
}
afterEach(() => env.close());

const populate = async (count: number, more: (at: number) => object = () => ({})): Promise<string[]> => {
  const made: string[] = [];
  for (let at = 0; at < count; at += 50)
    made.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(50, count - at) }, (_, i) =>
          env.addUser(person(`P${at + i}`, { ...more(at + i) })),
        ),
      )),
    );
  return made;
};
const eachOf = async (some: readonly string[], work: (id: string) => Promise<unknown>): Promise<void> => {
  for (let at = 0; at < some.length; at += 50) await Promise.all(some.slice(at, at + 50).map(work));
};
const deactivate = (some: readonly string[]) => eachOf(some, (id) => change(env, id, { active: false }));
const activate = (some: readonly string[]) => eachOf(some, (id) => change(env, id, { active: true }));
const seconds = (sinceMs: number): string => ((systemClock.monotonicMs() - sinceMs) / 1_000).toFixed(1);
const there = async (): Promise<number> => (await env.state()).users.length;
const all = async (): Promise<readonly Hold[]> => (await holds.list({ count: 100 })).holds;
const only = async (): Promise<Hold> => {
  const found = await all();
  expect(found).toHaveLength(1);
  return found[0]!;
};
/** As if so much time had passed. */
async function age(hours: number): Promise<void> {
  const by = `interval '${hours} hours'`;
  await env.pool.query(`update links set created_at = created_at - ${by}, observed_at = observed_at - ${by}`);
  await env.pool.query(`update guard_acts set at = at - ${by}, since = since - ${by}`);
  await env.pool.query(`update holds set opened_at = opened_at - ${by}, expires_at = expires_at - ${by}`);
  await env.pool.query("delete from guard_bases");
}
const eventsOf = async (code: string): Promise<readonly Record<string, unknown>[]> =>
  (await env.pool.query("select detail from history where code = $1 order by id", [code])).rows.map(
    ({ detail }) => JSON.parse(detail),
  );
const operator = (actor: string) => ({ actor });

test("with a grace the limit counts who is switched off, and not once more who is removed", async () => {
  await open("version: 1\ngrace: 24h");
  const people = await populate(20, () => ({ [DINGTALK_USER]: { accountType: "sso" } }));
  env.startWorker();
  await env.quiet();
  await deactivate(people);
  await env.quiet();
  const off = async () => (await env.state()).users.filter((user) => user["disable_status"] === true).length;
  expect([await there(), await off()]).toEqual([20, 5]);
  expect(await only()).toMatchObject({ limit: "peopleRemoved", count: 15, passed: 5 });

  // The grace of the five is over, within the window of the limit.
  await env.pool.query(
    "update links set grace_since = grace_since - interval '24 hours', grace_until = grace_until - interval '24 hours'",
  );
  await env.pool.query("update entity_states set next_at = now() where reason_code = 'inGrace'");
  for (
    const deadline = systemClock.monotonicMs() + 30_000;
    (await there()) > 15 && systemClock.monotonicMs() < deadline;
  )
    await systemClock.sleep(20);
  expect(await only()).toMatchObject({ count: 15, passed: 5 });
  const removals = await env.pool.query(
    "select count(*) as n from history where code = 'target.intent' and detail->>'action' = 'remove' and detail->'grace' is not null",
  );
  expect(removals.rows).toEqual([{ n: 5 }]);

  // Whoever comes back in the grace gives back what they have spent.
  await activate(people);
  await env.quiet();
  expect([await there(), await off()]).toEqual([20, 0]);
  expect(await only()).toMatchObject({ state: "dissolved" });
});

describe("everybody deactivated by mistake", () => {
  const allowed = Math.max(5, Math.floor(PEOPLE * 0.02));

  async function mistake(count = PEOPLE): Promise<readonly string[]> {
    await open();
    const people = await populate(count);
    env.startWorker();
    await env.quiet(300_000);
    expect(await there()).toBe(count);
    await age(25);
    const begun = systemClock.monotonicMs();
    await deactivate(people);
    await env.quiet(300_000);
    if (PEOPLE > 300)
      process.stderr.write(
        `${count} deactivated: ${await there()} still there, the rest held after ${seconds(begun)} s\n`,
      );
    return people;
  }

  test("two in a hundred leave, the rest is one hold, and it dissolves when the source takes it back", async () => {
    const people = await mistake();
    expect(await there()).toBe(PEOPLE - allowed);
    const hold = await only();
    expect(hold).toMatchObject({
      state: "open",
      limit: "peopleRemoved",
      count: PEOPLE - allowed,
      passed: allowed,
      allowed,
      windowHours: 24,
    });
    expect(await eventsOf("hold.opened")).toEqual([
      {
        hold: hold.id,
        limit: "peopleRemoved",
        hours: 24,
        passed: allowed,
        allowed,
        members: expect.any(Array),
      },
    ]);
    const {
      members: [first],
    } = await holds.members(hold.id, { count: 1 });
    expect(first).toMatchObject({
      kind: "user",
      action: "remove",
      done: false,
      name: expect.stringMatching(/^P/),
    });
    expect(first!.causes).toEqual([
      { event: expect.any(String), requestId: expect.any(String), actor: "token:test" },
    ]);

    await activate(people);
    await env.quiet(300_000);
    expect(await there()).toBe(PEOPLE);
    expect(await only()).toMatchObject({ id: hold.id, state: "dissolved", count: 0 });
    expect(await eventsOf("hold.dissolved")).toHaveLength(1);
    expect((await env.pool.query("select count(*) as n from entity_states where in_hold")).rows).toEqual([
      { n: 0 },
    ]);

    // What was put back is given back to the budget.
    await deactivate(people.slice(0, allowed));
    await env.quiet(300_000);
    expect(await there()).toBe(PEOPLE - allowed);
    expect(await all()).toHaveLength(1);
  });

  test("what is approved goes, and nobody else", async () => {
    const people = await mistake(100);
    const back = people.slice(0, 30);
    await activate(back);
    await env.quiet(300_000);
    const hold = await only();
    expect(hold.count).toBeLessThanOrEqual(70);

    const stale = await holds.approve(
      hold.id,
      { digest: "0".repeat(32), count: hold.count },
      operator("ann"),
      { alone: true },
    );
    expect(stale).toMatchObject({
      kind: "moved",
      hold: { digest: hold.digest, count: hold.count, state: "open" },
    });
    await env.quiet();
    expect((await only()).state).toBe("open");

    const { digest, count } = hold;
    expect(await holds.approve(hold.id, { digest, count }, operator("ann"), { alone: false })).toMatchObject({
      kind: "needsSecond",
    });
    expect(await holds.approve(hold.id, { digest, count }, operator("ann"), { alone: false })).toMatchObject({
      kind: "needsSecond",
    });
    await env.quiet();
    expect((await only()).state).toBe("open");
    expect(await holds.approve(hold.id, { digest, count }, operator("bob"), { alone: false })).toMatchObject({
      kind: "decided",
    });
    await env.quiet(300_000);
    expect((await env.state()).users.map(({ userid }) => userid).sort()).toEqual([...back].sort());
    expect(await only()).toMatchObject({ state: "approved", count });
    const removals = await env.pool.query(
      "select count(*) as n from history where code = 'target.intent' and detail->>'action' = 'remove' and detail->'allowedBy'->'holds'->>0 = $1",
      [hold.id],
    );
    expect(removals.rows).toEqual([{ n: count }]);

    // The approval was for those: one more is beyond the limit again.
    await deactivate(back.slice(0, 1));
    await env.quiet();
    expect((await all()).map(({ state }) => state)).toEqual(["open", "approved"]);
  });
});

test("a hold that is rejected stays as it is until the source speaks of its members again", async () => {
  await open();
  const people = await populate(8);
  const worker = env.startWorker();
  await env.quiet();
  await deactivate(people);
  await env.quiet();
  expect(await there()).toBe(3);
  const hold = await only();
  expect(await holds.reject(hold.id, { digest: hold.digest, count: 3 }, operator("ann"))).toMatchObject({
    kind: "decided",
  });
  await worker.stop(1_000);
  await age(25);
  env.startWorker();
  await env.pool.query("update entity_states set state = 'due', next_at = now() where state = 'held'");
  await env.quiet();
  expect(await there()).toBe(3);
  expect(await only()).toMatchObject({ state: "rejected", count: 3 });

  const left = (await env.state()).users.map(({ userid }) => userid);
  await change(env, left[0]!, { title: "Clerk" });
  await env.quiet();
  expect(await there()).toBe(2);
});

test("late-comers join an open hold, and whoever comes when it is over is judged anew", async () => {
  await open();
  const people = await populate(10);
  const worker = env.startWorker();
  await env.quiet();
  await deactivate(people.slice(0, 6));
  await env.quiet();
  const hold = await only();
  expect(hold.count).toBe(1);
  await deactivate(people.slice(6, 8));
  await env.quiet();
  expect(await only()).toMatchObject({ id: hold.id, count: 3 });
  expect(await eventsOf("hold.extended")).not.toEqual([]);

  // A week without a decision.
  await worker.stop(1_000);
  await age(8 * 24);
  env.startWorker();
  await env.quiet();
  await until(async () => (await only()).state === "expired");
  await deactivate(people.slice(8));
  await env.quiet();
  expect(await there()).toBe(3);
  expect(await all()).toHaveLength(1);
});

test("a drip is seen by the window", async () => {
  await open("version: 1\nlimits: { peopleRemoved: { atLeast: 4, percent: 2 } }");
  const people = await populate(20);
  env.startWorker();
  await env.quiet();
  // Three every twelve hours: four a day pass.
  for (let day = 0; day < 3; day++) {
    await deactivate(people.slice(day * 3, day * 3 + 3));
    await env.quiet();
    await age(12);
  }
  expect(await there()).toBe(16);
  expect(await only()).toMatchObject({ limit: "peopleRemoved", state: "open", count: 5 });
});

test("a restart keeps holds and counters", async () => {
  await open();
  const people = await populate(9);
  const first = env.startWorker();
  await env.quiet();
  await deactivate(people.slice(0, 4));
  await env.quiet();
  await first.stop(1_000);
  await deactivate(people.slice(4));
  env.startWorker();
  await env.quiet();
  expect(await there()).toBe(4);
  expect(await only()).toMatchObject({ count: 4, passed: 5 });
});

describe("several workers", () => {
  test("spend no more than there is", async () => {
    await open();
    const people = await populate(60);
    const workers = [env.startWorker(), env.startWorker(), env.startWorker()];
    await env.quiet();
    expect(workers).toHaveLength(3);
    await deactivate(people);
    await env.quiet();
    expect(await there()).toBe(55);
    expect(await only()).toMatchObject({ count: 55, passed: 5 });
  });

  /** A worker that spends the last of the budget on one person, and dies. */
  async function die(point: "begun" | "called"): Promise<string> {
    const { store, target, mapping } = env.connect();
    await store.keepAlive([]);
    const [claim] = await store.claim(1);
    if (!claim) throw new Error("nobody was due");
    const link = (await store.people([claim.ref.id])).get(claim.ref.id)?.link;
    const policy = compilePolicy(DEFAULT);
    const intent = {
      id: uuidv7(systemClock.now().getTime()),
      at: systemClock.now(),
      code: "target.intent" as const,
      actor: "worker",
      causes: claim.causes,
      subject: claim.ref,
      target: "dingtalk",
      attempt: 1,
      detail: { action: "remove", mapping: mapping.version },
    };
    const spendings = [{ limit: "peopleRemoved", key: "" }] as const;
    const begun = await store.beginGuarded({ claim, intent, action: "remove", spendings, policy });
    expect(begun.kind).toBe("begun");
    const actual = { remoteId: link!.remoteId!, ...link!.observed! };
    if (point === "called") await target.remove(claim.ref, actual, { signal: new AbortController().signal });
    // Gone: its lock falls, its claim is taken back.
    await store.close();
    return claim.ref.id;
  }

  test.each(["begun", "called"] as const)(
    "one that dies once it has %s spends what it has spent, once",
    async (point) => {
      await open();
      const people = await populate(12);
      const first = env.startWorker();
      await env.quiet();
      await deactivate(people.slice(0, 4));
      await env.quiet();
      expect(await there()).toBe(8);
      await first.stop(1_000);
      await deactivate(people.slice(4));
      const dead = await die(point);
      env.startWorker();
      env.startWorker();
      await env.quiet();
      const left = (await env.state()).users.map(({ userid }) => userid);
      expect(left).toHaveLength(7);
      expect(left).not.toContain(dead);
      expect(await only()).toMatchObject({ count: 7, passed: 5 });
    },
  );
});

test("another policy judges what is held anew", async () => {
  await open();
  const people = await populate(10);
  const worker = env.startWorker();
  await env.quiet();
  await deactivate(people);
  await env.quiet();
  expect(await there()).toBe(5);
  await worker.stop(1_000);
  env.startWorker({ policy: "version: 1\nlimits: { peopleRemoved: { atLeast: 8 } }" });
  await env.pool.query("update entity_states set state = 'due', next_at = now() where state = 'held'");
  await env.quiet();
  expect(await there()).toBe(2);
  expect(await only()).toMatchObject({ state: "open", count: 2 });
});

describe("other limits", () => {
  test("a department that loses more than half, by moving", async () => {
    await open();
    const people = await populate(12);
    const sales = await addGroup(env, { displayName: "Sales" }, people);
    await addGroup(env, { displayName: "Support" });
    env.startWorker();
    await env.quiet();
    await members(env, sales, { remove: people });
    await env.quiet();
    const { departments, users } = await env.state();
    const id = departments.find(({ name }) => name === "Sales")!.dept_id;
    expect(users.filter(({ dept_id_list }) => dept_id_list.includes(id))).toHaveLength(6);
    expect(await only()).toMatchObject({
      limit: "departmentEmptied",
      count: 6,
      passed: 6,
      allowed: 6,
      windowHours: 1,
    });
  });

  test("departments, beyond three", async () => {
    await open();
    const groups = await Promise.all(
      Array.from({ length: 6 }, (_, at) => addGroup(env, { displayName: `D${at}` })),
    );
    env.startWorker();
    await env.quiet();
    for (const group of groups) await env.groups.remove(env.context, group);
    await env.quiet();
    expect((await env.state()).departments).toHaveLength(1 + 3);
    expect(await only()).toMatchObject({ limit: "departmentsRemoved", count: 3, passed: 3 });
  });

  test("an attribute that is emptied for many", async () => {
    await open("version: 1\nlimits: { attributeBlanked: { people: 4, percent: 20 } }", CLEARING);
    const people = await populate(20, () => ({ title: "Clerk" }));
    env.startWorker();
    await env.quiet();
    await age(2);
    await eachOf(people, (id) => change(env, id, { title: "" }));
    await env.quiet();
    expect((await env.state()).users.filter(({ title }) => title === "Clerk")).toHaveLength(16);
    const hold = await only();
    expect(hold).toMatchObject({ limit: "attributeBlanked", count: 16, passed: 4, allowed: 4 });
    expect(await eventsOf("hold.opened")).toMatchObject([{ key: "title" }]);

    // Nobody else is kept from anything: titles that are set again go through.
    await eachOf(people, (id) => change(env, id, { title: `Clerk ${id}` }));
    await env.quiet();
    expect((await env.state()).users.filter(({ title }) => String(title).startsWith("Clerk 0"))).toHaveLength(
      20,
    );
    expect(await only()).toMatchObject({ state: "dissolved" });
  });
});

describe("one and the same value for many, in place of what they had", () => {
  const EIGHT = "version: 1\nlimits: { attributeBlanked: { people: 9, percent: 20 } }";
  const bosses = async () => (await env.state()).users.filter(({ title }) => title === "Boss").length;

  async function clerks(count: number): Promise<readonly string[]> {
    await open(EIGHT);
    const people = await populate(count, (at) => ({ title: `Clerk ${at}` }));
    const worker = env.startWorker();
    await env.quiet();
    await worker.stop(1_000);
    await age(2);
    return people;
  }
  const promote = (some: readonly string[]) => eachOf(some, (id) => change(env, id, { title: "Boss" }));

  test("several workers together set it as often as the limit allows", async () => {
    const people = await clerks(24);
    await promote(people);
    for (let at = 0; at < 3; at++) env.startWorker();
    await env.quiet();
    expect(await bosses()).toBe(8);
    expect(await only()).toMatchObject({ limit: "attributeBlanked", count: 16, passed: 8, allowed: 8 });
  });

  test("one that is killed while it spends the last does not spend it twice, and no restart spends more", async () => {
    const people = await clerks(16);
    for (const until of [3, 5, 7]) {
      await promote(people.slice(until === 3 ? 0 : until - 2, until));
      const worker = env.startWorker();
      await env.quiet();
      await worker.stop(1_000);
    }
    expect(await bosses()).toBe(7);
    await promote(people.slice(7));
    const { store } = env.connect();
    await store.keepAlive([]);
    const [claim] = await store.claim(1);
    const link = (await store.people([claim!.ref.id])).get(claim!.ref.id)!.link!;
    const actual = { remoteId: link.remoteId!, ...link.observed! };
    const keys = replacements(
      { action: "update", actual, set: { title: "Boss" } },
      { firstWrite: false },
    ).map(({ key }) => key);
    const intent = {
      id: uuidv7(systemClock.now().getTime()),
      at: systemClock.now(),
      code: "target.intent" as const,
      actor: "worker",
      causes: [],
      subject: claim!.ref,
      target: "dingtalk",
    };
    expect(await store.beginSetting(claim!, intent, { keys, sure: 8 })).toBe("begun");
    const [next] = await store.claim(1);
    expect(
      await store.beginSetting(next!, { ...intent, id: uuidv7(0), subject: next!.ref }, { keys, sure: 8 }),
    ).toBe("near");
    await store.close();
    env.startWorker();
    env.startWorker();
    await env.quiet();
    expect(await bosses()).toBe(8);
    expect((await env.state()).users.find(({ userid }) => userid === claim!.ref.id)).toMatchObject({
      title: "Boss",
    });
    expect(await only()).toMatchObject({ limit: "attributeBlanked", count: 8 });
  });
});

describe("a source that collapses", () => {
  test("lost more than half since last night: removals of its people are one hold, which an approval lets through", async () => {
    await open();
    const people = await populate(40);
    const first = env.startWorker();
    await env.quiet();
    await first.stop(1_000);
    await age(25);
    await countSources(env.pool, "dingtalk");
    await deactivate(people.slice(0, 21));
    env.startWorker();
    await env.quiet();
    expect(await there()).toBe(40);
    const hold = await only();
    expect(hold).toMatchObject({
      limit: "sourceCollapsed",
      count: 21,
      windowHours: 24,
      detail: { name: "test", active: 40, activeNow: 19 },
    });
    const { digest, count } = hold;
    expect(await holds.approve(hold.id, { digest, count }, operator("ann"), { alone: true })).toMatchObject({
      kind: "decided",
    });
    await env.quiet();
    expect(await there()).toBe(19);
    expect(await all()).toHaveLength(1);
  });

  test("comes back from silence with nothing but removals, and takes them back", async () => {
    await open();
    const people = await populate(40);
    const first = env.startWorker();
    await env.quiet();
    await first.stop(1_000);
    await age(25);
    await countSources(env.pool, "dingtalk");
    await env.pool.query("update source_figures set spoke_at = spoke_at - interval '80 hours'");
    await deactivate(people.slice(0, 8));
    env.startWorker();
    await env.quiet();
    expect(await there()).toBe(40);
    expect(await only()).toMatchObject({ limit: "sourceCollapsed", count: 8 });
    await activate(people);
    await env.quiet();
    expect(await there()).toBe(40);
    expect(await only()).toMatchObject({ state: "dissolved" });
  });
});

describe("who may be written at all", () => {
  const reasons = async () =>
    (await env.pool.query("select reason_code from entity_states where state = 'held' order by 1")).rows.map(
      ({ reason_code }) => reason_code,
    );

  test("protected people stay, whoever they are by", async () => {
    await open(
      'version: 1\nprotect: { mobile: ["+852 6000 0001"], job_number: [7], where: \'user.userType == "Board"\' }',
    );
    const ids = await Promise.all([
      env.addUser(person("A", { phoneNumbers: [{ type: "mobile", value: "+852 6000 0001" }] })),
      env.addUser(person("B", { [ENTERPRISE]: { employeeNumber: "7" } })),
      env.addUser(person("C", { userType: "Board" })),
      env.addUser(person("D")),
    ]);
    env.startWorker();
    await env.quiet();
    await deactivate(ids);
    await env.quiet();
    expect((await env.state()).users.map(({ name }) => name).sort()).toEqual(["A", "B", "C"]);
    expect(await reasons()).toEqual(["protectedPerson", "protectedPerson", "protectedPerson"]);
    expect(await all()).toEqual([]);
  });

  test("private addresses reach nobody's account, and keep nobody in", async () => {
    await open("version: 1\naccounts: { domains: [example.com] }");
    const mail = (value: string) => ({ emails: [{ type: "work", value }] });
    const [a, b] = [
      await env.addUser(person("A", mail("a@example.com"))),
      await env.addUser(person("B", mail("b@gmail.com"))),
    ];
    const c = await env.addUser(person("C"));
    env.startWorker();
    await env.quiet();
    const emails = async () => (await env.state()).users.map(({ name, email }) => [name, email ?? ""]).sort();
    expect(await emails()).toEqual([
      ["A", "a@example.com"],
      ["C", ""],
    ]);
    expect(await reasons()).toEqual(["privateAddress"]);
    await change(env, a, mail("a@qq.com"));
    await change(env, b, mail("b@example.com"));
    await env.quiet();
    expect(await emails()).toEqual([
      ["A", "a@example.com"],
      ["B", "b@example.com"],
      ["C", ""],
    ]);
    await deactivate([a, b, c]);
    await env.quiet();
    expect([await emails(), await reasons()]).toEqual([[], []]);
  });

  test("a pilot writes its own people only, and another policy judges the others anew", async () => {
    await open('version: 1\nscope: { groups: ["Pilot *"], where: \'user.title == "Chief"\' }');
    const [a] = await Promise.all([
      env.addUser(person("A")),
      env.addUser(person("B", { title: "Chief" })),
      env.addUser(person("C")),
    ]);
    await addGroup(env, { displayName: "Pilot one" }, [a!]);
    const worker = env.startWorker();
    await env.quiet();
    expect((await env.state()).users.map(({ name }) => name).sort()).toEqual(["A", "B"]);
    expect(await reasons()).toEqual(["outsidePilot"]);
    await worker.stop(1_000);
    env.startWorker({ policy: DEFAULT });
    await env.pool.query("update entity_states set state = 'due', next_at = now() where state = 'held'");
    await env.quiet();
    expect(await there()).toBe(3);
  });
});

async function until(done: () => Promise<boolean>, ms = 20_000): Promise<void> {
  const deadline = systemClock.monotonicMs() + ms;
  while (!(await done())) {
    if (systemClock.monotonicMs() > deadline) throw new Error("it did not come about");
    await systemClock.sleep(20);
  }
}
