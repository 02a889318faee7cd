import { type OpenSimulator, openSimulator, person } from "./open-simulator.ts";

const USER = "/topapi/v2/user";
const DEPARTMENT = "/topapi/v2/department";

let simulator: OpenSimulator;
beforeAll(async () => {
  simulator = await openSimulator();
});
afterAll(() => simulator.stop());
beforeEach(async () => {
  await simulator.post("/_sim/reset", {});
  await simulator.post("/_sim/limits", { qps: 0 });
});

test("GET /_sim/state shows everything with the names of DingTalk's reads, the root too", async () => {
  await simulator.post("/_sim/switches", { emailShown: "always" });
  const { dept_id } = await simulator.result<{ dept_id: number }>(`${DEPARTMENT}/create`, {
    name: "Finance",
    parent_id: 1,
    source_identifier: "g1",
  });
  await simulator.result(`${USER}/create`, {
    ...person("u1", 1),
    dept_id_list: `1,${dept_id}`,
    email: "u1@example.com",
    extension: '{"Job level":"A"}',
  });
  await simulator.call("/role/add_role_group", { name: "SCIM" });
  const state = await simulator.state();
  expect(state.organisation).toMatchObject({ corpId: "dingsandbox" });
  expect(state.departments).toEqual([
    expect.objectContaining({ dept_id: 1, member_count: 1 }),
    expect.objectContaining({
      dept_id,
      name: "Finance",
      parent_id: 1,
      source_identifier: "g1",
      order: 1,
      owning_member_count: 1,
    }),
  ]);
  expect(state.users).toEqual([
    expect.objectContaining({
      userid: "u1",
      state_code: "852",
      mobile: "60000001",
      email: "u1@example.com",
      extension: '{"Job level":"A"}',
      dept_id_list: [1, dept_id],
      active: false,
    }),
  ]);
  expect(state.roles).toEqual([
    expect.objectContaining({ name: "默认" }),
    expect.objectContaining({ name: "SCIM", roles: [] }),
  ]);
  const got = await simulator.result<Record<string, unknown>>(`${USER}/get`, { userid: "u1" });
  expect(state.users[0]).toEqual(got);
});

test("permissions of the app do not limit the state", async () => {
  await simulator.post("/_sim/reset", { fieldPermissions: { mobile: false, personal: false } });
  await simulator.result(`${USER}/create`, { ...person("u1", 1), email: "u1@example.com" });
  expect((await simulator.state()).users[0]).toMatchObject({ mobile: "60000001", email: "u1@example.com" });
});

test("GET /_sim/calls counts tokens, reads, refusals and unknown paths since the reset", async () => {
  await simulator.fetch("/gettoken?appkey=sandbox&appsecret=sandbox");
  await simulator.result(`${USER}/create`, person("u1", 1));
  await simulator.call(`${USER}/create`, person("u1", 1));
  await simulator.post("/_sim/faults", { match: `${USER}/create`, fault: "rate_limit", times: 2 });
  for (let call = 0; call < 2; call += 1) await simulator.call(`${USER}/create`, person("u2", 2));
  await simulator.call("/topapi/v2/user/list", { dept_id: 1, cursor: 0, size: 100 });
  expect((await simulator.fetch("/_sim/calls")).json).toEqual({
    calls: {
      "/gettoken": { count: 1, refused: 0 },
      [`${USER}/create`]: { count: 4, refused: 2 },
      [`${USER}/list`]: { count: 1, refused: 0 },
    },
    total: 6,
  });
});

describe("POST /_sim/edit", () => {
  const edit = (call: string, body: unknown) => simulator.post("/_sim/edit", { call, body });

  test("makes any call by path and body, without limits and permissions, and does not count it", async () => {
    await simulator.post("/_sim/switches", {
      revokedPermissions: ["qyapi_manage_addresslist"],
      contactScope: { departments: [5] },
    });
    await simulator.post("/_sim/limits", { qps: 1 });
    for (let number = 0; number < 5; number += 1) {
      expect((await edit(`${USER}/create`, person(`u${number}`, number))).json).toMatchObject({
        errcode: 0,
        result: { userid: `u${number}` },
      });
    }
    expect((await edit(`${USER}/update`, { userid: "u1", title: "Chief" })).json).toMatchObject({
      errcode: 0,
    });
    expect((await edit(`${USER}/delete`, { userid: "u2" })).json).toMatchObject({ errcode: 0 });
    expect((await edit(`${USER}/delete`, { userid: "u2" })).json).toMatchObject({ errcode: 60121 });
    expect((await simulator.fetch("/_sim/calls")).json).toMatchObject({ total: 0 });
    expect((await simulator.state()).users).toHaveLength(4);
  });

  test("activate: the person signs in", async () => {
    await simulator.result(`${USER}/create`, person("u1", 1));
    expect((await edit("activate", { userid: "u1" })).json).toMatchObject({ errcode: 0 });
    expect((await simulator.state()).users[0]).toMatchObject({ active: true });
    expect(
      (await simulator.call(`${USER}/update`, { userid: "u1", mobile: "+852-90000000" })).json,
    ).toMatchObject({ errcode: 41054 });
    expect((await edit("activate", { userid: "ghost" })).json).toMatchObject({ errcode: 60121 });
  });

  test("accept: the invited person joins", async () => {
    await simulator.post("/_sim/reset", { protectedMobiles: ["+852-60000001"] });
    expect((await simulator.call(`${USER}/create`, person("u1", 1))).json).toMatchObject({ errcode: 40103 });
    expect((await simulator.state()).users).toEqual([]);
    expect((await edit("accept", { mobile: "+852-60000001" })).json).toMatchObject({ errcode: 0 });
    expect((await simulator.state()).users).toEqual([
      expect.objectContaining({ userid: "u1", active: true }),
    ]);
  });

  test("calls of the new API as well", async () => {
    await edit(`${USER}/create`, {
      userid: "s1",
      name: "S",
      dept_id_list: "1",
      exclusive_account: true,
      exclusive_account_type: "sso",
    });
    expect((await edit("/v1.0/contact/orgAccounts/disable", { userId: "s1" })).json).toEqual({
      result: true,
    });
    expect((await edit("/v1.0/contact/orgAccounts/disable", { userId: "x" })).status).toBe(400);
    expect((await simulator.state()).users[0]).toMatchObject({ disable_status: true });
  });
});

test("POST /_sim/reset empties the organisation, sets switches and keeps the token; /_sim/switches keeps the people", async () => {
  await simulator.result(`${USER}/create`, person("u1", 1));
  await simulator.post("/_sim/faults", { match: "/", fault: "busy", times: 9 });
  await simulator.post("/_sim/switches", { unknownUser: 33012 });
  expect((await simulator.state()).users).toHaveLength(1);
  expect((await simulator.post("/_sim/reset", { region: "mainland" })).json).toMatchObject({
    switches: { region: "mainland", unknownUser: 60121 },
  });
  expect((await simulator.state()).users).toEqual([]);
  expect((await simulator.call(`${USER}/create`, person("u1", 1))).json).toMatchObject({ errcode: 0 });
  expect(
    (await simulator.call(`${USER}/create`, { ...person("u2", 2), mobile: "13800138000" })).json,
  ).toMatchObject({ errcode: 0 });
  expect((await simulator.fetch("/_sim/faults")).json).toEqual({ faults: [] });
});

test.each<[string, string, string | undefined, number]>([
  ["an unknown switch", "/_sim/reset", '{"weather":"rain"}', 400],
  ["a bad switch", "/_sim/reset", '{"region":"mars"}', 400],
  ["an unknown fault", "/_sim/faults", '{"match":"/","fault":"earthquake"}', 400],
  ["no fault", "/_sim/faults", '{"match":"/"}', 400],
  ["a fault that happens no times", "/_sim/faults", '{"match":"/","fault":"busy","times":0}', 400],
  ["limits without a number", "/_sim/limits", "{}", 400],
  ["a negative limit", "/_sim/limits", '{"qps":-1}', 400],
  ["an edit without a call", "/_sim/edit", "{}", 400],
  ["an edit of nothing", "/_sim/edit", '{"call":"/topapi/nothing","body":{}}', 400],
  ["an edit with a text as body", "/_sim/edit", '{"call":"activate","body":"u1"}', 400],
  ["an edit of the prototype", "/_sim/edit", '{"call":"constructor","body":{}}', 400],
  ["a Workday report without rows", "/_sim/workday", '{"report":"Workers"}', 400],
  ["no JSON", "/_sim/edit", "{", 400],
  ["an array", "/_sim/reset", "[]", 400],
  ["an address that does not exist", "/_sim/nowhere", "{}", 404],
  ["a POST where there is a GET", "/_sim/state", "{}", 405],
  ["an empty reset", "/_sim/reset", undefined, 200],
])("%s", async (_name, path, body, status) => {
  const answer = await simulator.fetch(path, { method: "POST", ...(body === undefined ? {} : { body }) });
  expect(answer.status).toBe(status);
  if (status !== 200) expect(answer.json).toEqual({ error: expect.any(String) });
});

test("a Workday report whose name has broken percent-encoding does not exist", async () => {
  const authorization = `Basic ${Buffer.from("sandbox:sandbox").toString("base64")}`;
  const answer = await simulator.fetch("/ccx/service/customreport2/acme/ISU/%E4%", {
    headers: { authorization },
  });
  expect(answer).toMatchObject({ status: 404, json: { error: expect.any(String) } });
});

test("a page of another origin cannot use the control addresses", async () => {
  const answer = await simulator.post("/_sim/reset", {}, { origin: "https://example.com" });
  expect(answer).toMatchObject({ status: 403, json: { error: expect.any(String) } });
});
