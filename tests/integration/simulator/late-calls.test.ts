import { systemClock } from "../../../src/core/clock.ts";
import { type OpenSimulator, openSimulator, person } from "./open-simulator.ts";

const CREATE = "/topapi/v2/user/create";

let simulator: OpenSimulator;
beforeAll(async () => {
  simulator = await openSimulator();
});
afterAll(() => simulator.stop());
beforeEach(() => simulator.post("/_sim/reset", {}));

const held = async () => (await simulator.fetch("/_sim/held")).json.held as string[];
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await systemClock.sleep(2);
}
const userids = async () => (await simulator.state()).users.map(({ userid }) => userid);

test("late: the call is held until it is released, and then answered", async () => {
  await simulator.post("/_sim/faults", { match: CREATE, fault: "late" });
  const answer = simulator.call(CREATE, person("u1", 1));
  await until(async () => (await held()).length === 1);
  expect(await held()).toEqual([CREATE]);
  expect(await userids()).toEqual([]);
  expect((await simulator.post("/_sim/release", {})).json).toEqual({ released: 1 });
  expect((await answer).json).toMatchObject({ errcode: 0 });
  expect(await userids()).toEqual(["u1"]);
});

test("late_unanswered: the connection breaks immediately, and the call arrives later", async () => {
  await simulator.post("/_sim/faults", { match: CREATE, fault: "late_unanswered" });
  await expect(simulator.call(CREATE, person("u1", 1))).rejects.toThrow("fetch failed");
  expect(await userids()).toEqual([]);
  await simulator.post("/_sim/release", {});
  await until(async () => (await userids()).length === 1);
});

test("with delayMs it arrives after this time", async () => {
  await simulator.post("/_sim/faults", { match: CREATE, fault: "late", delayMs: 20 });
  expect((await simulator.call(CREATE, person("u1", 1))).json).toMatchObject({ errcode: 0 });
});

test("a late call applies to the state at its arrival", async () => {
  await simulator.post("/_sim/faults", { match: CREATE, fault: "late" });
  const answer = simulator.call(CREATE, person("u1", 1));
  await until(async () => (await held()).length === 1);
  await simulator.post("/_sim/edit", { call: CREATE, body: person("u2", 1) });
  await simulator.post("/_sim/release", {});
  expect((await answer).json).toMatchObject({ errcode: 60104 });
});

test("calls are released in the order of sending; a reset drops them", async () => {
  await simulator.post("/_sim/faults", { match: "/topapi/v2/user/", fault: "late", times: 3 });
  const first = simulator.call(CREATE, person("u1", 1));
  await until(async () => (await held()).length === 1);
  const second = simulator.call("/topapi/v2/user/update", { userid: "u1", title: "Clerk" });
  await until(async () => (await held()).length === 2);
  await simulator.post("/_sim/release", {});
  expect([(await first).json.errcode, (await second).json.errcode]).toEqual([0, 0]);
  const lost = expect(simulator.call(CREATE, person("u2", 2))).rejects.toThrow("fetch failed");
  await until(async () => (await held()).length === 1);
  await simulator.post("/_sim/reset", {});
  await lost;
  expect(await userids()).toEqual([]);
});

test("a call counts when it arrives", async () => {
  await simulator.post("/_sim/faults", { match: CREATE, fault: "late" });
  const answer = simulator.call(CREATE, person("u1", 1));
  await until(async () => (await held()).length === 1);
  expect((await simulator.fetch("/_sim/calls")).json).toMatchObject({ total: 0 });
  await simulator.post("/_sim/release", {});
  await answer;
  expect((await simulator.fetch("/_sim/calls")).json).toMatchObject({ total: 1 });
});

test("tokens and invitations expire when the clock is put forward", async () => {
  await simulator.post("/_sim/reset", { protectedMobiles: ["+852-60000001"] });
  expect((await simulator.call(CREATE, person("u1", 1))).json).toMatchObject({ errcode: 40103 });
  const accept = () => simulator.post("/_sim/edit", { call: "accept", body: { mobile: "+852-60000001" } });
  await simulator.post("/_sim/clock", { advanceMs: 7 * 86_400_000 + 60_000 });
  expect((await simulator.call(CREATE, person("u2", 2))).json).toMatchObject({
    errcode: 88,
    sub_code: "40014",
  });
  expect((await accept()).json).toMatchObject({ errcode: 60121 });
  const { json } = await simulator.fetch("/gettoken?appkey=sandbox&appsecret=sandbox");
  await simulator.post(`${CREATE}?access_token=${json.access_token}`, person("u1", 1));
  expect((await accept()).json).toMatchObject({ errcode: 0 });
  expect((await simulator.post("/_sim/clock", { advanceMs: -1 })).status).toBe(400);
});
