import type { Session } from "../../../../src/targets/dingtalk/client/client.ts";
import { createManagedArea, type Seen } from "../../../../src/targets/dingtalk/structure/managed-area.ts";

/* Which departments are below the managed root: for a minute by what was read, and not longer. */

let nowMs = 0;
let asked = 0;
const parents = new Map<string, readonly number[]>();
const session = {
  call: async (_api: unknown, { dept_id }: { readonly dept_id: number }) => {
    asked += 1;
    return { errcode: 0, result: { parent_id_list: parents.get(String(dept_id)) } };
  },
} as unknown as Session;
const clock = { monotonicMs: () => nowMs };

beforeEach(() => {
  nowMs = 0;
  asked = 0;
  parents.set("7", [7, 5, 1]);
});

test("a department that is moved out is inside for a minute at most, and a change of it is refused at once", async () => {
  const area = createManagedArea("5", clock);
  expect([...(await area.within(session, ["7"]))]).toEqual(["7"]);
  parents.set("7", [7, 1]);
  nowMs = 59_999;
  expect([...(await area.within(session, ["7"]))]).toEqual(["7"]);
  await expect(area.requireInside(session, "7")).rejects.toThrow("not below the managed root 5");
  // What was read then counts.
  expect([...(await area.within(session, ["7"]))]).toEqual([]);
  parents.set("7", [7, 5, 1]);
  nowMs += 60_000;
  expect([...(await area.within(session, ["7"]))]).toEqual(["7"]);
  expect(asked).toBe(3);
});

test("what is older than a minute is forgotten", async () => {
  const known = new Map<string, Seen>();
  const area = createManagedArea("5", clock, known);
  area.learn(Array.from({ length: 1_000 }, (_, n) => String(n + 10)));
  nowMs = 30_000;
  area.learn(["10"]);
  expect(known.size).toBe(1_000);
  nowMs = 60_000;
  await area.within(session, ["7"]);
  expect([...known.keys()]).toEqual(["10", "7"]);
});
