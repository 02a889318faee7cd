import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { type House, openHouse } from "../../support/house.ts";
import { change, chart, members, person, remote, stateOf } from "./sample.ts";

/* Only what is below one department of DingTalk is ours to work in. */

let house: House;
let asia: number;
let outside: number;

const edit = async (call: string, body: JsonObject): Promise<void> => house.control("edit", { call, body });
const idOf = async (name: string): Promise<number> => (await house.state()).departments.find((each) => each.name === name)!.dept_id;
const compare = () => sweep({ ...house.connect(), clock: systemClock }, "cli", new AbortController().signal);

beforeEach(async () => {
  // The ids of a new organisation follow from its seed, so one that is looked at first tells them.
  const scout = await openHouse();
  await scout.control("edit", { call: "/topapi/v2/department/create", body: { name: "Asia", parent_id: 1 } });
  asia = (await scout.state()).departments.find(({ name }) => name === "Asia")!.dept_id;
  await scout.close();
  house = await openHouse({ managedRoot: String(asia) });
  await edit("/topapi/v2/department/create", { name: "Asia", parent_id: 1 });
  await edit("/topapi/v2/department/create", { name: "Europe", parent_id: 1 });
  expect(await idOf("Asia")).toBe(asia);
  outside = await idOf("Europe");
  await edit("/topapi/v2/user/create", { userid: "eu1", name: "Müller", mobile: "+852-61110001", dept_id_list: String(outside) });
});
afterEach(() => house.close());

const start = async (): Promise<void> => {
  house.startWorker();
  await house.quiet();
};

test("the tree hangs below it, and who is in no group is in it", async () => {
  const li = await house.addUser(person("Li"));
  await house.addUser(person("Chan"));
  await house.addGroup("HK/Sales", [li]);
  await start();
  expect(await chart(house)).toEqual({ "": [], Asia: ["Chan"], "Asia/HK": [], "Asia/HK/Sales": ["Li"], Europe: ["Müller"] });
  expect(await compare()).toMatchObject({ compared: 4, differing: 0, missing: 0, orphans: 0 });
});

test("names outside are nobody's business: a group may be called as a department there", async () => {
  await house.addGroup("Europe");
  await start();
  expect(Object.keys(await chart(house)).sort()).toEqual(["", "Asia", "Asia/Europe", "Europe"]);
});

test("a department outside that somebody of ours is also in stays theirs, whatever we change", async () => {
  const li = await house.addUser(person("Li"));
  const sales = await house.addGroup("Sales", [li]);
  await house.addGroup("Ops", []);
  await start();
  await edit("/topapi/v2/user/update", {
    userid: li,
    dept_id_list: [await idOf("Sales"), outside].join(","),
    dept_position_list: [{ dept_id: outside, title: "Guest", is_main: false }],
  });
  expect(await compare()).toMatchObject({ differing: 0 });
  const ops = (await house.pool.query("select id from groups where display_name = 'Ops'")).rows[0].id as string;
  await members(house, ops, { add: [li] });
  await members(house, sales, { remove: [li] });
  await change(house, li, { title: "Head" });
  await house.quiet();
  const now = (await remote(house, li))!;
  expect([...now.dept_id_list].sort()).toEqual([await idOf("Ops"), outside].sort());
  expect(now["title"]).toBe("Head");
  expect(now["dept_position_list"]).toEqual(expect.arrayContaining([expect.objectContaining({ dept_id: outside, title: "Guest" })]));
});

test("somebody who is also outside is not removed from the organisation: that is for people to do", async () => {
  const li = await house.addUser(person("Li"));
  await start();
  await edit("/topapi/v2/user/update", { userid: li, dept_id_list: [asia, outside].join(",") });
  await change(house, li, { active: false });
  await house.quiet();
  expect((await remote(house, li))?.dept_id_list).toEqual(expect.arrayContaining([asia, outside]));
  expect(await stateOf(house, "user", li)).toMatchObject({ state: "parked", reason: expect.stringContaining("outside the managed root") });
});

test("a department of ours that was moved outside is left there, and put back in nobody's name", async () => {
  const group = await house.addGroup("Sales");
  await start();
  const sales = await idOf("Sales");
  await edit("/topapi/v2/department/update", { dept_id: sales, parent_id: outside });
  await compare();
  await house.quiet();
  expect(Object.keys(await chart(house))).toContain("Europe/Sales");
  await house.groups.remove(house.context, group);
  await house.quiet();
  expect(Object.keys(await chart(house))).toContain("Europe/Sales");
});

test("somebody of ours who was moved outside is brought back in, and stays outside too", async () => {
  const li = await house.addUser(person("Li"));
  await start();
  await edit("/topapi/v2/user/update", { userid: li, dept_id_list: String(outside) });
  expect(await compare()).toMatchObject({ differing: 1, missing: 0 });
  await house.quiet();
  expect([...(await remote(house, li))!.dept_id_list].sort()).toEqual([asia, outside].sort());
});

test("one that DingTalk does not have is told by the check", async () => {
  const other = await openHouse({ managedRoot: "424242" });
  try {
    const problems = await other.connect().target.check({ signal: new AbortController().signal });
    expect(problems).toEqual([expect.objectContaining({ code: "managed-root" })]);
  } finally {
    await other.close();
  }
});
