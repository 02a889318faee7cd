import { systemClock } from "../../../src/core/clock.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { createMovableClock } from "../../../src/simulator/control/movable-clock.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import {
  openTestEnvironment,
  type TestEnvironment,
  type WorkerOptions,
} from "../../support/test-environment.ts";
import { openSources } from "../people/two-sources.ts";
import { change, DINGTALK_USER, ENTERPRISE, person, remote, stateOf } from "./sample.ts";
import { byHand, compare, ends, stranger, USER } from "./story.ts";

/*
 * A mobile number is given to another human. Whoever can be there is there, under the number that the
 * directory says.
 */

const GRACE = `version: 1
grace: 24h
limits: { peopleRemoved: { atLeast: 1000 }, departmentEmptied: { people: 1000 } }`;
const PARKING = DEFAULT_MAPPING.replace(
  "inactive: { regular: remove }",
  "inactive: { regular: remove, parkIn: Former staff }",
);

const HOUR_MS = 3_600_000;

keepDatabase();
let env: TestEnvironment;
afterEach(() => env.close());

const open = async (worker: WorkerOptions = {}): Promise<void> => {
  env = await openTestEnvironment({ retryBaseMs: 2 });
  env.startWorker(worker);
};
const number = (text: string) => ({ phoneNumbers: [{ type: "mobile", value: text }] });
const ONE = "+852 6000 0001";
const wire = (text: string): string => text.replaceAll(" ", "").replace("+852", "+852-");
const signIn = (userid: string) => byHand(env, "activate", { userid });
const renumber = (userid: string, to: string) => byHand(env, "renumber", { userid, mobile: wire(to) });
const mobileOf = async (id: string): Promise<unknown> => {
  const user = await remote(env, id);
  return user && `+${user["state_code"]} ${user["mobile"]}`;
};

/** Old was there first, with the number, and has signed in. */
async function old(): Promise<string> {
  const id = await env.addUser(person("Old", number(ONE)));
  await env.quiet();
  await signIn(id);
  return id;
}
const WAYS = {
  deactivated: (id: string) => change(env, id, { active: false }),
  deleted: (id: string) => env.users.remove(env.context, id),
} as const;
type Way = keyof typeof WAYS;

describe.each<[string, WorkerOptions]>([
  ["without a grace", {}],
  ["with a grace of a day", { policy: GRACE }],
  ["with a grace of a day in a department for leavers", { policy: GRACE, mapping: PARKING }],
])("%s", (_name, worker) => {
  const cases = (["deactivated", "deleted"] as const).flatMap((way) => [
    [way, "leaver first"] as const,
    [way, "newcomer first"] as const,
    [way, "newcomer first, seen"] as const,
  ]);
  test.each<readonly [Way, string]>(cases)(
    "the leaver is %s, the %s: the newcomer is in, the leaver is out",
    async (way, order) => {
      await open(worker);
      const leaver = await old();
      if (order === "leaver first") await WAYS[way](leaver);
      const fresh = await env.addUser(person("Fresh", number(ONE)));
      if (order === "newcomer first, seen") await env.quiet();
      if (order !== "leaver first") await WAYS[way](leaver);
      await env.quiet();
      expect([await remote(env, leaver), (await remote(env, fresh))?.name]).toEqual([undefined, "Fresh"]);
      await compare(env);
      await env.quiet();
      expect((await env.state()).users.map(({ name }) => name)).toEqual(["Fresh"]);
    },
  );
});

describe("who left comes back", () => {
  test("with the number that a newcomer has now: they wait, name the holder, and come in with a number of their own", async () => {
    await open();
    const leaver = await old();
    await change(env, leaver, { active: false });
    const fresh = await env.addUser(person("Fresh", number(ONE)));
    await env.quiet();
    await change(env, leaver, { active: true });
    await env.quiet();
    await compare(env);
    await env.quiet();
    expect(await stateOf(env, "user", leaver)).toMatchObject({
      state: "parked",
      reason: expect.stringContaining(fresh),
    });
    expect(await mobileOf(fresh)).toBe("+852 60000001");
    await change(env, leaver, number("+852 6000 0002"));
    await ends(env, { "": ["Fresh", "Old"] });
  });

  test("during the grace, after the number went to a newcomer: each has their own in the end", async () => {
    await open({ policy: GRACE });
    const leaver = await old();
    await change(env, leaver, { active: false });
    await env.addUser(person("Fresh", number(ONE)));
    await env.quiet();
    await change(env, leaver, { active: true, ...number("+852 6000 0002") });
    await ends(env, { "": ["Fresh", "Old"] });
  });
});

describe("to another country", () => {
  test("before they have signed in: the number is changed, and a newcomer gets the old one", async () => {
    await open();
    const mover = await env.addUser(person("Mover", number(ONE)));
    await env.quiet();
    await change(env, mover, number("+65 8123 4567"));
    const fresh = await env.addUser(person("Fresh", number(ONE)));
    await ends(env, { "": ["Fresh", "Mover"] });
    expect([await mobileOf(mover), await mobileOf(fresh)]).toEqual(["+65 81234567", "+852 60000001"]);
  });

  test("after they have signed in: the newcomer waits for them to change it in DingTalk, and one comparison is enough", async () => {
    await open();
    const mover = await old();
    await change(env, mover, number("+65 8123 4567"));
    const fresh = await env.addUser(person("Fresh", number(ONE)));
    await env.quiet();
    expect(await stateOf(env, "user", fresh)).toMatchObject({
      state: "parked",
      reason: expect.stringContaining(mover),
    });
    await byHand(env, "renumber", { userid: mover, mobile: "+65-81234567" });
    await ends(env, { "": ["Fresh", "Old"] });
    expect([await mobileOf(mover), await mobileOf(fresh)]).toEqual(["+65 81234567", "+852 60000001"]);
  });
});

describe("round and round", () => {
  test.each([true, false])(
    "three pass theirs on, and one of them leaves in the middle (signed in: %s)",
    async (signedIn) => {
      await open();
      const ids: string[] = [];
      for (const n of [1, 2, 3]) ids.push(await env.addUser(person(`P${n}`, number(`+852 6000 000${n}`))));
      await env.quiet();
      if (signedIn) for (const id of ids) await signIn(id);
      for (const [at, n] of [2, 3, 1].entries()) await change(env, ids[at]!, number(`+852 6000 000${n}`));
      await change(env, ids[2]!, { active: false });
      await ends(env, { "": ["P1", "P2"] });
      if (!signedIn)
        expect([await mobileOf(ids[0]!), await mobileOf(ids[1]!)]).toEqual([
          "+852 60000002",
          "+852 60000003",
        ]);
    },
  );

  test("a leaver's number goes to somebody who is there, and theirs to a newcomer", async () => {
    await open();
    const leaver = await env.addUser(person("Old", number(ONE)));
    const stays = await env.addUser(person("Stays", number("+852 6000 0002")));
    await env.quiet();
    await change(env, leaver, { active: false });
    await change(env, stays, number(ONE));
    const fresh = await env.addUser(person("Fresh", number("+852 6000 0002")));
    await ends(env, { "": ["Fresh", "Stays"] });
    expect([await mobileOf(stays), await mobileOf(fresh)]).toEqual(["+852 60000001", "+852 60000002"]);
  });

  test("somebody of ours takes the number of a newcomer in the client, and gives it back", async () => {
    await open();
    const taker = await old();
    await renumber(taker, "+852 6000 0002");
    const fresh = await env.addUser(person("Fresh", number("+852 6000 0002")));
    await env.quiet();
    await compare(env);
    await env.quiet();
    expect(await stateOf(env, "user", fresh)).toMatchObject({
      state: "parked",
      reason: expect.stringContaining(taker),
    });
    await renumber(taker, ONE);
    await ends(env, { "": ["Fresh", "Old"] });
  });
});

describe("with a protected or foreign holder", () => {
  test("a leaver who administers keeps it; without the role they go, and the newcomer comes, at the next comparison", async () => {
    await open();
    const leaver = await old();
    await byHand(env, "admin", { userid: leaver, sys_level: 1 });
    await change(env, leaver, { active: false });
    const fresh = await env.addUser(person("Fresh", number(ONE)));
    await env.quiet();
    expect([(await remote(env, leaver))?.name, await remote(env, fresh)]).toEqual(["Old", undefined]);
    await byHand(env, "admin", { userid: leaver, sys_level: 0 });
    await ends(env, { "": ["Fresh"] });
  });

  test("a stranger takes a leaver's number first: nobody of them is removed, and the newcomer comes when the stranger lets go", async () => {
    await open();
    const leaver = await old();
    await change(env, leaver, { active: false });
    await env.quiet();
    const yu = await stranger(env, "Yu", 1, { mobile: wire(ONE) });
    const fresh = await env.addUser(person("Fresh", number(ONE)));
    await env.quiet();
    await compare(env);
    await env.quiet();
    expect((await env.state()).users.map(({ userid }) => userid)).toEqual([yu]);
    expect(await stateOf(env, "user", fresh)).toMatchObject({ reason: expect.any(String) });
    await renumber(yu, "+852 6999 0001");
    await ends(env, { "": ["Fresh", "Yu"] });
  });
});

describe("of a person whom two sources write", () => {
  const BLOCK = `  join: [{ by: employeeNumber, decide: join }]
  authority: { order: [workday, entra], attributes: { phoneNumbers: [entra] } }`;
  const worker = (name: string, n: number, phone?: string) => ({
    userName: `${name.toLowerCase()}@example.com`,
    displayName: name,
    active: true,
    [ENTERPRISE]: { employeeNumber: `E${n}` },
    ...(phone ? number(phone) : {}),
  });

  test.each<[string, readonly ("leaver" | "newcomer")[]]>([
    ["the leaver first", ["leaver", "newcomer"]],
    ["the newcomer first", ["newcomer", "leaver"]],
  ])("%s: the newcomer of both sources is in, the leaver of both is out", async (_name, order) => {
    await open();
    const { source } = await openSources(env, BLOCK);
    const [workday, entra] = [source("workday"), source("entra")];
    const [first, second] = [
      await workday.create(worker("Old", 1)),
      await entra.create(worker("Old", 1, ONE)),
    ];
    await env.quiet();
    expect((await env.state()).users.map(({ name }) => name)).toEqual(["Old"]);
    for (const step of order) {
      if (step === "leaver") {
        await entra.remove(second);
        await workday.change(first, { active: false });
      } else {
        await entra.create(worker("Fresh", 2, ONE));
        await env.quiet();
        await workday.create(worker("Fresh", 2));
      }
      await env.quiet();
    }
    await ends(env, { "": ["Fresh"] });
  });

  test("the record with the number passes to another employee number: the number goes along", async () => {
    await open();
    const { source } = await openSources(env, BLOCK);
    const [workday, entra] = [source("workday"), source("entra")];
    await workday.create(worker("Stays", 1, "+852 6000 0009"));
    await workday.create(worker("Gets", 2, "+852 6000 0008"));
    const record = await entra.create(worker("Stays", 1, ONE));
    await env.quiet();
    await entra.change(record, worker("Gets", 2, ONE));
    await ends(env, { "": ["Gets", "Stays"] }, { comparisons: 2 });
  });
});

test.each(["deactivated", "deleted"] as const)(
  "an account that is switched off does not keep the extension of a newcomer (%s)",
  async (way) => {
    await open({ policy: GRACE });
    const shared = {
      phoneNumbers: [{ type: "work", value: "8001" }],
      [DINGTALK_USER]: { accountType: "sso" },
    };
    const leaver = await env.addUser(person("Old", shared));
    await env.quiet();
    await WAYS[way](leaver);
    const fresh = await env.addUser(
      person("Fresh", { phoneNumbers: [{ type: "work", value: "8001" }, ...number(ONE).phoneNumbers] }),
    );
    await env.quiet();
    expect([
      (await remote(env, leaver))?.["telephone"] ?? "",
      (await remote(env, fresh))?.["telephone"],
    ]).toEqual(["", "8001"]);
    expect(await remote(env, leaver)).toMatchObject({ disable_status: true });
  },
);

test("the clock goes an hour forth and back while a leaver is in the grace: nobody goes early, and nobody is forgotten", async () => {
  const clock = createMovableClock(systemClock);
  await open({ policy: GRACE, clock });
  const leaver = await old();
  await change(env, leaver, { active: false });
  await env.quiet();
  /** Everybody in a grace is looked at, once. */
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await env.pool.query("update entity_states set state = 'due', next_at = now() where lease is null");
    await env.quiet();
  };
  for (const ms of [HOUR_MS, -2 * HOUR_MS, HOUR_MS]) {
    await pass(ms);
    expect(await remote(env, leaver)).toBeDefined();
  }
  await pass(24 * HOUR_MS + 60_000);
  expect(await remote(env, leaver)).toBeUndefined();
  await byHand(env, USER.create, { userid: "x", name: "Yu", mobile: wire(ONE), dept_id_list: "1" });
  await ends(env, { "": ["Yu"] });
});
