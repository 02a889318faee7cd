import { type House, openHouse } from "../../support/house.ts";
import { addGroup, change, changeGroup, chart, DINGTALK_GROUP, ENTERPRISE, members, person, remote, stateOf } from "./sample.ts";

/* Whoever waits for each other goes on at once. The guard that looks at what waits comes round after a minute here, so that nothing is owed to it. */

let house: House;
beforeEach(async () => {
  house = await openHouse({ retryBaseMs: 2_000 });
});
afterEach(() => house.close());

const reportsTo = (number: string, manager: string) => ({ [ENTERPRISE]: { employeeNumber: number, manager: { value: manager } } });

test.each([2, 3, 5])("%i people who are managers of each other in a ring", async (size) => {
  const ids: string[] = [];
  for (let n = 0; n < size; n++) ids.push(await house.addUser(person(`P${n}`, reportsTo(`N-${n}`, `N-${(n + 1) % size}`))));
  house.startWorker();
  await house.quiet();
  const managers = await Promise.all(ids.map(async (id) => (await remote(house, id))?.manager_userid));
  expect(managers).toEqual(ids.map((_, n) => ids[(n + 1) % size]));
});

test("a person who still manages a department that cannot close while the person is inside, with nothing remembered of it", async () => {
  const a = await house.addUser(person("A"));
  const ops = await addGroup(house, { displayName: "Ops", [DINGTALK_GROUP]: { managers: [{ value: a }] } }, [a]);
  const worker = house.startWorker();
  await house.quiet();
  await worker.stop(2_000);
  await house.groups.remove(house.context, ops);
  await house.pool.query("update links set attributes = null where kind = 'department'");
  house.startWorker();
  await house.quiet();
  expect(await chart(house)).toEqual({ "": ["A"] });
});

test("a manager who leaves a department that waits for the one above it", async () => {
  const a = await house.addUser(person("A"));
  const from = await addGroup(house, { displayName: "Ops", [DINGTALK_GROUP]: { managers: [{ value: a }] } }, [a]);
  const to = await house.addGroup("Other");
  house.startWorker();
  await house.quiet();
  // The new parent cannot be made.
  await house.control("edit", { call: "/topapi/v2/department/create", body: { name: "Taken", parent_id: 1 } });
  await members(house, from, { remove: [a] });
  await changeGroup(house, from, { displayName: "Taken/Ops" });
  await members(house, to, { add: [a] });
  await house.quiet();
  expect((await chart(house))["Other"]).toEqual(["A"]);
  expect(await stateOf(house, "user", a)).toMatchObject({ state: "inSync" });
});

test("a department whose name is held by one that cannot close before its people have come to the new one", async () => {
  const a = await house.addUser(person("A"));
  const old = await house.addGroup("Sales", [a]);
  const worker = house.startWorker();
  await house.quiet();
  await worker.stop(2_000);
  await house.groups.remove(house.context, old);
  const fresh = await house.addGroup("Sales", [a]);
  // The old one does not go on as the new one: as if it had been emptied long ago.
  await house.pool.query("update departments set present = false, name_key = null, path_key = array['', id::text]");
  await house.pool.query("delete from placements where group_id = $1", [old]);
  await house.pool.query("update entity_states set state = 'due', next_at = now() where kind = 'department'");
  house.startWorker();
  await house.quiet();
  expect(await chart(house)).toEqual({ "": [], Sales: ["A"] });
  expect(fresh).not.toBe(old);
});

test("a person and the manager who is in a department that waits for the person to leave", async () => {
  const boss = await house.addUser(person("Boss", { [ENTERPRISE]: { employeeNumber: "B-1" } }));
  const clerk = await house.addUser(person("Clerk", reportsTo("C-1", "B-1")));
  const ops = await addGroup(house, { displayName: "Ops", [DINGTALK_GROUP]: { managers: [{ value: clerk }] } }, [boss, clerk]);
  house.startWorker();
  await house.quiet();
  await change(house, boss, { active: false });
  await house.groups.remove(house.context, ops);
  await change(house, boss, { active: true });
  await house.quiet();
  expect(await chart(house)).toEqual({ "": ["Boss", "Clerk"] });
  expect((await remote(house, clerk))!.manager_userid).toBe(boss);
});
