import { systemClock } from "../../../src/core/clock.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { type Connection, type House, openHouse } from "../../support/house.ts";
import { change, chart, DINGTALK_USER, ENTERPRISE, person, remote, stateOf } from "./sample.ts";

/* The cause of a refusal lies at DingTalk and goes there: nobody in the directory changes anything. */

let house: House;
let hand: Connection;
beforeEach(async () => {
  house = await openHouse();
  hand = house.connect();
  house.startWorker();
});
afterEach(() => house.close());

const compare = () => sweep({ ...hand, clock: systemClock }, "cli", new AbortController().signal);
const edit = (call: string, body: object) => house.control("edit", { call, body: body as never });
const present = async (ids: readonly string[]) => (await Promise.all(ids.map((id) => remote(house, id)))).filter(Boolean).length;
const creates = async () => (await house.calls())["/topapi/v2/user/create"]?.count ?? 0;

test("a stranger with the number has left: the comparison has the person tried again", async () => {
  const taken = "+852-61230099";
  await edit("/topapi/v2/user/create", { userid: "stranger", name: "S", mobile: taken, dept_id_list: "1" });
  const id = await house.addUser(person("Li", { phoneNumbers: [{ type: "mobile", value: taken.replace("-", " ") }] }));
  await house.quiet();
  expect(await remote(house, id)).toBeUndefined();
  await compare();
  await house.quiet();
  expect(await remote(house, id)).toBeUndefined();
  await edit("/topapi/v2/user/delete", { userid: "stranger" });
  await compare();
  await house.quiet();
  expect(await remote(house, id)).toBeDefined();
});

test("what keeps many away needs one try, and brings all of them when it has gone", async () => {
  await house.control("switches", { maxUsers: 2 });
  const ids: string[] = [];
  for (let n = 0; n < 8; n++) ids.push(await house.addUser(person(`P${n}`)));
  await house.quiet();
  expect(await present(ids)).toBe(2);
  const before = await creates();
  await compare();
  await house.quiet();
  expect((await creates()) - before).toBe(1);
  await house.control("switches", { maxUsers: 0 });
  await compare();
  await house.quiet();
  expect(await present(ids)).toBe(8);
});

test("one who gets in by an operator's retry brings the others with the same cause", async () => {
  await house.control("switches", { maxUsers: 1 });
  const ids: string[] = [];
  for (let n = 0; n < 4; n++) ids.push(await house.addUser(person(`P${n}`)));
  await house.quiet();
  await house.control("switches", { maxUsers: 0 });
  const parked = (await house.pool.query("select entity_id from entity_states where state = 'parked' limit 1")).rows[0];
  await house.pool.query("update entity_states set state = 'due', next_at = now() where entity_id = $1", [parked.entity_id]);
  await house.quiet();
  expect(await present(ids)).toBe(4);
});

describe("a refusal about another thing has that one looked at", () => {
  test("a department that somebody removed is made again for the person who needs it", async () => {
    const li = await house.addUser(person("Li"));
    const group = await house.addGroup("Sales");
    await house.quiet();
    const sales = (await house.state()).departments.find(({ name }) => name === "Sales")!;
    await edit("/topapi/v2/department/delete", { dept_id: sales.dept_id });
    await house.groups.change(house.context, group, { members: { kind: "delta", add: [li], remove: [] } });
    await house.quiet();
    expect(await chart(house)).toEqual({ "": [], Sales: ["Li"] });
  });

  test("so is the parent of a department", async () => {
    await house.addGroup("HK");
    await house.quiet();
    const { dept_id } = (await house.state()).departments.find(({ name }) => name === "HK")!;
    await edit("/topapi/v2/department/delete", { dept_id });
    await house.addGroup("HK/Sales");
    await house.quiet();
    expect(Object.keys(await chart(house)).sort()).toEqual(["", "HK", "HK/Sales"]);
  });

  test("a manager whom somebody removed comes back, and is the manager", async () => {
    const boss = await house.addUser(person("Boss"));
    const li = await house.addUser(person("Li"));
    await house.quiet();
    await edit("/topapi/v2/user/delete", { userid: boss });
    await change(house, li, { title: "Clerk", [ENTERPRISE]: { manager: { value: boss } } });
    await house.quiet();
    expect(await remote(house, boss)).toBeDefined();
    expect(await remote(house, li)).toMatchObject({ title: "Clerk", manager_userid: boss });
  });
});

test("who is parked for their own data is not tried by the others' luck", async () => {
  const id = await house.addUser(person("Li", { phoneNumbers: [], [DINGTALK_USER]: { accountType: "dingtalk" } }));
  await house.addUser(person("Wu"));
  await house.quiet();
  expect(await stateOf(house, "user", id)).toMatchObject({ state: "parked" });
});
