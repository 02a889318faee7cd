import { createManualClock } from "../../unit/simulator/manual-clock.ts";
import { type OpenSimulator, openSimulator, person } from "./open-simulator.ts";

const USER = "/topapi/v2/user";
const CREATE_DEPARTMENT = "/topapi/v2/department/create";
const STATUS = "/v1.0/contact/orgAccounts/status";

describe("9 limits", () => {
  // 04:00:00.400 UTC is 12:00:00.400 in Beijing.
  const clock = createManualClock(Date.parse("2026-08-22T04:00:00.400Z"));
  let simulator: OpenSimulator;
  beforeAll(async () => {
    simulator = await openSimulator({ clock });
  });
  afterAll(() => simulator.stop());
  const many = (count: number, call: () => Promise<unknown>) =>
    Promise.all(Array.from({ length: count }, call));

  test("20 in a second per API, then 88/90018 with the end in Beijing time, then 20 again", async () => {
    await many(20, () => simulator.call(`${USER}/get`, { userid: "ghost" }));
    const refused = await simulator.call(`${USER}/get`, { userid: "ghost" });
    expect(refused).toMatchObject({ status: 200, json: { errcode: 88, sub_code: "90018" } });
    expect(refused.json.sub_msg).toContain("apiPath(dingtalk.oapi.v2.user.get)");
    expect(refused.json.sub_msg).toContain("请求总次数超过 20 次, 限制将在 2026-08-22 12:00:01 结束.");
    expect((await simulator.call(`${USER}/list`, { dept_id: 1, cursor: 0, size: 1 })).json.errcode).toBe(0);
    await clock.advance(600);
    const answers = (await many(25, () => simulator.call(`${USER}/get`, { userid: "ghost" }))) as {
      json: { errcode: number };
    }[];
    expect(answers.filter(({ json }) => json.errcode === 88)).toHaveLength(5);
  });

  test("403 with its code on the new API", async () => {
    const headers = { "x-acs-dingtalk-access-token": simulator.token };
    await many(20, () => simulator.fetch(`${STATUS}?userId=x`, { headers }));
    const refused = await simulator.fetch(`${STATUS}?userId=x`, { headers });
    expect(refused.status).toBe(403);
    expect(refused.json).toMatchObject({ code: "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi" });
    expect(refused.json.message).toContain("您的企业应用调用钉钉开放平台当前接口的所有请求都被暂时禁用了");
  });

  test("13.1 more than 60 token calls in a minute are throttled, for each of the three calls", async () => {
    const oldCall = () => simulator.fetch("/gettoken?appkey=sandbox&appsecret=sandbox");
    const newCall = () =>
      simulator.post("/v1.0/oauth2/accessToken", { appKey: "sandbox", appSecret: "sandbox" });
    await clock.advance(60_000);
    for (let second = 0; second < 3; second += 1) {
      await many(20, oldCall);
      await clock.advance(1_000);
    }
    expect((await oldCall()).json).toMatchObject({ errcode: 88, sub_code: "90018" });
    expect(await newCall()).toMatchObject({
      status: 403,
      json: { code: "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi" },
    });
    await clock.advance(60_000);
    expect((await oldCall()).json).toMatchObject({ errcode: 0, access_token: simulator.token });
  });

  test("9.1 paid calls count for the month, contact calls are free", async () => {
    await simulator.post("/_sim/limits", { qps: 20, paidCallsPerMonth: 2 });
    const chat = () => simulator.call("/v1.0/im/group/create", { name: "x" });
    await many(2, chat);
    expect(await chat()).toMatchObject({
      status: 403,
      json: { code: "Forbidden.AccessDenied.ApiCountLimitForOrg" },
    });
    expect((await simulator.call("/topapi/v2/department/listsub", { dept_id: 1 })).json).toMatchObject({
      errcode: 0,
    });
    expect((await simulator.call("/chat/create", {})).json).toMatchObject({ errcode: 43007 });
  });

  test("a control call sets the limits; 0 means no limit", async () => {
    await simulator.post("/_sim/limits", { qps: 0 });
    const answers = (await many(100, () => simulator.call(`${USER}/get`, { userid: "ghost" }))) as {
      json: { errcode: number };
    }[];
    expect(answers.every(({ json }) => json.errcode === 60121)).toBe(true);
    await simulator.post("/_sim/limits", { qps: 3 });
    await clock.advance(1_000);
    const some = (await many(10, () => simulator.call(`${USER}/get`, { userid: "ghost" }))) as {
      json: { errcode: number };
    }[];
    expect(some.filter(({ json }) => json.errcode === 88)).toHaveLength(7);
  });

  test("an address over its limit is banned for five minutes, for all calls", async () => {
    await simulator.post("/_sim/limits", { qps: 20, addressCalls: 5 });
    await clock.advance(20_000);
    await many(6, () => simulator.fetch("/nowhere"));
    expect(await simulator.fetch("/gettoken?appkey=sandbox&appsecret=sandbox")).toMatchObject({
      status: 403,
      text: expect.stringContaining("<html>"),
    });
    await simulator.post("/_sim/switches", { banForm: "json", banStatus: 200 });
    expect(await simulator.fetch("/gettoken?appkey=sandbox&appsecret=sandbox")).toMatchObject({
      status: 200,
      json: { status: 1111, wait: 5, source: "x5", punish: "deny" },
    });
    await clock.advance(5 * 60_000);
    expect((await simulator.fetch("/gettoken?appkey=sandbox&appsecret=sandbox")).json).toMatchObject({
      errcode: 0,
    });
  });
});

describe("faults", () => {
  let simulator: OpenSimulator;
  beforeAll(async () => {
    simulator = await openSimulator({ qps: 0 });
  });
  afterAll(() => simulator.stop());
  beforeEach(async () => {
    await simulator.post("/_sim/reset", {});
    await simulator.post("/_sim/limits", { qps: 0 });
  });
  const fault = (body: Record<string, unknown>) => simulator.post("/_sim/faults", body);
  const create = (number = 1) => simulator.call(`${USER}/create`, person(`u${number}`, number));
  const people = async () => (await simulator.state()).users.length;

  test.each<[string, number, Record<string, unknown>]>([
    ["http500", 500, { errcode: -1 }],
    ["busy", 200, { errcode: -1, errmsg: "系统繁忙" }],
    ["rate_limit", 200, { errcode: 88, sub_code: "90018" }],
    ["global_limit", 200, { errcode: 88, sub_code: "90002" }],
    ["quota", 200, { errcode: 88, sub_code: "90020" }],
    ["token_expired", 200, { errcode: 88, sub_code: "40014" }],
    [
      "permission",
      200,
      {
        errcode: 88,
        sub_code: "60011",
        errmsg: expect.stringContaining("requiredScopes=[qyapi_manage_addresslist]"),
      },
    ],
  ])("%s on the old API: nothing is done, so often and no more", async (kind, status, json) => {
    await fault({ match: `${USER}/create`, fault: kind, times: 2 });
    for (let call = 0; call < 2; call += 1) expect(await create()).toMatchObject({ status, json });
    expect(await people()).toBe(0);
    expect((await create()).json).toMatchObject({ errcode: 0 });
  });

  test.each<[string, number, string]>([
    ["http500", 500, "unknownError"],
    ["busy", 500, "system.busy"],
    ["rate_limit", 403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"],
    ["global_limit", 403, "Forbidden.AccessDenied.QpsLimitForApi"],
    ["quota", 403, "Forbidden.AccessDenied.ApiCountLimitForOrg"],
    ["token_expired", 400, "InvalidAuthentication"],
    ["permission", 403, "Forbidden.AccessDenied.AccessTokenPermissionDenied"],
  ])("%s on the new API", async (kind, status, code) => {
    await fault({ match: "/v1.0/", fault: kind });
    expect(await simulator.call("/v1.0/contact/users/search", { queryWord: "x" })).toMatchObject({
      status,
      json: { code },
    });
    expect((await simulator.call("/v1.0/contact/users/search", { queryWord: "x" })).status).toBe(200);
  });

  test("the permission point is in the new API's answer, too", async () => {
    await fault({ match: STATUS, fault: "permission" });
    const refused = await simulator.fetch(`${STATUS}?userId=x`, {
      headers: { "x-acs-dingtalk-access-token": simulator.token },
    });
    expect(refused.json).toMatchObject({
      accessdenieddetail: { requiredScopes: ["Contact.OrgAccountSecurity.ReadWrite"] },
    });
  });

  test("timeout_before: no answer, not carried out", async () => {
    await fault({ match: `${USER}/create`, fault: "timeout_before", times: 1, delayMs: 5 });
    await expect(create()).rejects.toThrow();
    expect(await people()).toBe(0);
  });

  test("timeout_after_commit: no answer, but carried out", async () => {
    await fault({ match: CREATE_DEPARTMENT, fault: "timeout_after_commit", times: 1, delayMs: 5 });
    await expect(simulator.call(CREATE_DEPARTMENT, { name: "A", parent_id: 1 })).rejects.toThrow();
    expect((await simulator.state()).departments.map(({ name }) => name)).toContain("A");
    expect((await simulator.call(CREATE_DEPARTMENT, { name: "A", parent_id: 1 })).json).toMatchObject({
      errcode: 60021,
    });
  });

  test("timeout_after_commit waits for a call that is admitted", async () => {
    await fault({ match: `${USER}/create`, fault: "timeout_after_commit", times: 1 });
    expect((await simulator.post(`${USER}/create?access_token=bad`, person("u1", 1))).json).toMatchObject({
      errcode: 88,
    });
    await expect(create()).rejects.toThrow();
    expect(await people()).toBe(1);
  });

  test("slow: carried out immediately, answered later", async () => {
    const clock = createManualClock();
    const own = await openSimulator({ clock, qps: 0 });
    try {
      await own.post("/_sim/faults", { match: `${USER}/create`, fault: "slow", delayMs: 30_000 });
      let answered = false;
      const answer = own.call(`${USER}/create`, person("u1", 1)).then((one) => {
        answered = true;
        return one;
      });
      while ((await own.state()).users.length === 0);
      expect(answered).toBe(false);
      await clock.advance(30_000);
      expect((await answer).json).toMatchObject({ errcode: 0 });
    } finally {
      await own.stop();
    }
  });

  test("ip_ban: for `times` answers, by default five minutes; an empty body ends it", async () => {
    await fault({ match: "/", fault: "ip_ban", times: 1 });
    expect((await create()).text).toContain("<html>");
    expect((await create()).json).toMatchObject({ errcode: 0 });
    await fault({ match: `${USER}/create`, fault: "ip_ban" });
    expect((await create(2)).text).toContain("<html>");
    expect((await simulator.fetch("/gettoken?appkey=sandbox&appsecret=sandbox")).status).toBe(403);
    await simulator.fetch("/_sim/faults", { method: "POST" });
    expect((await create(2)).json).toMatchObject({ errcode: 0 });
  });

  test.each<[string, Record<string, unknown>, number, Record<string, unknown>]>([
    [
      `${USER}/create`,
      { errcode: 60112, message: "姓名不合法" },
      200,
      { errcode: 60112, errmsg: "姓名不合法", request_id: expect.any(String) },
    ],
    [
      `${USER}/create`,
      { errcode: 60104, message: "x", fields: { userid: "u0" } },
      200,
      { errcode: 60104, userid: "u0" },
    ],
    [
      `${USER}/create`,
      { sub_code: "90001", message: "x" },
      200,
      { errcode: 88, sub_code: "90001", sub_msg: "x" },
    ],
    [
      "/v1.0/contact/users/search",
      { code: "systemBusy", status: 429 },
      429,
      { code: "systemBusy", requestid: expect.any(String) },
    ],
  ])("12 refusal: %s answers %j, nothing is done", async (match, said, status, json) => {
    await fault({ match, fault: "refusal", answer: said });
    expect(await simulator.call(match, { ...person("u1", 1), queryWord: "x" })).toMatchObject({
      status,
      json,
    });
    expect(await people()).toBe(0);
    expect((await simulator.call(match, { ...person("u1", 1), queryWord: "x" })).status).toBe(200);
  });

  test("an empty body clears all faults", async () => {
    await fault({ match: "/", fault: "busy", times: 5 });
    expect((await fault({})).json).toEqual({ faults: [] });
    expect((await create()).json).toMatchObject({ errcode: 0 });
  });

  test("a fault may hit the token calls", async () => {
    await fault({ match: "/gettoken", fault: "busy" });
    expect((await simulator.fetch("/gettoken?appkey=sandbox&appsecret=sandbox")).json).toMatchObject({
      errcode: -1,
    });
  });
});

describe("2.3 permissions removed at run time", () => {
  let simulator: OpenSimulator;
  beforeAll(async () => {
    simulator = await openSimulator({ qps: 0 });
  });
  afterAll(() => simulator.stop());

  test("60011, 60020 and 50004, and back", async () => {
    const read = async () => (await simulator.call("/topapi/v2/department/get", { dept_id: 1 })).json;
    expect(await read()).toMatchObject({ errcode: 0 });
    await simulator.post("/_sim/switches", { revokedPermissions: ["qyapi_get_department_list"] });
    expect(await read()).toMatchObject({
      errcode: 88,
      sub_code: "60011",
      sub_msg:
        "应用尚未开通所需的权限：[qyapi_get_department_list]，点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content=sandbox%23qyapi_get_department_list",
    });
    await simulator.post("/_sim/switches", { revokedPermissions: [], ipAllowList: ["203.0.113.7"] });
    expect(await read()).toMatchObject({
      errcode: 88,
      sub_code: "60020",
      sub_msg: "访问ip不在白名单之中,request ip=127.0.0.1 appKey(sandbox)",
    });
    await simulator.post("/_sim/switches", { ipAllowList: [], contactScope: { departments: [] } });
    expect(await read()).toMatchObject({ errcode: 50004 });
    await simulator.post("/_sim/switches", { contactScope: { departments: [1] } });
    expect(await read()).toMatchObject({ errcode: 0 });
  });

  test("old paths outside /topapi may show the code at the top, by switch", async () => {
    await simulator.post("/_sim/switches", { plainPathRefusals: "top-level" });
    expect((await simulator.fetch("/auth/scopes?access_token=x")).json).toMatchObject({
      errcode: 40014,
      errmsg: "ding talk error[subcode=40014,submsg=不合法的access_token]",
    });
  });
});

test("the round trip takes the set time, half of it before the call arrives", async () => {
  const clock = createManualClock();
  const simulator = await openSimulator({ clock, qps: 0 });
  try {
    expect((await simulator.post("/_sim/latency", { minMs: 200 })).json).toEqual({ minMs: 200, maxMs: 200 });
    const before = (await simulator.fetch("/_sim/calls")).json.total;
    let seen = false;
    const answer = simulator.call(`${USER}/create`, person("u1", 1)).then((one) => {
      seen = true;
      return one;
    });
    const counted = async (): Promise<unknown> => (await simulator.fetch("/_sim/calls")).json.total;
    while (clock.sleeping() === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await counted()).toBe(before);
    await clock.advance(100);
    expect(await counted()).toBe(Number(before) + 1);
    expect(seen).toBe(false);
    while (clock.sleeping() === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(100);
    expect((await answer).json).toMatchObject({ errcode: 0 });
    expect((await simulator.post("/_sim/latency", { minMs: 5, maxMs: 1 })).status).toBe(400);
  } finally {
    await simulator.stop();
  }
});
