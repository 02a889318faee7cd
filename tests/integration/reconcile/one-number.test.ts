import { systemClock } from "../../../src/core/clock.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { change as changeOf, person, remote as remoteOf } from "./sample.ts";

/*
 * One mobile number, two people of ours. Whether a number comes free is asked a hundred times, with a pause
 * of thirty bases: they are small here.
 */

keepDatabase();
let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment({ retryBaseMs: 0.5 });
});
afterEach(() => env.close());

const remote = (id: string) => remoteOf(env, id);
const change = (id: string, more: Parameters<typeof changeOf>[2]): Promise<void> => changeOf(env, id, more);
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = systemClock.monotonicMs() + 25_000; !(await holds()); ) {
    if (systemClock.monotonicMs() > end) throw new Error("it never came to be");
    await systemClock.sleep(20);
  }
}

const number = { phoneNumbers: [{ type: "mobile", value: "+852 6000 0001" }] };

test("who leaves goes first, and who comes does not have to wait for a person to look", async () => {
  const old = await env.addUser(person("Old", number));
  env.startWorker();
  await env.quiet();
  const fresh = await env.addUser(person("Fresh", number));
  await env.users.remove(env.context, old);
  await env.quiet();
  expect([await remote(old), (await remote(fresh))!.name]).toEqual([undefined, "Fresh"]);
});

test("the second is parked, says who holds it, and goes on when the number comes free", async () => {
  const first = await env.addUser(person("First", number));
  env.startWorker();
  await env.quiet();
  const second = await env.addUser(person("Second", number));
  await env.quiet();
  const { rows } = await env.pool.query("select state, waiting_on from entity_states where entity_id = $1", [
    second,
  ]);
  expect(rows).toEqual([{ state: "parked", waiting_on: [first] }]);
  await change(first, { phoneNumbers: [{ type: "mobile", value: "+852 6000 0002" }] });
  await until(async () => (await remote(second)) !== undefined);
  await env.quiet();
  expect((await remote(second))!.name).toBe("Second");
});

/**
 * Who has signed in matters for some; the others are tried with both by `npm run test:faults` alone, as a
 * hundred looks take their time.
 */
const BOTH = process.env["NUMBERS"] === "both";

describe.each([true, false])("of people who have signed in: %s", (signedIn) => {
  const numberOf = (n: number) => ({ phoneNumbers: [{ type: "mobile", value: `+852 6000 000${n}` }] });
  /** People with the numbers 1, 2, …, who then get the ones named, and another title. */
  async function renumbered(wanted: readonly number[]): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const at of wanted.keys()) ids.push(await env.addUser(person(`P${at}`, numberOf(at + 1))));
    env.startWorker();
    await env.quiet();
    if (signedIn) for (const userid of ids) await env.control("edit", { call: "activate", body: { userid } });
    for (const [at, id] of ids.entries()) await change(id, { ...numberOf(wanted[at]!), title: "Head" });
    await env.quiet(25_000);
    return ids;
  }
  const endOf = async (ids: readonly string[]) => {
    const { rows } = await env.pool.query(
      "select entity_id, state, notes from entity_states where entity_id = any($1)",
      [ids],
    );
    const states = new Map(rows.map((row) => [row.entity_id, row]));
    return Promise.all(
      ids.map(async (id) => {
        const { mobile, title } = (await remote(id))!;
        const { state, notes } = states.get(id)!;
        const noted = (JSON.parse(notes ?? "[]") as { attribute: string; code: string }[]).filter(
          ({ code }) => code !== "inRoot",
        );
        return { mobile, title, state, notes: noted.map(({ attribute }) => attribute) };
      }),
    );
  };
  const kept = (n: number) => ({ mobile: `6000000${n}`, title: "Head", state: "inSync", notes: ["mobile"] });

  const rounds: [string, number[]][] = [
    ["two people swap theirs", [2, 1]],
    ["three pass theirs round", [2, 3, 1]],
  ];
  test.each(rounds.filter((_, at) => BOTH || signedIn === (at === 0)))(
    "%s: each keeps the own one with a note, and everything else is sent",
    async (_name, wanted) => {
      const ids = await renumbered(wanted);
      expect(await endOf(ids)).toEqual(wanted.map((_, at) => kept(at + 1)));
      await change(ids[0]!, { title: "Chief" });
      await env.quiet();
      expect(await endOf(ids.slice(0, 1))).toEqual([{ ...kept(1), title: "Chief" }]);
    },
  );

  test("three move up by one: the last first, if DingTalk lets them", async () => {
    const ids = await renumbered([2, 3, 4]);
    const moved = (n: number) => ({ ...kept(n), notes: [] });
    expect(await endOf(ids)).toEqual(signedIn ? [kept(1), kept(2), kept(3)] : [moved(2), moved(3), moved(4)]);
  });

  const testOnce = BOTH || signedIn ? test : undefined;
  testOnce?.("a swap that people made in DingTalk is in order with the next comparison", async () => {
    const [a = "", b = ""] = await renumbered([2, 1]);
    for (const [userid, n] of [
      [a, 9],
      [b, 1],
      [a, 2],
    ] as const)
      await env.control("edit", { call: "renumber", body: { userid, mobile: `+852-6000000${n}` } });
    const { store, target, mapping } = env.connect();
    await sweep({ store, target, mapping, clock: systemClock }, "test", new AbortController().signal);
    await env.quiet();
    expect(await endOf([a, b])).toEqual([
      { ...kept(2), notes: [] },
      { ...kept(1), notes: [] },
    ]);
  });
});
