import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ended, firstLine, startProgram } from "../../support/programs.ts";
import { type OpenSimulator, openSimulator, person, type State } from "./open-simulator.ts";

const USER = "/topapi/v2/user";
const DEPARTMENT = "/topapi/v2/department";

let directory: string;
let journalPath: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "simulator-"));
  journalPath = join(directory, "sub", "organisation.jsonl");
});
afterEach(() => rmSync(directory, { recursive: true }));

async function withSimulator<T>(path: string, use: (simulator: OpenSimulator) => Promise<T>): Promise<T> {
  const simulator = await openSimulator({ journalPath: path, qps: 0 });
  try {
    return await use(simulator);
  } finally {
    await simulator.stop();
  }
}

async function fill(simulator: OpenSimulator): Promise<State> {
  await simulator.post("/_sim/reset", { protectedMobiles: ["+852-60000009"], unknownUser: 33012 });
  const { dept_id } = await simulator.result<{ dept_id: number }>(`${DEPARTMENT}/create`, {
    name: "Finance",
    parent_id: 1,
  });
  await simulator.result(`${DEPARTMENT}/create`, { name: "Gone", parent_id: 1 });
  const gone = (await simulator.state()).departments.at(-1)?.dept_id;
  await simulator.call(`${DEPARTMENT}/delete`, { dept_id: gone });
  for (const number of [1, 2, 3])
    await simulator.result(`${USER}/create`, {
      ...person(`u${number}`, number),
      dept_id_list: `1,${dept_id}`,
    });
  await simulator.call(`${USER}/update`, { userid: "u1", title: "Chief", extension: '{"Job level":"A"}' });
  await simulator.call(`${USER}/delete`, { userid: "u2" });
  await simulator.call(`${USER}/create`, person("u9", 9));
  await simulator.call(`${DEPARTMENT}/update`, { dept_id, dept_manager_userid_list: "u1" });
  const { json } = await simulator.call("/role/add_role_group", { name: "SCIM" });
  const role = (await simulator.call("/role/add_role", { roleName: "VPN", groupId: json.groupId })).json
    .roleId;
  await simulator.call("/topapi/role/addrolesforemps", { roleIds: String(role), userIds: "u1,u3" });
  await simulator.post("/_sim/edit", { call: "activate", body: { userid: "u3" } });
  return simulator.state();
}

test("answered changes survive a restart: people, departments, roles, invitations, leavers, switches", async () => {
  const before = await withSimulator(journalPath, fill);
  await withSimulator(journalPath, async (simulator) => {
    expect(await simulator.state()).toEqual(before);
    expect((await simulator.call(`${USER}/get`, { userid: "ghost" })).json).toMatchObject({ errcode: 33012 });
    expect(
      (await simulator.post("/_sim/edit", { call: "accept", body: { mobile: "+852-60000009" } })).json,
    ).toMatchObject({ errcode: 0 });
    const { json } = await simulator.post("/_sim/edit", {
      call: "/v1.0/contact/empLeaveRecords",
      body: { startTime: "2020-01-01T00:00:00Z", endTime: "2020-12-01T00:00:00Z" },
    });
    expect(json).toEqual({ records: [] });
  });
});

test("a killed process loses no answered change", async () => {
  const program = startProgram(join(__dirname, "simulator-process.ts"), [journalPath]);
  try {
    const url = await firstLine(program);
    const { access_token } = (await (
      await fetch(`${url}/gettoken?appkey=sandbox&appsecret=sandbox`)
    ).json()) as { access_token: string };
    const answered: string[] = [];
    const create = async (number: number): Promise<void> => {
      const response = await fetch(`${url}${USER}/create?access_token=${access_token}`, {
        method: "POST",
        body: JSON.stringify(person(`u${number}`, number)),
      });
      const { errcode } = (await response.json()) as { errcode: number };
      if (errcode === 0) answered.push(`u${number}`);
    };
    const writer = async (start: number): Promise<void> => {
      for (let number = start; ; number += 4) await create(number);
    };
    const writers = Promise.allSettled([0, 1, 2, 3].map(writer));
    while (answered.length < 200) await new Promise((resolve) => setImmediate(resolve));
    program.kill("SIGKILL");
    await ended(program);
    await writers;
    const { users } = await withSimulator(journalPath, (simulator) => simulator.state());
    expect(users.map(({ userid }) => userid)).toEqual(expect.arrayContaining(answered));
  } finally {
    program.kill("SIGKILL");
    await ended(program);
  }
});

test("an incomplete last line is ignored: its call was never answered", async () => {
  const before = await withSimulator(journalPath, fill);
  appendFileSync(journalPath, '{"position":99,"changes":[{"type":"user.put","user":{"userid":"half');
  await withSimulator(journalPath, async (simulator) => {
    expect(await simulator.state()).toEqual(before);
    await simulator.result(`${USER}/create`, person("u20", 20));
  });
  expect((await withSimulator(journalPath, (simulator) => simulator.state())).users).toHaveLength(
    before.users.length + 1,
  );
});

test("any other damage ends the start, with the line in the error", async () => {
  await withSimulator(journalPath, fill);
  writeFileSync(
    journalPath,
    `${readFileSync(journalPath, "utf8")}half a line\n{"position":1,"changes":[]}\n`,
  );
  await expect(openSimulator({ journalPath })).rejects.toThrow(/line \d+ is damaged/);
});

test("after a start the file contains the state and not all changes; a reset empties it", async () => {
  await withSimulator(journalPath, async (simulator) => {
    await simulator.result(`${USER}/create`, person("u1", 1));
    for (let round = 0; round < 50; round += 1)
      await simulator.call(`${USER}/update`, { userid: "u1", title: `T${round}` });
    const long = join(directory, "copy.jsonl");
    copyFileSync(journalPath, long);
    const lines = (path: string) => readFileSync(path, "utf8").split("\n").length;
    expect(lines(long)).toBeGreaterThan(50);
    await withSimulator(long, async (copy) => {
      expect(await copy.state()).toEqual(await simulator.state());
      expect(lines(long)).toBeLessThan(5);
    });
    await simulator.post("/_sim/reset", {});
    expect(lines(journalPath)).toBeLessThan(5);
  });
  expect((await withSimulator(journalPath, (simulator) => simulator.state())).users).toEqual([]);
});

test("a restart does not repeat ids", async () => {
  const create = async (simulator: OpenSimulator, name: string): Promise<number> =>
    (await simulator.result<{ dept_id: number }>(`${DEPARTMENT}/create`, { name, parent_id: 1 })).dept_id;
  const first = await withSimulator(journalPath, async (simulator) => {
    const dept_id = await create(simulator, "A");
    await simulator.call(`${DEPARTMENT}/delete`, { dept_id });
    return dept_id;
  });
  expect(await withSimulator(journalPath, (simulator) => create(simulator, "A"))).not.toBe(first);
});
