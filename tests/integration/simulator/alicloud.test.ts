import contact = require("@alicloud/dingtalk/dist/contact_1_0/client.js");
import hrm = require("@alicloud/dingtalk/dist/hrm_1_0/client.js");
import oauth2 = require("@alicloud/dingtalk/dist/oauth2_1_0/client.js");

import { type OpenSimulator, openSimulator, person } from "./open-simulator.ts";

type Settings = ConstructorParameters<typeof contact.default>[0];
type Options = Parameters<contact.default["searchUserWithOptions"]>[2];

/**
 * The classes `Config` and `RuntimeOptions` are in other packages and contain only fields, so plain objects
 * take their place.
 */
const settings = (fields: Partial<Settings>) => fields as Settings;
const noOptions = {} as Options;

describe("the official @alicloud/dingtalk clients, endpoint and protocol pointed at the simulator", () => {
  let simulator: OpenSimulator;
  let people: contact.default;
  let tokens: oauth2.default;
  let credential: { readonly xAcsDingtalkAccessToken: string };
  beforeAll(async () => {
    simulator = await openSimulator({ qps: 0 });
    const config = settings({
      protocol: "http",
      endpoint: `127.0.0.1:${simulator.port}`,
      regionId: "central",
    });
    people = new contact.default(config);
    tokens = new oauth2.default(config);
    credential = { xAcsDingtalkAccessToken: simulator.token };
    await simulator.result("/topapi/v2/user/create", { ...person("u1", 1), name: "Chan Tai Man" });
    await simulator.result("/topapi/v2/user/create", {
      userid: "s1",
      name: "Wong",
      dept_id_list: "1",
      exclusive_account: true,
      exclusive_account_type: "sso",
    });
  });
  afterAll(() => simulator.stop());

  test("oauth2: both token calls", async () => {
    const { body } = await tokens.getAccessToken(
      new oauth2.GetAccessTokenRequest({ appKey: "sandbox", appSecret: "sandbox" }),
    );
    expect(body).toMatchObject({ accessToken: simulator.token, expireIn: 7200 });
    const request = new oauth2.GetTokenRequest({
      clientId: "sandbox",
      clientSecret: "sandbox",
      grantType: "client_credentials",
    });
    expect((await tokens.getToken("dingsandbox", request)).body).toMatchObject({
      accessToken: simulator.token,
      expiresIn: 7200,
    });
  });

  test("oauth2: a refusal arrives with code, status and request id", async () => {
    const wrong = tokens.getAccessToken(
      new oauth2.GetAccessTokenRequest({ appKey: "sandbox", appSecret: "wrong" }),
    );
    await expect(wrong).rejects.toMatchObject({
      code: "invalidClientIdOrSecret",
      message: expect.stringMatching(/400, 无效的clientId或者clientSecret request id: [0-9A-F-]{36}/),
    });
  });

  test("contact: search", async () => {
    const request = new contact.SearchUserRequest({ queryWord: "Chan", offset: 0, size: 10 });
    const { body } = await people.searchUserWithOptions(
      request,
      new contact.SearchUserHeaders(credential),
      noOptions,
    );
    expect(body).toMatchObject({ hasMore: false, totalCount: 1, list: ["u1"] });
  });

  test("contact: leave records", async () => {
    await simulator.result("/topapi/v2/user/create", person("u2", 2));
    await simulator.call("/topapi/v2/user/delete", { userid: "u2" });
    const [startTime, endTime] = [-60_000, 60_000].map((ms) => new Date(Date.now() + ms).toISOString());
    const request = new contact.ListEmpLeaveRecordsRequest({
      startTime,
      endTime,
      nextToken: "0",
      maxResults: 50,
    });
    const { body } = await people.listEmpLeaveRecordsWithOptions(
      request,
      new contact.ListEmpLeaveRecordsHeaders(credential),
      noOptions,
    );
    expect(body?.records).toMatchObject([{ userId: "u2", leaveReason: "oapi" }]);
  });

  test("contact: sign out an enterprise account and read its status; the refusal for a regular one", async () => {
    const status = new contact.QueryStatusRequest({ userId: "s1" });
    const { body } = await people.queryStatusWithOptions(
      status,
      new contact.QueryStatusHeaders(credential),
      noOptions,
    );
    expect(body).toMatchObject({ disable: false });
    const signOut = (userId: string) =>
      people.signOutWithOptions(
        new contact.SignOutRequest({ userId, reason: "left" }),
        new contact.SignOutHeaders(credential),
        noOptions,
      );
    expect((await signOut("s1")).body).toMatchObject({ result: true });
    await expect(signOut("u1")).rejects.toMatchObject({ code: "exclusive.account.only" });
  });

  test("hrm: pending leave, its status, and leaving with a hand-over", async () => {
    const hr = new hrm.default(
      settings({ protocol: "http", endpoint: `127.0.0.1:${simulator.port}`, regionId: "central" }),
    );
    const [lastWorkDate, reason] = [Date.now(), ["1"]];
    await simulator.result("/topapi/v2/user/create", person("u3", 3));
    const start = new hrm.EmpStartDismissionRequest({
      userId: "u3",
      lastWorkDate,
      terminationReasonVoluntary: reason,
    });
    const started = await hr.empStartDismissionWithOptions(
      start,
      new hrm.EmpStartDismissionHeaders(credential),
      noOptions,
    );
    expect(started.body).toMatchObject({ success: true, result: true });
    const infos = new hrm.QueryHrmEmployeeDismissionInfoRequest({ userIdList: ["u3", "u1"] });
    const { body } = await hr.queryHrmEmployeeDismissionInfoWithOptions(
      infos,
      new hrm.QueryHrmEmployeeDismissionInfoHeaders(credential),
      noOptions,
    );
    expect(body?.result).toMatchObject([
      { userId: "u3", status: 1, lastWorkDay: lastWorkDate },
      { userId: "u1", status: 3 },
    ]);
    const end = new hrm.HrmProcessTerminationAndHandoverRequest({
      userId: "u3",
      optUserId: "u1",
      lastWorkDate,
      dismissionMemo: "left",
      terminationReasonVoluntary: reason,
    });
    const ended = await hr.hrmProcessTerminationAndHandoverWithOptions(
      end,
      new hrm.HrmProcessTerminationAndHandoverHeaders(credential),
      noOptions,
    );
    expect(ended.body).toMatchObject({ result: true });
    const left = new hrm.QueryDismissionStaffIdListRequest({ nextToken: 0, maxResults: 50 });
    const list = await hr.queryDismissionStaffIdListWithOptions(
      left,
      new hrm.QueryDismissionStaffIdListHeaders(credential),
      noOptions,
    );
    expect(list.body?.userIdList).toContain("u3");
  });

  test("contact: no token, and no permission with the scopes that are missing", async () => {
    const search = (headers: contact.SearchUserHeaders) =>
      people.searchUserWithOptions(
        new contact.SearchUserRequest({ queryWord: "x", offset: 0, size: 1 }),
        headers,
        noOptions,
      );
    await expect(search(new contact.SearchUserHeaders({}))).rejects.toMatchObject({
      code: "AuthenticationFailed.MissingParameter",
    });
    await simulator.post("/_sim/switches", { revokedPermissions: ["qyapi_addresslist_search"] });
    await expect(search(new contact.SearchUserHeaders(credential))).rejects.toMatchObject({
      code: "Forbidden.AccessDenied.AccessTokenPermissionDenied",
      accessDeniedDetail: { requiredScopes: ["qyapi_addresslist_search"] },
    });
  });
});
