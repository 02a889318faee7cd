import { systemClock } from "../../../src/core/clock.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { type Connection, type House, openHouse } from "../../support/house.ts";
import { change, person, remote, stateOf } from "./sample.ts";

/* People who must agree before they become members (40103). Whatever happens in which order, whoever is not to be there is not. */

let house: House;
beforeEach(async () => {
  house = await openHouse();
  hand = house.connect();
});
afterEach(() => house.close());

let hand: Connection;
const compare = () => sweep({ ...hand, clock: systemClock }, "cli", new AbortController().signal);
const wire = (n: number) => `+852-6111${String(n).padStart(4, "0")}`;
const phone = (n: number) => ({ phoneNumbers: [{ type: "mobile", value: wire(n).replace("-", " ") }] });
const accept = (n: number) => house.control("edit", { call: "accept", body: { mobile: wire(n) } });
const creates = async () => (await house.calls())["/topapi/v2/user/create"]?.count ?? 0;
const protect = (count: number) => house.control("switches", { protectedMobiles: Array.from({ length: count }, (_, n) => wire(n)) });
/** What waits for people is looked at now. */
const poll = async () => {
  await house.pool.query("update entity_states set next_at = now() where state = 'waiting'");
  await house.quiet();
};

async function invited(n = 0): Promise<string> {
  const id = await house.addUser(person(`P${n}`, phone(n)));
  await house.quiet();
  expect(await stateOf(house, "user", id)).toMatchObject({ state: "waiting" });
  return id;
}

type Step = "accept" | "deactivate" | "delete" | "change" | "compare" | "poll";

function orders(steps: readonly Step[]): readonly (readonly Step[])[] {
  if (steps.length === 0) return [[]];
  return steps.flatMap((step, at) => orders(steps.filter((_, other) => other !== at)).map((rest) => [step, ...rest]));
}

const CASES = [
  ...orders(["accept", "deactivate", "change", "compare"]),
  ...orders(["accept", "deactivate", "poll"]),
  ...orders(["accept", "delete", "compare"]),
  ...orders(["accept", "delete", "poll"]),
  ...orders(["accept", "change", "poll"]),
  ...orders(["deactivate", "compare", "poll"]),
];

test.each([["after each step the loop comes to rest", true] as const, ["the loop runs meanwhile", false] as const])(
  `${CASES.length} orders of invitation, acceptance and leaving, where %s`,
  async (_name, rests) => {
    await protect(CASES.length);
    house.startWorker();
    const ids: string[] = [];
    for (const [n] of CASES.entries()) ids.push(await house.addUser(person(`P${n}`, phone(n))));
    if (rests) await house.quiet();
    const act: Record<Step, (n: number) => Promise<unknown>> = {
      accept,
      deactivate: (n) => change(house, ids[n]!, { active: false }),
      delete: (n) => house.users.remove(house.context, ids[n]!),
      change: (n) => change(house, ids[n]!, { title: "Head" }),
      compare,
      poll: (n) => house.pool.query("update entity_states set next_at = now() where entity_id = $1 and state = 'waiting'", [ids[n]]),
    };
    for (let round = 0; round < 4; round++) {
      for (const [n, steps] of CASES.entries()) {
        const step = steps[round];
        if (step && step !== "compare") await act[step](n);
      }
      if (CASES.some((steps) => steps[round] === "compare")) await compare();
      if (rests) await house.quiet();
    }
    await house.quiet();
    await compare();
    await house.quiet();
    const inside = new Set((await house.state()).users.map(({ userid }) => userid));
    const leaves = (steps: readonly Step[]) => steps.includes("deactivate") || steps.includes("delete");
    expect(CASES.filter((steps, n) => leaves(steps) && inside.has(ids[n]!))).toEqual([]);
    if (rests) expect(CASES.filter((steps, n) => !leaves(steps) && steps.includes("accept") && !inside.has(ids[n]!))).toEqual([]);
    // One invitation each, whatever was changed.
    expect(await creates()).toBeLessThanOrEqual(CASES.length);
  },
  120_000,
);

describe("somebody who was invited", () => {
  beforeEach(async () => {
    await protect(3);
    house.startWorker();
  });

  test("is not invited again by changes, looks or retries, and is read instead", async () => {
    const id = await invited();
    for (const title of ["Clerk", "Head", "Chief"]) {
      await change(house, id, { title });
      await house.quiet();
      await poll();
    }
    expect(await creates()).toBe(1);
    expect(await stateOf(house, "user", id)).toMatchObject({ state: "waiting", reason: expect.stringContaining("not accepted") });
    await accept(0);
    await poll();
    expect(await remote(house, id)).toMatchObject({ title: "Chief" });
    expect(await stateOf(house, "user", id)).toEqual({ state: "inSync", reason: null });
    expect(await creates()).toBe(1);
  });

  test("is invited by another number when that is the reason", async () => {
    const id = await invited();
    await change(house, id, phone(1));
    await house.quiet();
    expect(await creates()).toBe(2);
    // The first invitation is open still: whoever comes by it is brought in line.
    await accept(0);
    await poll();
    expect(await remote(house, id)).toBeDefined();
  });

  test.each(["deactivated", "deleted"])("and was %s is removed at the next look after accepting, without anybody's doing", async (how) => {
    const id = await invited();
    if (how === "deleted") await house.users.remove(house.context, id);
    else await change(house, id, { active: false });
    await house.quiet();
    expect(await stateOf(house, "user", id)).toMatchObject({ state: "waiting", reason: expect.stringContaining("may still accept") });
    const { rows } = await house.pool.query("select next_at < now() + interval '61 min' as soon from entity_states where entity_id = $1", [
      id,
    ]);
    expect(rows).toEqual([{ soon: true }]);
    await accept(0);
    await poll();
    expect(await remote(house, id)).toBeUndefined();
    expect((await house.pool.query("select 1 from links")).rows).toEqual([]);
  });

  test("does not keep those from coming who report to them", async () => {
    const boss = await invited();
    const id = await house.addUser(
      person("Wu", { "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { manager: { value: boss } } }),
    );
    await house.quiet();
    expect(await remote(house, id)).toBeDefined();
    await accept(0);
    await poll();
    expect(await remote(house, id)).toMatchObject({ manager_userid: boss });
  });

  /** Time passes for the invitation. */
  const age = (days: number) =>
    house.pool.query(
      "update links set invitation = jsonb_set(invitation::jsonb, '{at}', to_jsonb(((invitation->>'at')::timestamptz - $1 * interval '1 day')::text))::json where invitation is not null",
      [days],
    );

  test("and never accepted is parked when it has run out, and a retry sends another", async () => {
    const id = await invited();
    await age(8);
    await poll();
    expect(await stateOf(house, "user", id)).toMatchObject({ state: "parked", reason: expect.stringContaining("run out") });
    expect(await creates()).toBe(1);
    await house.pool.query("update entity_states set state = 'due', next_at = now() where entity_id = $1", [id]);
    await house.quiet();
    expect(await creates()).toBe(2);
    expect(await stateOf(house, "user", id)).toMatchObject({ state: "waiting" });
  });

  test("and left is forgotten when it has run out, and found by a comparison if they come all the same", async () => {
    const id = await invited();
    await change(house, id, { active: false });
    await house.quiet();
    await age(8);
    await poll();
    expect((await house.pool.query("select 1 from links")).rows).toEqual([]);
    await accept(0);
    expect(await compare()).toMatchObject({ found: 1 });
    await house.quiet();
    expect(await remote(house, id)).toBeUndefined();
  });
});
