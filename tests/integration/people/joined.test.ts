import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { History } from "../../../src/history/state/state.ts";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { createEventLog } from "../../../src/store/history/event-log.ts";
import { NO_DATES } from "../../../src/store/people/dates.ts";
import { createPersonRecomputation, unknownSources } from "../../../src/store/people/recomputation.ts";
import { createErasures } from "../../../src/store/privacy/erase.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { testVault } from "../../support/vault.ts";
import { by, openSources, personOf, type Sources, writes } from "./two-sources.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

keepDatabase();
let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
});
afterEach(() => env.close());

const BY_NUMBER = `  join: [{ by: employeeNumber, decide: join }, { by: userName }, { by: email }]
  authority: { order: [workday, entra], attributes: { phoneNumbers: [entra] } }`;

const worker = (n: number, more: JsonObject = {}): JsonObject => ({
  userName: `p${n}@example.com`,
  displayName: `Person ${n}`,
  title: "Clerk",
  active: true,
  emails: [{ type: "work", value: `p${n}@example.com`, primary: true }],
  phoneNumbers: [{ type: "mobile", value: `+852 51${String(230_000 + n)}` }],
  [ENTERPRISE]: { employeeNumber: `E${n}` },
  ...more,
});

const open = (block = BY_NUMBER): Promise<Sources> => openSources(env, block);

test("two sources with equal people: no write to DingTalk, nobody twice, and each reads what it wrote", async () => {
  // With more of them: JOINED_PEOPLE=2000 npx jest tests/integration/people/joined -t equal
  const size = Number(process.env.JOINED_PEOPLE ?? 60);
  const { source } = await open();
  const [workday, entra] = [source("workday"), source("entra")];
  const first: string[] = [];
  for (let n = 0; n < size; n++) first.push(await workday.create(worker(n)));
  await workday.group("HK/Sales", first);
  const loop = env.startWorker();
  await env.quiet(900_000);
  expect((await env.state()).users).toHaveLength(size);
  const before = await writes(env);

  const second: string[] = [];
  const began = performance.now();
  for (let n = 0; n < size; n++) second.push(await entra.create(worker(n, { externalId: `entra-${n}` })));
  const perPerson = (performance.now() - began) / size;
  await env.quiet(900_000);

  expect((await writes(env)) - before).toBe(0);
  expect((await env.state()).users).toHaveLength(size);
  for (let n = 0; n < size; n++) {
    expect(await entra.read(second[n]!)).toMatchObject({
      externalId: `entra-${n}`,
      userName: `p${n}@example.com`,
    });
    expect(await workday.read(first[n]!)).not.toHaveProperty("externalId");
    expect((await personOf(env, first[n]!))?.records).toEqual([first[n], second[n]].sort());
    expect(await personOf(env, second[n]!)).toBeUndefined();
  }
  // The next cycle of both: what they would send is what they read.
  const versions = async () =>
    (await env.pool.query("select sum(version)::int as n from users")).rows[0].n as number;
  const known = await versions();
  for (let n = 0; n < size; n++) {
    await entra.change(second[n]!, worker(n, { externalId: `entra-${n}` }));
    await workday.change(first[n]!, worker(n));
  }
  expect(await versions()).toBe(known);
  expect((await writes(env)) - before).toBe(0);
  process.stdout.write(
    `joined ${size} people of two sources: ${(await writes(env)) - before} writes to DingTalk, ${perPerson.toFixed(1)} ms each\n`,
  );
  await loop.stop(5_000);
});

test("a source that does not count changes its own record and nothing else; one that counts reaches DingTalk", async () => {
  const { source } = await open();
  const [workday, entra] = [source("workday"), source("entra")];
  const id = await workday.create(worker(1));
  const other = await entra.create(worker(1));
  env.startWorker();
  await env.quiet();
  const before = await writes(env);
  await entra.change(other, { title: "Ignored" });
  await env.quiet();
  expect(await writes(env)).toBe(before);
  expect(await entra.read(other)).toMatchObject({ title: "Ignored" });
  await workday.change(id, { title: "Manager" });
  await entra.change(other, { phoneNumbers: [{ type: "mobile", value: "+852 5999 0000" }] });
  await env.quiet();
  const [user] = (await env.state()).users;
  expect(user).toMatchObject({ title: "Manager" });
  expect(String(user!.mobile)).toContain("59990000");
  // Emptied by the source that counts: the next one's value holds.
  await workday.change(id, { title: "" });
  await env.quiet();
  expect((await env.state()).users[0]).toMatchObject({ title: "Ignored" });
});

test("memberships of both records count, and managers are who their source means", async () => {
  const { source } = await open();
  const [workday, entra] = [source("workday"), source("entra")];
  const boss = await workday.create(worker(1));
  const bossToo = await entra.create(worker(1));
  const clerk = await entra.create(
    worker(2, { [ENTERPRISE]: { employeeNumber: "E2", manager: { value: bossToo } } }),
  );
  const clerkToo = await workday.create(worker(2));
  await workday.group("From Workday", [boss, clerkToo]);
  await entra.group("From Entra", [clerk]);
  env.startWorker();
  await env.quiet();
  const { users, departments } = await env.state();
  const named = (name: string) => users.find((user) => user.name === name)!;
  const dept = (name: string) => departments.find((each) => each.name === name)!.dept_id;
  expect(users).toHaveLength(2);
  expect([...named("Person 2").dept_id_list].sort()).toEqual(
    [dept("From Entra"), dept("From Workday")].sort(),
  );
  expect(named("Person 2").manager_userid).toBe(named("Person 1").userid);
  // The group of one source lets go of its record.
  const group = await entra.group("Second", [bossToo]);
  await env.quiet();
  expect(named("Person 1")).toBeDefined();
  await entra.groups.remove(entra.context(), group);
  await env.quiet();
  expect((await env.state()).users.find((user) => user.name === "Person 1")!.dept_id_list).toEqual([
    dept("From Workday"),
  ]);
});

test.each<["any" | "all", boolean]>([
  ["any", false],
  ["all", true],
])("one of two sources says that somebody has left, leaving: %s", async (leaving, stays) => {
  const { source } = await open(`${BY_NUMBER}\n  leaving: ${leaving}`);
  const [workday, entra] = [source("workday"), source("entra")];
  const id = await workday.create(worker(1));
  const other = await entra.create(worker(1));
  env.startWorker();
  await env.quiet();
  await entra.change(other, { active: false });
  await env.quiet();
  expect((await env.state()).users).toHaveLength(stays ? 1 : 0);
  await entra.change(other, { active: true });
  await env.quiet();
  expect((await env.state()).users).toHaveLength(1);
  await entra.remove(other);
  await env.quiet();
  expect((await env.state()).users).toHaveLength(stays ? 1 : 0);
  await entra.create(worker(1));
  await env.quiet();
  expect((await env.state()).users).toHaveLength(1);
  await workday.remove(id);
  await env.quiet();
  expect((await env.state()).users).toHaveLength(stays ? 1 : 0);
});

test("the person outlives the record under whose id they are known, and goes with the last one", async () => {
  const { source } = await open(`${BY_NUMBER}\n  leaving: all`);
  const [workday, entra] = [source("workday"), source("entra")];
  const id = await workday.create(worker(1));
  const other = await entra.create(worker(1));
  env.startWorker();
  await env.quiet();
  const [before] = (await env.state()).users;
  await workday.remove(id);
  await env.quiet();
  expect((await env.state()).users.map(({ userid }) => userid)).toEqual([before!.userid]);
  await entra.change(other, { title: "Still here" });
  await env.quiet();
  expect((await env.state()).users[0]).toMatchObject({ title: "Still here" });
  await entra.remove(other);
  await env.quiet();
  expect((await env.state()).users).toEqual([]);
  const { rows } = await env.pool.query("select count(*)::int as n from persons");
  expect(rows[0].n).toBe(0);
});

test("what is not certain is proposed, keeps the record back, and is decided", async () => {
  const { source, joins } = await open("  join: [{ by: employeeNumber }, { by: email }]");
  const [workday, entra] = [source("workday"), source("entra")];
  await workday.create(worker(1));
  await workday.create(worker(2));
  const one = await entra.create(worker(1));
  const two = await entra.create(worker(2));
  env.startWorker();
  await env.quiet();
  expect((await env.state()).users).toHaveLength(2);
  const { rows } = await env.pool.query("select reason_code from entity_states where entity_id = any($1)", [
    [one, two],
  ]);
  expect(rows.map((row) => row.reason_code)).toEqual(["joinOpen", "joinOpen"]);
  const { joins: open2 } = await joins.list({ state: "proposed", count: 10 });
  expect(open2.map((join) => [join.record?.id, join.matched])).toEqual([
    [one, ["employeeNumber", "email"]],
    [two, ["employeeNumber", "email"]],
  ]);
  const before = await writes(env);
  expect(await joins.accept(open2[0]!.id, by())).toMatchObject({
    kind: "done",
    joins: [{ state: "joined" }],
  });
  expect(await joins.accept(open2[0]!.id, by())).toEqual({ kind: "refused", why: "decided" });
  await env.quiet();
  expect(await writes(env)).toBe(before);
  expect(await joins.refuse(open2[1]!.id, by())).toMatchObject({
    kind: "done",
    joins: [{ state: "refused" }],
  });
  // Refused, it is looked for no more.
  expect(await joins.search(by())).toEqual({ joined: 0, proposed: 0 });
  expect(await joins.accept("not-an-id", by())).toEqual({ kind: "unknown" });
  const codes = await env.pool.query("select code from history where code like 'person.%' order by id");
  expect(codes.rows.map((row) => row.code)).toEqual([
    "person.proposed",
    "person.proposed",
    "person.joined",
    "person.refused",
  ]);
});

test("separated, both records are people again as they were written, and are not joined again by themselves", async () => {
  const { source, joins } = await open();
  const [workday, entra] = [source("workday"), source("entra")];
  const id = await workday.create(worker(1));
  const other = await entra.create(worker(1, { title: "Other", phoneNumbers: [] }));
  expect((await personOf(env, id))?.document).toMatchObject({ title: "Clerk" });
  // The person goes by the id of the first: the other one leaves.
  expect(await joins.separate(id, by())).toMatchObject({
    kind: "done",
    joins: [{ state: "refused", record: { id: other } }],
  });
  expect(await personOf(env, id)).toEqual({ document: await workday.read(id), active: true, records: [id] });
  expect(await personOf(env, other)).toEqual({
    document: await entra.read(other),
    active: true,
    records: [other],
  });
  expect(await joins.separate(id, by())).toEqual({ kind: "refused", why: "alone" });
  expect(await joins.search(by())).toEqual({ joined: 0, proposed: 0 });
  const { joins: decided } = await joins.list({ count: 10 });
  expect(await joins.accept(decided[0]!.id, by())).toMatchObject({ kind: "done" });
  expect((await personOf(env, id))?.records).toEqual([id, other].sort());
});

test("an isolated source is never compared, and several that are alike are nobody's to choose by itself", async () => {
  const isolated = await open(`${BY_NUMBER}\n  named: { entra: { isolated: true } }`);
  await isolated.source("workday").create(worker(1));
  await isolated.source("entra").create(worker(1));
  expect(await isolated.joins.search(by())).toEqual({ joined: 0, proposed: 0 });
  const { rows } = await env.pool.query("select count(*)::int as n from person_joins");
  expect(rows[0].n).toBe(0);
});

test("one number in two records of a source joins nobody", async () => {
  const { source, joins } = await open();
  await source("workday").create(worker(1));
  await source("workday").create(worker(2, { [ENTERPRISE]: { employeeNumber: "E1" } }));
  await source("entra").create(worker(3, { [ENTERPRISE]: { employeeNumber: "E1" } }));
  const { joins: found } = await joins.list({ count: 10 });
  expect(found.map(({ state }) => state)).toEqual(["ambiguous", "ambiguous"]);
});

test("a contractor who becomes an employee keeps the account at DingTalk", async () => {
  const { source, joins } = await openSources(env, "  join: [{ by: email }]", ["workday"]);
  const workday = source("workday");
  const before = await workday.create(worker(1, { userName: "c1", [ENTERPRISE]: { employeeNumber: "C1" } }));
  env.startWorker({ mode: "upsert" });
  await env.quiet();
  const [account] = (await env.state()).users;
  await workday.change(before, { active: false });
  const now = await workday.create(worker(1, { userName: "e1", [ENTERPRISE]: { employeeNumber: "E1" } }));
  await env.quiet();
  const { joins: found } = await joins.list({ state: "proposed", count: 10 });
  expect(found).toMatchObject([{ record: { id: now }, person: { id: before } }]);
  expect(await joins.accept(found[0]!.id, by())).toMatchObject({ kind: "done" });
  await env.quiet();
  expect((await env.state()).users).toMatchObject([{ userid: account!.userid, job_number: "E1" }]);
});

test("a proposal ends when the person it led to is deleted, or is not alike any more", async () => {
  const { source, joins } = await open("  join: [{ by: employeeNumber }]");
  const [workday, entra] = [source("workday"), source("entra")];
  const [one, two] = [await workday.create(worker(1)), await workday.create(worker(2))];
  const phone = (value: string): JsonObject => ({ phoneNumbers: [{ type: "mobile", value }] });
  await entra.create(worker(1, { displayName: "Alone", ...phone("+852 6123 0001") }));
  await entra.create(worker(2, { displayName: "Other", ...phone("+852 6123 0002") }));
  env.startWorker();
  await env.quiet();
  expect((await env.state()).users.map(({ name }) => name).sort()).toEqual(["Person 1", "Person 2"]);
  await workday.remove(one);
  await workday.change(two, { [ENTERPRISE]: { employeeNumber: "another" } });
  await env.quiet();
  expect((await joins.list({ count: 10 })).joins).toEqual([]);
  expect((await env.state()).users.map(({ name }) => name).sort()).toEqual(["Alone", "Other", "Person 2"]);
});

test("the account that is there stays, whichever record it was made for", async () => {
  const { source, joins } = await open("  join: [{ by: employeeNumber }]");
  const [workday, entra] = [source("workday"), source("entra")];
  const first = await workday.create(worker(1, { active: false }));
  const second = await entra.create(worker(2));
  env.startWorker();
  await env.quiet();
  const [account] = (await env.state()).users;
  // They turn out to be one.
  await workday.change(first, { active: true, [ENTERPRISE]: { employeeNumber: "E2" } });
  await env.quiet();
  const { joins: found } = await joins.list({ state: "proposed", count: 10 });
  expect(found).toMatchObject([{ record: { id: first }, person: { id: second } }]);
  expect(await joins.accept(found[0]!.id, by())).toMatchObject({ kind: "done" });
  await env.quiet();
  expect((await env.state()).users).toMatchObject([{ userid: account!.userid, name: "Person 2" }]);
  expect(await joins.separate(first, by())).toMatchObject({ kind: "done" });
  expect(await joins.search(by())).toEqual({ joined: 0, proposed: 0 });
});

test("a user name that is taken in its own source is refused, and nothing is left of the try", async () => {
  const { source } = await open();
  await source("workday").create(worker(1));
  await expect(source("workday").create(worker(1))).rejects.toThrow("another User has this userName");
  const { rows } = await env.pool.query(
    "select (select count(*) from users)::int as users, (select count(*) from history)::int as events",
  );
  expect(rows).toEqual([{ users: 1, events: 1 }]);
});

test("two sources that write one person at the same time, while records are joined and separated", async () => {
  const { source, joins, rules } = await open();
  const [workday, entra] = [source("workday"), source("entra")];
  const pairs: { readonly id: string; readonly other: string }[] = [];
  for (let n = 0; n < 4; n++)
    pairs.push({ id: await workday.create(worker(n)), other: await entra.create(worker(n)) });
  const rounds = 12;
  await Promise.all([
    ...pairs.flatMap(({ id, other }) => [
      ...Array.from({ length: rounds }, (_, n) => workday.change(id, { title: `W${n}` })),
      ...Array.from({ length: rounds }, (_, n) => entra.change(other, { title: `E${n}`, nickName: `N${n}` })),
    ]),
    (async () => {
      for (let n = 0; n < 3; n++)
        for (const { other } of pairs) {
          await joins.separate(other, by());
          const refused = (await joins.list({ state: "refused", count: 10 })).joins.find(
            ({ record }) => record?.id === other,
          );
          await joins.accept(refused!.id, by());
        }
    })(),
  ]);
  for (const { id, other } of pairs) {
    const person = await personOf(env, id);
    expect(person?.records).toEqual([id, other].sort());
    expect(person?.document).toMatchObject({
      title: (await workday.read(id)).title!,
      nickName: (await entra.read(other)).nickName!,
    });
  }
  const { rows } = await env.pool.query("select distinct rules from persons");
  expect(rows).toEqual([{ rules: rules.version }]);
});

test("another authority reaches everybody who is there", async () => {
  const { source } = await open();
  const id = await source("workday").create(worker(1));
  await source("entra").create(worker(1, { title: "From Entra" }));
  const other = compileMapping(`${DEFAULT_MAPPING}\nsources:\n  authority: { order: [entra] }\n`).sources;
  const recomputation = createPersonRecomputation(env.pool, {
    rules: other,
    vault: testVault,
    targets: ["dingtalk"],
    dates: NO_DATES,
  });
  expect(await recomputation.renew(by())).toBe(1);
  expect((await personOf(env, id))?.document).toMatchObject({ title: "From Entra" });
  expect(await recomputation.renew(by())).toBe(0);
});

test("an erased person leaves nothing in any record", async () => {
  const { source } = await open();
  const id = await source("workday").create(worker(1, { active: false, nickName: "canary" }));
  const other = await source("entra").create(worker(1, { active: false, nickName: "canary" }));
  const erasures = createErasures({
    pool: env.pool,
    vault: testVault,
    clock: systemClock,
    targets: ["dingtalk"],
  });
  expect(await erasures.erase(other, "Art. 17", { actor: "cli", detail: {} })).toMatchObject({
    result: "done",
    erasure: { subject: id },
  });
  const { rows } = await env.pool.query(
    `select (select count(*) from users)::int as users, (select count(*) from persons)::int as persons, (select count(*) from person_joins)::int as joins,
       (select count(*) from subject_keys where wrapped is not null)::int as keys`,
  );
  expect(rows).toEqual([{ users: 0, persons: 0, joins: 0, keys: 0 }]);
});

test("the organisation of a time has people in the groups of all their records", async () => {
  const { source, joins } = await open();
  const id = await source("workday").create(worker(1));
  const other = await source("entra").create(worker(1));
  await source("entra").group("Entra's", [other]);
  const history = createEventLog(env.pool, testVault);
  const now = async () => {
    const state = new History();
    for (const event of (await history.list({ count: 1_000, order: "oldest" })).events) state.apply(event);
    return [...state.snapshot().values()];
  };
  expect((await now()).flatMap(({ kind, members }) => (kind === "group" ? [...members] : []))).toEqual([id]);
  expect((await now()).filter(({ kind, document }) => kind === "user" && document)).toHaveLength(1);
  await joins.separate(other, by());
  expect((await now()).flatMap(({ kind, members }) => (kind === "group" ? [...members] : []))).toEqual([
    other,
  ]);
  expect((await now()).find((entity) => entity.id === other)?.document).toEqual(
    await source("entra").read(other),
  );
});

test("a person of one source costs as many statements as before", async () => {
  const { source, joins } = await open();
  const alone = await source("workday").create(worker(1));
  const [id, other] = [await source("workday").create(worker(2)), await source("entra").create(worker(2))];
  const count = async (
    work: () => Promise<unknown>,
  ): Promise<{ readonly statements: number; readonly transactions: number }> => {
    const [queries, connections] = [jest.spyOn(env.pool, "query"), jest.spyOn(env.pool, "connect")];
    await work();
    // A statement of a pool takes a connection by itself, which is none of a transaction.
    const counted = {
      statements: queries.mock.calls.length,
      transactions: connections.mock.calls.filter(([then]) => then === undefined).length,
    };
    queries.mockRestore();
    connections.mockRestore();
    return counted;
  };
  expect(await count(() => source("workday").change(alone, { title: "One" }))).toEqual({
    statements: 1,
    transactions: 0,
  });
  const joined = await count(() => source("entra").change(other, { title: "Two" }));
  expect(joined).toEqual({ statements: 1, transactions: 1 });
  expect((await joins.person(id))?.records).toHaveLength(2);
});

test("names of sources that are nowhere are told", async () => {
  const { rules } = await open(`${BY_NUMBER}\n  named: { partners: { isolated: true } }`);
  expect(await unknownSources(env.pool, rules)).toEqual(["partners"]);
});

test("a source that has deleted its record is forgotten by an order, and the person is back", async () => {
  const { source, joins } = await open();
  const id = await source("workday").create(worker(1));
  const other = await source("entra").create(worker(1));
  env.startWorker();
  await env.quiet();
  await source("entra").remove(other);
  await env.quiet();
  expect((await env.state()).users).toEqual([]);
  expect(await joins.separate(id, by())).toEqual({ kind: "done", joins: [] });
  expect(await joins.separate(id, by())).toEqual({ kind: "refused", why: "alone" });
  await env.quiet();
  expect((await env.state()).users).toMatchObject([{ userid: id, name: "Person 1" }]);
  const { rows } = await env.pool.query("select count(*)::int as n from persons");
  expect(rows).toEqual([{ n: 0 }]);
});

test("whoever is out for a deleted record alone: which source, when, and what to do", async () => {
  const { source, joins } = await open();
  const id = await source("entra").create(worker(1));
  const record = await source("workday").create(worker(1));
  expect(await joins.person(id)).not.toHaveProperty("out");
  await source("workday").remove(record);
  const out = (await joins.person(id))?.out;
  expect(out).toMatchObject({
    reasonCode: "recordDeleted",
    sources: [{ source: "workday", at: expect.any(Date) }],
  });
  expect(out?.reason).toContain(out!.sources[0]!.at!.toISOString());
  expect(out?.remedy).toContain(id);
  // That the source that is left says again that they are there is no decision about the one that went.
  await source("entra").change(id, { active: false });
  expect(await joins.person(id)).not.toHaveProperty("out");
  await source("entra").change(id, { active: true });
  expect(await joins.person(id)).toHaveProperty("out");
  expect((await personOf(env, id))?.active).toBe(false);
  expect(await joins.separate(id, by())).toMatchObject({ kind: "done" });
  expect(await joins.person(id)).toBeUndefined();
  expect((await personOf(env, id))?.active).toBe(true);
});

test("who reports to one of the records of a person who comes back in the grace has the manager again", async () => {
  const { source } = await open();
  const [workday, entra] = [source("workday"), source("entra")];
  const boss = await workday.create(worker(1));
  const same = await entra.create(worker(1));
  const report = await entra.create(
    worker(2, { [ENTERPRISE]: { employeeNumber: "E2", manager: { value: same } } }),
  );
  env.startWorker({ policy: "version: 1\ngrace: 24h\n" });
  const managerOf = async () =>
    (await env.state()).users.find(({ userid }) => userid === report)?.manager_userid ?? "";
  await env.quiet();
  expect(await managerOf()).toBe(boss);
  for (const [from, id] of [
    [workday, boss],
    [entra, same],
  ] as const)
    await from.change(id, { active: false });
  await entra.change(report, { title: "Buyer" });
  await env.quiet();
  expect(await managerOf()).toBe("");
  await entra.change(same, { active: true });
  await workday.change(boss, { active: true });
  await env.quiet();
  expect(await managerOf()).toBe(boss);
});

describe("who reports to a name that records share", () => {
  const reporting = (n: number, to: string) =>
    worker(n, { [ENTERPRISE]: { employeeNumber: `E${n}`, manager: { value: to } } });
  const managerOf = async (id: string) =>
    (await env.state()).users.find(({ userid }) => userid === id)?.manager_userid ?? "";

  test("has the other one as soon as one has left in all sources, and none when both are there again", async () => {
    const { source } = await open();
    const [workday, entra] = [source("workday"), source("entra")];
    const first = await workday.create(worker(1, { externalId: "head" }));
    const firstToo = await entra.create(worker(1));
    const second = await workday.create(worker(2, { externalId: "head" }));
    const report = await workday.create(reporting(3, "head"));
    env.startWorker({ policy: "version: 1\ngrace: { regular: 24h, enterprise: 24h, keepsAccess: true }\n" });
    await env.quiet();
    expect((await personOf(env, first))!.records).toHaveLength(2);
    expect(await managerOf(report)).toBe("");
    await workday.change(first, { active: false });
    await entra.change(firstToo, { active: false });
    await env.quiet();
    expect((await personOf(env, first))!.active).toBe(false);
    expect(await managerOf(report)).toBe(second);
    await workday.change(first, { active: true });
    await entra.change(firstToo, { active: true });
    await env.quiet();
    expect(await managerOf(report)).toBe("");
    await workday.remove(second);
    await env.quiet();
    expect(await managerOf(report)).toBe(first);
  });

  test("has the person to whom a new record is joined, until the two are separated", async () => {
    const { source, joins } = await open();
    const [workday, entra] = [source("workday"), source("entra")];
    const boss = await workday.create(worker(1));
    const report = await entra.create(reporting(3, "head"));
    env.startWorker();
    await env.quiet();
    expect(await managerOf(report)).toBe("");
    const record = await entra.create(worker(1, { externalId: "head" }));
    await env.quiet();
    expect((await personOf(env, boss))!.records).toHaveLength(2);
    expect(await managerOf(report)).toBe(boss);
    await joins.separate(record, by());
    await env.quiet();
    expect(await managerOf(report)).not.toBe(boss);
  });
});
