import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { uuidv7 } from "../../../src/core/id.ts";
import type { AdoptionRules } from "../../../src/policy/policy.ts";
import type { Adoption } from "../../../src/reconcile/adopt/ports.ts";
import { PROPOSE_ALL } from "../../../src/reconcile/adopt/rules.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { createAdoptionOperations } from "../../../src/store/adopt/decisions.ts";
import { createEventLog } from "../../../src/store/history/event-log.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { testVault } from "../../support/vault.ts";
import { change, chart, ENTERPRISE, notesOn, person, stateOf } from "./sample.ts";

/* People and departments that were at DingTalk before the directory. */

keepDatabase();
let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
});
afterEach(() => env.close());

const edit = (call: string, body: JsonObject) => env.control("edit", { call, body });
let made = 0;
const byHand = async (userid: string, name: string, more: JsonObject = {}): Promise<void> => {
  made += 1;
  const mobile = `+852-6555${String(made).padStart(4, "0")}`;
  await edit("/topapi/v2/user/create", { userid, name, dept_id_list: "1", mobile, ...more });
  expect((await users()).map((each) => each.userid)).toContain(userid);
};
const compare = (adopt: AdoptionRules = PROPOSE_ALL) =>
  sweep({ ...env.connect(), clock: systemClock, policy: { adopt } }, "cli", new AbortController().signal);
const operations = () => createAdoptionOperations(env.pool, "dingtalk", testVault);
const by = () => ({ at: systemClock.now(), actor: "token:test", causes: [], target: "dingtalk" });
const list = async (): Promise<readonly Adoption[]> => (await operations().list({ count: 100 })).adoptions;
const told = async () =>
  (await list())
    .map(({ entity, remote, tier, state }) => `${entity.name}=${remote.id} ${tier} ${state}`)
    .sort();
const users = async () => (await env.state()).users;
async function events(code: string): Promise<readonly JsonObject[]> {
  const log = createEventLog(env.pool, testVault);
  const { rows } = await env.pool.query<{ id: string }>(
    "select id from history where code = $1 order by id",
    [code],
  );
  const told = await Promise.all(rows.map(async ({ id }) => (await log.story(id))!.event));
  return told.map(({ actor, detail, personal }) => ({ actor, ...detail, ...personal }));
}
const writes = async (): Promise<number> => {
  const calls = await env.calls();
  return Object.entries(calls)
    .filter(([path]) => /create|update|delete|addroles|removeroles|add_role/.test(path))
    .reduce((sum, [, { count }]) => sum + count, 0);
};
const start = async (mode: "observe" | "upsert" | "sync" = "sync") => {
  const worker = env.startWorker({ mode });
  await env.quiet();
  // Another mode is another start.
  if (mode === "observe") await worker.stop(1_000);
};
/** As another mode at start does. */
const resume = async (): Promise<void> => {
  await env.pool.query(
    "update entity_states set state = 'due', next_at = now(), desired_generation = desired_generation + 1",
  );
  await start("sync");
};
const li = (number: string, more: JsonObject = {}): JsonObject =>
  person("Li Wei", { [ENTERPRISE]: { employeeNumber: number }, ...more });

test("the comparison proposes who is who; what is proposed sends no write, and nobody is made beside them", async () => {
  await byHand("li.wei", "LI  WEI", { job_number: "7", mobile: "+852-61110001", title: "Old" });
  const id = await env.addUser(li("7"));
  await start("observe");
  await compare();
  expect(await told()).toEqual(["Li Wei=li.wei 2 proposed"]);
  const before = await writes();
  await resume();
  expect(await writes()).toBe(before);
  expect(await users()).toHaveLength(1);
  expect(await stateOf(env, "user", id)).toMatchObject({
    state: "held",
    reason: expect.stringContaining("nobody has decided"),
  });
  const [event] = await events("adoption.proposed");
  expect(event).toMatchObject({ actor: "cli", tier: 2, matched: ["job_number", "name"], remoteId: "li.wei" });
});

test("who is accepted is brought in line under the old userid; the number is changed by a later look only", async () => {
  await byHand("li.wei", "Li Wei", { job_number: "7", mobile: "+852-61110001", title: "Old" });
  const id = await env.addUser(li("7", { title: "Head" }));
  await start("observe");
  await compare();
  const [{ id: adoption } = { id: "" }] = await list();
  expect(await operations().accept(adoption, by())).toMatchObject({ kind: "done" });
  await resume();
  expect(await users()).toEqual([
    expect.objectContaining({ userid: "li.wei", title: "Head", mobile: "61110001" }),
  ]);
  expect(await notesOn(env, id)).toContain("mobile: keptOnAdoption");
  expect(await told()).toEqual(["Li Wei=li.wei 2 linked"]);
  expect(await events("adoption.linked")).toEqual([
    expect.objectContaining({ actor: "token:test", tier: 2, matched: ["job_number", "name"] }),
  ]);

  await compare();
  await env.quiet();
  expect(await notesOn(env, id)).not.toContain("mobile: keptOnAdoption");
  expect((await users())[0]!["mobile"]).not.toBe("61110001");
  expect(await operations().accept(adoption, by())).toMatchObject({
    kind: "refused",
    why: { kind: "decided" },
  });
});

test("a list that still proposes who was decided meanwhile gets no id for them, and the others get their own", async () => {
  await byHand("li.wei", "Li Wei", { job_number: "7" });
  const [li7, bo] = [await env.addUser(li("7")), await env.addUser(person("Bo"))];
  await start("observe");
  await compare();
  await operations().accept((await list())[0]!.id, by());
  const proposal = (id: string, remote: string) =>
    ({
      kind: "user",
      entity: { id },
      remote: { id: remote, departments: [] },
      tier: 2,
      matched: ["name"],
      state: "proposed",
    }) as const;
  const at = systemClock.now();
  const listing = { id: uuidv7(at.getTime()), origin: { at, actor: "test", causes: [] } };
  const ids = await env.connect().store.propose([proposal(li7, "li.wei"), proposal(bo, "bo")], listing);
  expect(ids).toEqual([undefined, expect.any(String)]);
});

test("what was read of somebody while they are held is not read again", async () => {
  await byHand("li.wei", "Li Wei", { job_number: "7", title: "Old" });
  const id = await env.addUser(li("7", { title: "Head" }));
  await start("observe");
  await compare();
  await operations().accept((await list())[0]!.id, by());
  const reads = async (): Promise<number> => (await env.calls())["/topapi/v2/user/get"]?.count ?? 0;
  await start("observe");
  expect(await stateOf(env, "user", id)).toMatchObject({ state: "held" });
  const before = await reads();
  await resume();
  expect(await users()).toEqual([expect.objectContaining({ userid: "li.wei", title: "Head" })]);
  // Still just taken over: the number waits for a later look.
  expect(await notesOn(env, id)).toContain("mobile: keptOnAdoption");
  expect((await reads()) - before).toBe(0);
});

test.each<[string, (id: string) => Promise<unknown>]>([
  ["deactivated", (id) => change(env, id, { active: false })],
  ["deleted", (id) => env.users.remove(env.context, id)],
])("somebody who was %s since cannot be accepted: they would be removed", async (_name, leave) => {
  await byHand("li.wei", "Li Wei", { job_number: "7" });
  const id = await env.addUser(li("7"));
  await start("observe");
  await compare();
  const [adoption] = await list();
  await leave(id);
  expect(await operations().accept(adoption!.id, by())).toEqual({ kind: "refused", why: { kind: "gone" } });
  await resume();
  expect((await users()).map(({ userid }) => userid)).toEqual(["li.wei"]);
});

test("who is rejected is somebody else: they get an account of their own, and the two are never proposed again", async () => {
  await byHand("li.wei", "Li Wei", { job_number: "7" });
  const id = await env.addUser(li("7"));
  await start("observe");
  await compare();
  const [adoption] = await list();
  await operations().reject(adoption!.id, by());
  await resume();
  expect((await users()).map(({ userid }) => userid).sort()).toEqual([id, "li.wei"].sort());
  await compare();
  expect(await told()).toEqual(["Li Wei=li.wei 2 rejected"]);
});

test("two candidates are ambiguous: nobody is linked, and a person's choice answers both", async () => {
  await byHand("one", "Li Wei", { job_number: "7" });
  await byHand("two", "Li Wei", { job_number: "7" });
  await env.addUser(li("7"));
  await start("observe");
  await compare({ ...PROPOSE_ALL, people: { ...PROPOSE_ALL.people, 2: "link" } });
  expect(await told()).toEqual(["Li Wei=one 2 ambiguous", "Li Wei=two 2 ambiguous"]);
  expect(await operations().acceptTier(2, 0, by())).toMatchObject({ kind: "done", adoptions: [] });
  const two = (await list()).find(({ remote }) => remote.id === "two")!;
  await operations().accept(two.id, by());
  expect(await told()).toEqual(["Li Wei=two 2 linked"]);
});

test("a strong tier that the policy trusts is linked at once, a weak one never", async () => {
  await byHand("seven", "Li Wei", { job_number: "7" });
  await byHand("other", "Somebody", { mobile: "+852-61110009" });
  await env.addUser(li("7"));
  await env.addUser(person("Chan", { phoneNumbers: [{ type: "mobile", value: "+852 6111 0009" }] }));
  await start("observe");
  const link = { 1: "link", 2: "link", 3: "link", 4: "link", 5: "link", 6: "link" } as const;
  await compare({ ...PROPOSE_ALL, people: link });
  expect(await told()).toEqual(["Chan=other 5 proposed", "Li Wei=seven 2 linked"]);
});

test("a whole tier is accepted by its count, and not by another one", async () => {
  for (const n of [1, 2, 3]) {
    await byHand(`p${n}`, `Person ${n}`, { job_number: String(n) });
    await env.addUser(person(`Person ${n}`, { [ENTERPRISE]: { employeeNumber: String(n) } }));
  }
  await start("observe");
  await compare();
  expect(await operations().acceptTier(2, 2, by())).toEqual({
    kind: "refused",
    why: { kind: "changed", count: 3 },
  });
  expect(await operations().acceptTier(2, 3, by())).toMatchObject({ kind: "done", adoptions: [{}, {}, {}] });
  expect((await list()).every(({ state }) => state === "linked")).toBe(true);
  expect(await operations().proposed()).toBe(0);
});

test("unlinking gives them back: nothing changes at DingTalk, also not by comparisons, and they can be linked again", async () => {
  await byHand("li.wei", "Li Wei", { job_number: "7" });
  const id = await env.addUser(li("7"));
  const own = await env.addUser(person("Own"));
  await start("observe");
  await compare();
  await operations().acceptTier(2, 1, by());
  await resume();
  const before = await users();
  for (const each of [id, own])
    expect(await operations().unlink({ kind: "user", id: each }, by())).toMatchObject({ kind: "done" });
  await env.quiet();
  await compare({ ...PROPOSE_ALL, people: { ...PROPOSE_ALL.people, 2: "link" } });
  await change(env, id, { title: "Another" });
  await change(env, own, { active: false });
  await env.quiet();
  expect(await users()).toEqual(before);
  expect(await stateOf(env, "user", id)).toMatchObject({ state: "held" });
  expect((await events("adoption.unlinked")).map(({ remoteId }) => remoteId).sort()).toEqual(
    ["li.wei", own].sort(),
  );
  const again = (await list()).find(({ entity }) => entity.id === id)!;
  expect(again.state).toBe("rejected");
  await operations().accept(again.id, by());
  await env.quiet();
  expect((await users()).find(({ userid }) => userid === "li.wei")).toMatchObject({ title: "Another" });
});

test("a create that DingTalk refuses for a taken number makes a proposal, besides being parked", async () => {
  await byHand("li.wei", "Li Wei", { mobile: "+852-61110001" });
  const id = await env.addUser(
    person("Li Wei", { phoneNumbers: [{ type: "mobile", value: "+852 6111 0001" }] }),
  );
  await start();
  expect(await stateOf(env, "user", id)).toMatchObject({ state: "parked" });
  expect(await told()).toEqual(["Li Wei=li.wei 3 proposed"]);
  await operations().acceptTier(3, 1, by());
  await env.quiet();
  expect(await stateOf(env, "user", id)).toEqual({ state: "inSync", reason: null });
  expect(await users()).toHaveLength(1);
});

/**
 * What each decision, and what an administrator does by hand, makes of a leaver about whom nobody has
 * decided.
 */
describe("who leaves while it is open who they are is held, as they may still be in", () => {
  const leave: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
    deactivated: (id) => change(env, id, { active: false }),
    deleted: (id) => env.users.remove(env.context, id),
  };
  const proposed: Readonly<Record<string, () => Promise<string>>> = {
    "by a list": async () => {
      await byHand("li.wei", "Li Wei", { job_number: "7" });
      const id = await env.addUser(li("7"));
      await start("observe");
      await compare();
      await resume();
      return id;
    },
    "by a refusal": async () => {
      await byHand("li.wei", "Li Wei", { mobile: "+852-61110001" });
      const id = await env.addUser(
        person("Li Wei", { phoneNumbers: [{ type: "mobile", value: "+852 6111 0001" }] }),
      );
      await start();
      return id;
    },
    "by being unlinked": async () => {
      await byHand("li.wei", "Li Wei", { job_number: "7" });
      const id = await env.addUser(li("7"));
      await start("observe");
      await compare();
      await operations().acceptTier(2, 1, by());
      await resume();
      await operations().unlink({ kind: "user", id }, by());
      await env.quiet();
      return id;
    },
  };
  const ways = Object.keys(leave).flatMap((how) => Object.keys(proposed).map((what) => [how, what] as const));

  test.each(ways)("%s, proposed %s", async (how, what) => {
    const id = await proposed[what]!();
    await leave[how]!(id);
    await env.quiet();
    const held = { state: "held", reason: expect.stringContaining("may still have access") };
    expect(await stateOf(env, "user", id)).toMatchObject(held);
    // Neither the next list nor an acceptance removes them.
    await compare();
    await env.quiet();
    expect(await stateOf(env, "user", id)).toMatchObject(held);
    const [{ id: adoption } = { id: "" }] = await list();
    expect(await operations().accept(adoption, by())).toMatchObject({
      kind: "refused",
      why: { kind: "gone" },
    });
    expect((await users()).map(({ userid }) => userid)).toEqual(["li.wei"]);

    expect(await operations().reject(adoption, by())).toMatchObject({ kind: "done" });
    await env.quiet();
    // Nothing is left to say of somebody who was deleted.
    expect(await stateOf(env, "user", id)).toEqual(
      how === "deleted" ? undefined : { state: "inSync", reason: null },
    );
    expect((await users()).map(({ userid }) => userid)).toEqual(["li.wei"]);
  });

  test("until an administrator has removed the account", async () => {
    const id = await proposed["by a list"]!();
    await leave["deactivated"]!(id);
    await env.quiet();
    await edit("/topapi/v2/user/delete", { userid: "li.wei" });
    await compare();
    await env.quiet();
    expect(await stateOf(env, "user", id)).toMatchObject({ state: "inSync" });
    expect(await list()).toEqual([]);
  });
});

test("after a restore that lost a link they are proposed again, and nobody is made or removed", async () => {
  await byHand("li.wei", "Li Wei", { job_number: "7", mobile: "+852-61110001" });
  const id = await env.addUser(li("7", { phoneNumbers: [{ type: "mobile", value: "+852 6111 0001" }] }));
  await start("observe");
  await compare();
  await operations().acceptTier(2, 1, by());
  await resume();
  await env.pool.query("delete from links");
  await compare();
  expect(await told()).toEqual(["Li Wei=li.wei 2 proposed"]);
  await change(env, id, { title: "Head" });
  await env.quiet();
  expect((await users()).map(({ userid }) => userid)).toEqual(["li.wei"]);
});

describe("departments", () => {
  const department = async (name: string, parent = 1): Promise<number> => {
    await edit("/topapi/v2/department/create", { name, parent_id: parent });
    return (await env.state()).departments.find((each) => each.name === name)!.dept_id;
  };

  test("are proposed by their path, and nobody is moved while that is open", async () => {
    const hk = await department("Hong Kong");
    const sales = await department("SALES", hk);
    await byHand("li.wei", "Li Wei", { job_number: "7", dept_id_list: String(sales) });
    const id = await env.addUser(li("7"));
    await env.addGroup("Hong Kong/Sales", [id]);
    await start("observe");
    await compare();
    expect(await told()).toEqual([
      `Hong Kong=${hk} 2 proposed`,
      "Li Wei=li.wei 2 proposed",
      `Sales=${sales} 2 proposed`,
    ]);
    const person = (await list()).find(({ kind }) => kind === "user")!;
    expect(person.remote.departments).toEqual(["Hong Kong/SALES"]);
    await operations().accept(person.id, by());
    await resume();
    expect(await chart(env)).toEqual({ "": [], "Hong Kong": [], "Hong Kong/SALES": ["Li Wei"] });
    expect(await notesOn(env, id)).toContain("departments: departmentUndecided");

    await operations().acceptTier(2, 2, by());
    await env.quiet();
    expect(await notesOn(env, id)).toEqual([]);
    // Who is inside is known after the next comparison; until then it keeps its name.
    expect(await chart(env)).toEqual({ "": [], "Hong Kong": [], "Hong Kong/SALES": ["Li Wei"] });
    await compare();
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], "Hong Kong": [], "Hong Kong/Sales": ["Li Wei"] });
  });

  test("with strangers inside are never renamed or removed, and take our people in", async () => {
    const sales = await department("SALES");
    await byHand("stranger", "Stranger", { dept_id_list: String(sales) });
    const id = await env.addUser(person("Li"));
    const group = await env.addGroup("Sales", [id]);
    await start("observe");
    await compare();
    await operations().acceptTier(2, 1, by());
    await resume();
    await compare();
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], SALES: ["Li", "Stranger"] });
    await env.groups.remove(env.context, group);
    await env.quiet();
    expect(await chart(env)).toEqual({ "": ["Li"], SALES: ["Stranger"] });
    await edit("/topapi/v2/user/update", { userid: "stranger", dept_id_list: "1" });
    await compare();
    await env.quiet();
    expect(await chart(env)).toEqual({ "": ["Li", "Stranger"] });
  });
});
