import { createManualClock } from "../../unit/simulator/manual-clock.ts";
import { type OpenSimulator, openSimulator, person } from "./open-simulator.ts";

const USER = "/topapi/v2/user";
const SEARCH = "/v1.0/contact/users/search";
const REQUEST_ID = expect.stringMatching(/^[0-9a-z]{10,14}$/);
const NEW_REQUEST_ID = expect.stringMatching(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);

let simulator: OpenSimulator;
const clock = createManualClock();
beforeAll(async () => {
  simulator = await openSimulator({ clock, qps: 0 });
  await simulator.result(`${USER}/create`, person("u1", 1));
});
afterAll(() => simulator.stop());

describe("2.1 three token calls give one token", () => {
  test("in three spellings", async () => {
    const { token } = simulator;
    expect((await simulator.fetch("/gettoken?appkey=sandbox&appsecret=sandbox")).json).toEqual({
      errcode: 0,
      errmsg: "ok",
      access_token: token,
      expires_in: 7200,
    });
    expect(
      (await simulator.post("/v1.0/oauth2/accessToken", { appKey: "sandbox", appSecret: "sandbox" })).json,
    ).toEqual({
      accessToken: token,
      expireIn: 7200,
    });
    const body = { client_id: "sandbox", client_secret: "sandbox", grant_type: "client_credentials" };
    expect((await simulator.post("/v1.0/oauth2/dingsandbox/token", body)).json).toEqual({
      access_token: token,
      expires_in: 7200,
    });
  });
});

describe("2.2 recorded refusals", () => {
  const bad88 = (sub_code: string, sub_msg: string) => ({
    errcode: 88,
    sub_code,
    sub_msg,
    errmsg: `ding talk error[subcode=${sub_code},submsg=${sub_msg}]`,
    request_id: REQUEST_ID,
  });
  const bad = (code: string, message: string) => ({ code, message, requestid: NEW_REQUEST_ID });
  const missing = bad("AuthenticationFailed.MissingParameter", "缺少参数：x-acs-dingtalk-access-token");

  test.each<[string, string, unknown, Record<string, string>, number, unknown]>([
    [
      "gettoken, wrong",
      "/gettoken?appkey=x&appsecret=y",
      undefined,
      {},
      200,
      { errcode: 40096, errmsg: "不合法的appKey或appSecret" },
    ],
    [
      "gettoken, nothing",
      "/gettoken",
      { appkey: "sandbox", appsecret: "sandbox" },
      {},
      200,
      { errcode: 40035, errmsg: "缺少参数 corpid or appkey" },
    ],
    [
      "accessToken, wrong",
      "/v1.0/oauth2/accessToken",
      { appKey: "sandbox", appSecret: "y" },
      {},
      400,
      bad("invalidClientIdOrSecret", "无效的clientId或者clientSecret"),
    ],
    [
      "token of another corp",
      "/v1.0/oauth2/dingother/token",
      { client_id: "sandbox", client_secret: "sandbox", grant_type: "client_credentials" },
      {},
      500,
      bad("unknownError", "未知错误"),
    ],
    [
      "token of a corp with broken percent-encoding",
      "/v1.0/oauth2/%E4%/token",
      { client_id: "sandbox", client_secret: "sandbox", grant_type: "client_credentials" },
      {},
      500,
      bad("unknownError", "未知错误"),
    ],
    [
      "token, other grant",
      "/v1.0/oauth2/dingsandbox/token",
      { client_id: "sandbox", client_secret: "sandbox", grant_type: "password" },
      {},
      400,
      expect.objectContaining({ code: "unsupported.grant.type" }),
    ],
    [
      "token, wrong secret",
      "/v1.0/oauth2/dingsandbox/token",
      { client_id: "sandbox", client_secret: "x", grant_type: "client_credentials" },
      {},
      400,
      expect.objectContaining({ code: "invalid.client" }),
    ],
    [
      "old, bad token",
      `${USER}/get?access_token=x`,
      { userid: "u1" },
      {},
      200,
      bad88("40014", "不合法的access_token"),
    ],
    ["old, no token", `${USER}/get`, { userid: "u1" }, {}, 200, bad88("40000", "access_token is blank")],
    [
      "new, bad token",
      SEARCH,
      { queryWord: "u" },
      { "x-acs-dingtalk-access-token": "x" },
      400,
      bad("InvalidAuthentication", "不合法的access_token"),
    ],
    ["new, no token", SEARCH, { queryWord: "u" }, {}, 400, missing],
    ["new, bearer", SEARCH, { queryWord: "u" }, { authorization: "Bearer x" }, 400, missing],
  ])("%s", async (_name, path, body, headers, status, expected) => {
    const answer =
      body === undefined ? await simulator.fetch(path) : await simulator.post(path, body, headers);
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual(expected);
  });

  test("a good token in the other generation's place does not count", async () => {
    const { token } = simulator;
    const inHeader = await simulator.post(
      `${USER}/get`,
      { userid: "u1" },
      { "x-acs-dingtalk-access-token": token },
    );
    expect(inHeader.json).toMatchObject({ errcode: 88, sub_code: "40000" });
    expect(await simulator.post(`${SEARCH}?access_token=${token}`, { queryWord: "u" })).toMatchObject({
      status: 400,
      json: missing,
    });
  });

  test("an expired token is a bad token; the next one is another", async () => {
    const own = await openSimulator({ clock });
    try {
      await clock.advance(7_200_000);
      expect((await own.call(`${USER}/get`, { userid: "u1" })).json).toMatchObject({
        errcode: 88,
        sub_code: "40014",
      });
      const { json } = await own.fetch("/gettoken?appkey=sandbox&appsecret=sandbox");
      expect(json.access_token).not.toBe(own.token);
    } finally {
      await own.stop();
    }
  });
});

describe("3 envelopes", () => {
  beforeAll(async () => {
    // The clock was moved: the token may be too old.
    const { json } = await simulator.fetch("/gettoken?appkey=sandbox&appsecret=sandbox");
    Object.assign(simulator, { token: json.access_token });
  });
  const old = (path: string, init: RequestInit) =>
    simulator.fetch(`${path}?access_token=${simulator.token}`, { method: "POST", ...init });

  test("success, business refusal and unknown paths of the old API, all HTTP 200", async () => {
    const get = (userid: string) => old(`${USER}/get`, { body: JSON.stringify({ userid }) });
    expect(await get("u1")).toMatchObject({
      status: 200,
      json: { errcode: 0, errmsg: "ok", result: { userid: "u1" }, request_id: REQUEST_ID },
    });
    const refused = await get("ghost");
    expect(refused.status).toBe(200);
    expect(refused.json).toEqual({ errcode: 60121, errmsg: "找不到该用户", request_id: REQUEST_ID });
    const sub_msg = "不合法ApiName，ApiName = dingtalk.oapi.v2.user.notexist";
    expect((await old(`${USER}/notexist`, { body: "{}" })).json).toEqual({
      errcode: 22,
      sub_msg,
      errmsg: `Invalid method[submsg=${sub_msg}]`,
      request_id: REQUEST_ID,
    });
    const nowhere = await old("/role/nowhere", { body: "{}" });
    expect(nowhere.status).toBe(200);
    expect(nowhere.json).toEqual({ errcode: 404, errmsg: "请求的URI地址不存在" });
  });

  test("new API: business JSON alone, refusals with their status", async () => {
    const headers = { "x-acs-dingtalk-access-token": simulator.token };
    const found = await simulator.post(SEARCH, { queryWord: "u1", offset: 0, size: 10 }, headers);
    expect(found.json).toEqual({ hasMore: false, totalCount: 1, list: ["u1"] });
    const refused = await simulator.post("/v1.0/contact/orgAccounts/disable", { userId: "u1" }, headers);
    expect(refused.status).toBe(400);
    expect(refused.json).toEqual({
      code: "exclusive.account.only",
      message: expect.any(String),
      requestid: NEW_REQUEST_ID,
    });
    expect((await simulator.post("/v1.0/nowhere", {}, headers)).status).toBe(404);
    const status = await simulator.fetch("/v1.0/contact/orgAccounts/status?userId=ghost", { headers });
    expect(status.json).toMatchObject({ code: "user.not.exist" });
  });

  test.each<[string, RequestInit, number]>([
    [
      "JSON",
      {
        headers: { "content-type": "application/json" },
        body: '{"userid":"u1","dept_order_list":[{"dept_id":1,"order":3}]}',
      },
      0,
    ],
    [
      "a form",
      { body: new URLSearchParams({ userid: "u1", dept_order_list: '[{"dept_id":1,"order":3}]' }) },
      0,
    ],
    [
      "JSON under a form's type",
      { headers: { "content-type": "application/x-www-form-urlencoded" }, body: '{"userid":"u1"}' },
      0,
    ],
    ["raw UTF-8", { body: '{"userid":"u1","title":"會計"}' }, 0],
    ["escapes", { body: '{"userid":"u1","title":"\\u6703"}' }, 40033],
    ["no body", {}, 40035],
    ["an array", { body: "[]" }, 40035],
    ["half a body", { body: '{"userid":' }, 47001],
  ])("user/update by %s", async (_name, init, errcode) => {
    expect((await old(`${USER}/update`, init)).json).toMatchObject({ errcode });
  });

  test("the token may be a field of a form body", async () => {
    const body = new URLSearchParams({ access_token: simulator.token, userid: "u1" });
    expect((await simulator.fetch(`${USER}/get`, { method: "POST", body })).json).toMatchObject({
      errcode: 0,
    });
  });

  test("the wrong method", async () => {
    expect(
      (await simulator.fetch(`${USER}/get?access_token=${simulator.token}&userid=u1`)).json,
    ).toMatchObject({ errcode: 43002 });
    expect((await old("/auth/scopes", { body: "{}" })).json).toMatchObject({ errcode: 43001 });
    const search = await simulator.fetch(SEARCH, {
      headers: { "x-acs-dingtalk-access-token": simulator.token },
    });
    expect(search.status).toBe(404);
  });
});
