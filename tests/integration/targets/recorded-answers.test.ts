import type { TargetError } from "../../../src/reconcile/target-failures.ts";
import { calmly, failureOf, newRef, person } from "./organisation.ts";
import { openScripted, type ScriptedServer } from "./scripted.ts";

let server: ScriptedServer;
afterEach(() => server.close());

const SUSPEND = "/v1.0/contact/orgAccounts/enable";

/**
 * Answers as DingTalk gave or documents them (docs/dingtalk.md 2.3, 5, 9, 12), and what the adapter makes of
 * each.
 */
describe("the old API says", () => {
  test.each<[string, string, Partial<TargetError> & Readonly<Record<string, unknown>>]>([
    [
      "too many calls of everybody",
      '{"errcode":88,"sub_code":"90002","sub_msg":"当前所有钉钉应用调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了，建议错开整点时刻调用该接口, apiPath(dingtalk.oapi.v2.department.listsub), 从 2026-09-03 00:01:02 到 2026-09-03 00:01:02 请求总次数超过 1200 次, 限制将在 2026-09-03 00:01:03 结束.","errmsg":"ding talk error[subcode=90002]","request_id":"a"}',
      { code: "TARGET_THROTTLED", answer: "90002", scope: "/topapi/v2/user/create" },
    ],
    ["too many calls, at the top level", '{"errcode":90002,"errmsg":"x"}', { code: "TARGET_THROTTLED" }],
    [
      "too many calls, the old code",
      '{"errcode":45009,"errmsg":"接口调用超过限制"}',
      { code: "TARGET_THROTTLED" },
    ],
    [
      "servers blocked",
      '{"errcode":88,"sub_code":"90001","sub_msg":"x"}',
      { code: "TARGET_MISCONFIGURED", scope: "all" },
    ],
    [
      "month used up",
      '{"errcode":88,"sub_code":"90020","sub_msg":"x"}',
      { code: "TARGET_MISCONFIGURED", scope: "entity" },
    ],
    ["busy", '{"errcode":1002,"errmsg":"系统繁忙"}', { code: "TARGET_UNAVAILABLE" }],
    [
      "app stopped",
      '{"errcode":50003,"errmsg":"应用已停用"}',
      { code: "TARGET_MISCONFIGURED", scope: "all", remedy: expect.stringContaining("enable the app") },
    ],
    [
      "wrong path",
      '{"errcode":404,"errmsg":"请求的URI地址不存在"}',
      { code: "TARGET_MISCONFIGURED", remedy: expect.stringContaining("DINGTALK_OAPI_URL") },
    ],
    [
      "address not allowed",
      '{"errcode":88,"sub_code":"60020","sub_msg":"访问ip不在白名单之中,request ip=198.51.100.7 appKey(ding1)"}',
      { code: "TARGET_MISCONFIGURED", scope: "process", remedy: expect.stringContaining("198.51.100.7") },
    ],
    [
      "person out of scope",
      '{"errcode":50002,"errmsg":"员工不在授权范围"}',
      { code: "TARGET_MISCONFIGURED", scope: "entity" },
    ],
    ["invitation sent", '{"errcode":40103,"errmsg":"已发出邀请"}', { code: "TARGET_PENDING" }],
    [
      "five organisations already",
      '{"errcode":40019,"errmsg":"x"}',
      { code: "TARGET_REJECTED", remedy: expect.stringContaining("leave") },
    ],
    [
      "organisation full",
      '{"errcode":40020,"errmsg":"x"}',
      { code: "TARGET_REJECTED", remedy: expect.stringContaining("verify") },
    ],
    ["department full", '{"errcode":40023,"errmsg":"x"}', { code: "TARGET_REJECTED" }],
    ["department missing", '{"errcode":60003,"errmsg":"部门不存在"}', { code: "TARGET_DEPENDENCY" }],
    ["a word that is sensitive", '{"errcode":60022,"errmsg":"x"}', { code: "TARGET_REJECTED" }],
    [
      "a code from the future",
      '{"errcode":123456,"errmsg":"新错误"}',
      { code: "TARGET_REJECTED", answer: "123456" },
    ],
    [
      "whose number it is",
      '{"errcode":60104,"errmsg":"手机号码在公司中已存在 userid:u0900"}',
      { code: "TARGET_CONFLICT", heldBy: "u0900" },
    ],
    [
      "whose number it is, in a field",
      '{"errcode":60104,"errmsg":"x","userid":"u0900"}',
      { code: "TARGET_CONFLICT", heldBy: "u0900" },
    ],
    [
      "the e-mail address is taken",
      '{"errcode":40101,"errmsg":"邮箱已存在"}',
      { code: "TARGET_CONFLICT", attribute: "email" },
    ],
  ])("%s", async (_name, text, expected) => {
    const missing = { text: '{"errcode":60121,"errmsg":"找不到该用户"}' };
    server = await openScripted(({ path }) =>
      path.endsWith("/create") ? { text } : path.endsWith("/get") ? missing : undefined,
    );
    expect(
      await failureOf(server.target.create(newRef("user"), person(1), { ...calmly, resume: false })),
    ).toMatchObject(expected);
  });
});

describe("the new API says", () => {
  test.each<[string, number, string, Readonly<Record<string, unknown>>]>([
    [
      "permission missing",
      403,
      '{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","message":"没有调用该接口的权限","requestid":"1","accessdenieddetail":{"requiredScopes":["Contact.OrgAccountSecurity.ReadWrite"]}}',
      {
        code: "TARGET_MISCONFIGURED",
        scope: "entity",
        remedy: expect.stringContaining("Contact.OrgAccountSecurity.ReadWrite"),
      },
    ],
    [
      "address not allowed",
      403,
      '{"code":"Forbidden.AccessDenied.IpNotInWhiteList","message":"x"}',
      { code: "TARGET_MISCONFIGURED", scope: "process" },
    ],
    [
      "too often in a second",
      403,
      '{"code":"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi","message":"x"}',
      { code: "TARGET_THROTTLED" },
    ],
    [
      "too often in a minute",
      403,
      '{"code":"Forbidden.AccessDenied.QpmLimitForAppkeyAndApi","message":"x"}',
      { code: "TARGET_THROTTLED" },
    ],
    [
      "too often, everybody",
      403,
      '{"code":"Forbidden.AccessDenied.QpsLimitForApi","message":"x"}',
      { code: "TARGET_THROTTLED" },
    ],
    [
      "month used up",
      403,
      '{"code":"Forbidden.AccessDenied.ApiCountLimitForOrg","message":"x"}',
      { code: "TARGET_MISCONFIGURED", scope: "entity" },
    ],
    ["busy", 429, '{"code":"system.busy","message":"x"}', { code: "TARGET_UNAVAILABLE" }],
    ["busy, without a code", 429, '{"message":"x"}', { code: "TARGET_UNAVAILABLE", answer: "http-429" }],
    ["busy, as 400", 400, '{"code":"systemBusy","message":"x"}', { code: "TARGET_UNAVAILABLE" }],
    ["lost track", 500, '{"code":"operationTimeout","message":"x"}', { code: "TARGET_OUTCOME_UNKNOWN" }],
    ["nobody", 400, '{"code":"user.not.exist","message":"x"}', { code: "TARGET_NOT_FOUND" }],
    [
      "not this kind of account",
      400,
      '{"code":"exclusive.account.only","message":"x"}',
      { code: "TARGET_REJECTED" },
    ],
    [
      "something else",
      400,
      '{"code":"brand.new","message":"x"}',
      { code: "TARGET_REJECTED", answer: "brand.new" },
    ],
  ])("%s", async (_name, status, text, expected) => {
    server = await openScripted(({ path }) => (path === SUSPEND ? { status, text } : undefined));
    const actual = {
      remoteId: "u1",
      attributes: { exclusive_account_type: "sso" },
      presence: "disabled",
    } as const;
    expect(await failureOf(server.target.setSuspended(newRef("user"), actual, false, calmly))).toMatchObject(
      expected,
    );
  });
});
