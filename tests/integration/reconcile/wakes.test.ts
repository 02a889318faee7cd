import { createReconcileStore } from "../../../src/store/create.ts";
import { type House, openHouse } from "../../support/house.ts";

/* Whoever was left out, or has to wait, is looked at again as soon as the reason is gone, and not when some guard comes round. */

let house: House;
beforeEach(async () => {
  house = await openHouse({ retryBaseMs: 5 });
});
afterEach(() => house.close());

const person = (name: string) => ({
  userName: `${name}@example.com`,
  displayName: name,
  phoneNumbers: [{ type: "mobile", value: `+852 ${name === "Ann" ? "91234567" : "91234568"}` }],
});

const departmentOf = async (id: string): Promise<readonly string[]> => {
  const { users, departments } = await house.state();
  const seats = users.find((user) => user.userid === id)?.dept_id_list ?? [];
  return seats.map((seat) => departments.find((department) => department.dept_id === seat)!.name).sort();
};

test("people who had to go without a parked department come into it when it is made after all", async () => {
  const theirs = { name: "Sales", parent_id: 1 };
  await house.control("edit", { call: "/topapi/v2/department/create", body: theirs });
  const id = await house.addUser(person("Ann"));
  await house.addGroup("Sales", [id]);
  house.startWorker();
  await house.quiet();
  expect(await departmentOf(id)).toEqual(["Sandbox"]);

  const taken = (await house.state()).departments.find((department) => department.name === "Sales")!.dept_id;
  await house.control("edit", { call: "/topapi/v2/department/delete", body: { dept_id: taken } });
  await house.pool.query("update entity_states set state = 'due', next_at = now() where kind = 'department' and state = 'parked'");
  await house.quiet();
  expect(await departmentOf(id)).toEqual(["Sales"]);
});

test("a department that is being looked at while its last member leaves is looked at once more", async () => {
  const id = await house.addUser(person("Ann"));
  const group = await house.addGroup("Sales", [id]);
  const worker = house.startWorker();
  await house.quiet();
  await worker.stop(1_000);

  await house.groups.remove(house.context, group);
  const store = createReconcileStore(house.pool, "dingtalk");
  const claims = await store.claim(10);
  const groupRun = claims.find(({ ref }) => ref.kind === "group")!;
  const memberRun = claims.find(({ ref }) => ref.kind === "user")!;
  const settled = { state: "inSync", nextMs: undefined, attempts: 0, observeFirst: false } as const;
  const nothing = { link: { kind: "keep" }, presenceChanged: false, departed: [], gone: false } as const;
  await store.placeGroup(group, undefined, "path", []);
  await store.finish(groupRun, { ...nothing, settlement: settled, gone: true });

  const [departmentRun] = (await store.claim(10)).filter(({ ref }) => ref.kind === "department");
  const before = (await store.departments([departmentRun!.ref.id])).get(departmentRun!.ref.id)!;
  expect(before.occupied).toBe(true);
  const seat = before.link!.remoteId!;
  const link = { kind: "put", remoteId: id, presence: "active", attributes: { departments: ["1"] }, containers: ["1"] } as const;
  await store.finish(memberRun, { ...nothing, settlement: settled, link, departed: [seat] });
  await store.finish(departmentRun!, { ...nothing, settlement: { ...settled, state: "waiting", nextMs: 30_000, waitingOn: [] } });

  const { rows } = await house.pool.query("select state, next_at <= now() as now from entity_states where entity_id = $1", [
    departmentRun!.ref.id,
  ]);
  expect(rows).toEqual([{ state: "due", now: true }]);
});
