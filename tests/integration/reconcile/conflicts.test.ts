import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { notesOn as allNotesOn, change, members, person, remote, stateOf } from "./sample.ts";

/* Values that only one person can have, and our own people who need each other's. */

keepDatabase();
let env: TestEnvironment;
const open = async (options: { mapping?: string; switches?: JsonObject } = {}) => {
  env = await openTestEnvironment({
    retryBaseMs: 10,
    ...(options.mapping ? { mapping: options.mapping } : {}),
  });
  if (options.switches) await env.control("switches", options.switches);
};
afterEach(() => env.close());

const mail = (value: string): JsonObject => ({ emails: [{ type: "work", value }] });
const phone = (value: string): JsonObject => ({ phoneNumbers: [{ type: "mobile", value }] });
const telephone = (n: number, value: string): JsonObject => ({
  phoneNumbers: [
    { type: "mobile", value: `+852 6100 00${String(n).padStart(2, "0")}` },
    { type: "work", value },
  ],
});

/** What is noted, but for the department: nobody here is in any. */
const notesOn = async (id: string) =>
  (await allNotesOn(env, id)).filter((note) => note !== "departments: inRoot");
/** Calls to DingTalk so far. */
const calls = async (): Promise<number> =>
  Object.values(await env.calls()).reduce((sum, { count }) => sum + count, 0);
const refusedOf = async (id: string) =>
  JSON.parse(
    (await env.pool.query("select refused from entity_states where entity_id = $1", [id])).rows[0]?.refused ??
      "{}",
  ) as JsonObject;
const compare = () => sweep({ ...env.connect(), clock: systemClock }, "cli", new AbortController().signal);
const emails = (ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await remote(env, id))?.["email"]));

/** People with the addresses 0, 1, …, at rest. */
async function withMail(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push(await env.addUser(person(`P${n}`, mail(`m${n}@example.com`))));
  env.startWorker();
  await env.quiet();
  return ids;
}

describe("one shared value, several new people", () => {
  test("of four who share a mailbox all four are there, and the three without it are told who has it", async () => {
    await open();
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) ids.push(await env.addUser(person(`Shop ${n}`, mail("shop@example.com"))));
    env.startWorker();
    await env.quiet();
    const has = (await emails(ids)).map((email) => email === "shop@example.com");
    expect(has.filter(Boolean)).toHaveLength(1);
    const holder = ids[has.indexOf(true)]!;
    for (const id of ids.filter((each) => each !== holder)) {
      expect(await stateOf(env, "user", id)).toMatchObject({ state: "inSync" });
      expect(await refusedOf(id)).toMatchObject({ email: { value: "shop@example.com", holder } });
      const { rows } = await env.pool.query("select notes from entity_states where entity_id = $1", [id]);
      expect(rows[0].notes).toContain(`user ${holder} has it`);
    }
  });

  test("of four who share an extension all four are there; when the holder gets another, one of the others gets it", async () => {
    await open();
    const ids: string[] = [];
    for (let n = 0; n < 4; n++)
      ids.push(await env.addUser(person(`Shop ${n}`, telephone(n, "+852 2345 6789"))));
    env.startWorker();
    await env.quiet();
    const holders = async () =>
      (await Promise.all(ids.map(async (id) => [id, (await remote(env, id))!["telephone"]] as const)))
        .filter(([, t]) => t)
        .map(([id]) => id);
    const [first, ...others] = await holders();
    expect(others).toEqual([]);
    await change(env, first!, telephone(ids.indexOf(first!), "+852 2345 0000"));
    await env.quiet();
    expect(await holders()).toHaveLength(2);
  });

  test("a title that changes costs one call, and the refused value none", async () => {
    await open();
    const ids = [await env.addUser(person("A", mail("x@example.com")))];
    env.startWorker();
    await env.quiet();
    ids.push(await env.addUser(person("B", mail("x@example.com"))));
    await env.quiet();
    const before = await calls();
    await change(env, ids[1]!, { title: "Head" });
    await env.quiet();
    expect((await calls()) - before).toBe(1);
    expect(await notesOn(ids[1]!)).toEqual(expect.arrayContaining([expect.stringContaining("email")]));
  });
});

describe("addresses that change hands", () => {
  test.each<[string, number[]]>([
    ["two exchange theirs", [1, 0]],
    ["three pass theirs round", [1, 2, 0]],
    ["five pass theirs round", [4, 0, 1, 2, 3]],
    ["a chain whose last one gets a new one", [1, 2, 3, 9]],
    ["two exchange, and a third wants one of them", [1, 0, 7]],
  ])("%s: everybody gets the requested one", async (_name, wanted) => {
    await open();
    const ids = await withMail(wanted.length);
    for (const [at, id] of ids.entries()) await change(env, id, mail(`m${wanted[at]}@example.com`));
    await env.quiet();
    expect(await emails(ids)).toEqual(wanted.map((n) => `m${n}@example.com`));
    expect(await Promise.all(ids.map((id) => notesOn(id)))).toEqual(ids.map(() => []));
    // Nothing is left to be done, nor to be tried.
    const before = await calls();
    await env.pool.query("update entity_states set state = 'due', next_at = now()");
    await env.quiet();
    expect((await calls()) - before).toBe(0);
  });

  test("two exchange e-mail and extension at once", async () => {
    await open();
    const both = (n: number, own: number) => ({
      ...telephone(own, `+852 2345 000${n}`),
      ...mail(`m${n}@example.com`),
    });
    const ids = [await env.addUser(person("A", both(0, 0))), await env.addUser(person("B", both(1, 1)))];
    env.startWorker();
    await env.quiet();
    await change(env, ids[0]!, both(1, 0));
    await change(env, ids[1]!, both(0, 1));
    await env.quiet();
    expect(await emails(ids)).toEqual(["m1@example.com", "m0@example.com"]);
    expect(
      new Set(await Promise.all(ids.map(async (id) => (await remote(env, id))!["telephone"]))).size,
    ).toBe(2);
  });

  test("two of whom each has one of two values that both want end with a note each, and soon", async () => {
    await open();
    const both = (own: number, ext: number, box: number) => ({
      ...telephone(own, `+852 2345 000${ext}`),
      ...mail(`m${box}@example.com`),
    });
    const ids = [
      await env.addUser(person("A", both(0, 0, 0))),
      await env.addUser(person("B", both(1, 1, 1))),
    ];
    const worker = env.startWorker();
    await env.quiet();
    await worker.stop(5_000);
    await change(env, ids[0]!, both(0, 1, 0));
    await change(env, ids[1]!, both(1, 1, 0));
    env.startWorker();
    await env.quiet();
    expect(await Promise.all(ids.map(notesOn))).toEqual([
      ["telephone: extensionTaken"],
      ["email: emailTaken"],
    ]);
    const { rows } = await env.pool.query(
      "select attempt from history where code = 'target.intent' order by attempt desc limit 1",
    );
    expect(rows[0]!.attempt).toBeLessThan(10);
  });

  test("a cycle that DingTalk does not let go of ends with notes, and soon", async () => {
    await open({ switches: { emptyString: "ignored" } });
    const ids = await withMail(2);
    await change(env, ids[0]!, { ...mail("m1@example.com"), title: "Head" });
    await change(env, ids[1]!, { ...mail("m0@example.com"), title: "Head" });
    await env.quiet();
    for (const id of ids) {
      expect(await remote(env, id)).toMatchObject({ title: "Head" });
      expect(await stateOf(env, "user", id)).toMatchObject({ state: "inSync" });
    }
  });
});

describe("a stranger has the value", () => {
  test("the person is in without it, the stranger's userid is named, and when they give it up a comparison is enough", async () => {
    await open();
    const theirs = {
      userid: "stranger1",
      name: "Stranger",
      mobile: "+852-61234567",
      dept_id_list: "1",
      email: "x@example.com",
    };
    await env.control("edit", { call: "/topapi/v2/user/create", body: theirs });
    const id = await env.addUser(person("Ours", mail("x@example.com")));
    env.startWorker();
    await env.quiet();
    expect((await remote(env, id))?.["email"] ?? "").toBe("");
    expect(await notesOn(id)).toEqual(expect.arrayContaining([expect.stringContaining("email")]));
    await env.control("edit", { call: "/topapi/v2/user/delete", body: { userid: "stranger1" } });
    await compare();
    await env.quiet();
    expect(await emails([id])).toEqual(["x@example.com"]);
    expect(await notesOn(id)).toEqual([]);
  });

  test("a number: parked, with the stranger's userid in the reason", async () => {
    await open();
    const theirs = { userid: "stranger1", name: "Stranger", mobile: "+852-61234567", dept_id_list: "1" };
    await env.control("edit", { call: "/topapi/v2/user/create", body: theirs });
    const id = await env.addUser(person("Ours", phone("+852 6123 4567")));
    env.startWorker();
    await env.quiet();
    expect(await stateOf(env, "user", id)).toMatchObject({
      state: "parked",
      reason: expect.stringContaining("stranger1"),
    });
    await env.control("edit", { call: "/topapi/v2/user/delete", body: { userid: "stranger1" } });
    await compare();
    await env.quiet();
    expect(await remote(env, id)).toBeDefined();
  });
});

describe("our own leaver gives way", () => {
  const park = DEFAULT_MAPPING.replace(
    "inactive: { regular: remove }",
    "inactive: { regular: park, parkIn: Leavers }",
  );
  test("who is kept in the department for leavers is removed when the same human comes back under a new record", async () => {
    await open({ mapping: park });
    const old = await env.addUser(person("Old", phone("+852 6123 4567")));
    env.startWorker();
    await env.quiet();
    await change(env, old, { active: false });
    await env.quiet();
    expect(await remote(env, old)).toBeDefined();
    const fresh = await env.addUser(person("Rehired", phone("+852 6123 4567")));
    await env.quiet();
    expect([await remote(env, old), (await remote(env, fresh))?.name]).toEqual([undefined, "Rehired"]);
    expect(await notesOn(old)).toEqual(["mobile: gaveWay"]);
  });

  test("an address is taken from the leaver, who stays where leavers are", async () => {
    await open({ mapping: park });
    const old = await env.addUser(person("Old", mail("x@example.com")));
    env.startWorker();
    await env.quiet();
    await change(env, old, { active: false });
    const fresh = await env.addUser(person("New", mail("x@example.com")));
    await env.quiet();
    expect((await emails([old, fresh])).map((email) => email ?? "")).toEqual(["", "x@example.com"]);
    expect(await remote(env, old)).toBeDefined();
    await env.quiet();
    const before = await calls();
    await env.pool.query("update entity_states set state = 'due', next_at = now()");
    await env.quiet();
    expect((await calls()) - before).toBe(0);
  });
});

test("what was taken of a partly refused move is remembered, and the department that was left closes", async () => {
  await open();
  const [holder] = await withMail(1);
  const id = await env.addUser(person("Mover", mail("other@example.com")));
  const from = await env.addGroup("From", [id]);
  const to = await env.addGroup("To");
  await env.quiet();
  await change(env, id, mail("m0@example.com"));
  await members(env, to, { add: [id] });
  await env.groups.remove(env.context, from);
  await env.quiet();
  const { departments } = await env.state();
  expect(departments.map(({ name }) => name)).not.toContain("From");
  expect(await refusedOf(id)).toMatchObject({ email: { holder } });
});

test("a leaver who wants a value of somebody active, who wants another's in vain, comes to rest without it", async () => {
  await open({
    mapping: DEFAULT_MAPPING.replace(
      "inactive: { regular: remove }",
      "inactive: { regular: park, parkIn: Leavers }",
    ),
  });
  const [leaver, holder] = await withMail(3);
  await change(env, holder!, mail("m2@example.com"));
  await env.quiet();
  await change(env, leaver!, { active: false, ...mail("m1@example.com") });
  await env.quiet();
  expect(await emails([leaver!, holder!])).toEqual(["m0@example.com", "m1@example.com"]);
  expect(await stateOf(env, "user", leaver!)).toMatchObject({ state: "inSync" });
});
