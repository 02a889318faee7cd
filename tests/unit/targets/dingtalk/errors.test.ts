import type { JsonObject } from "../../../../src/core/entity.ts";
import {
  TargetConflict,
  TargetDependency,
  type TargetError,
  TargetMisconfigured,
  TargetNotFound,
  TargetOutcomeUnknown,
  TargetPending,
  TargetRejected,
  TargetThrottled,
  TargetUnavailable,
} from "../../../../src/reconcile/target-failures.ts";
import { CODES } from "../../../../src/targets/dingtalk/client/answers/codes.ts";
import {
  addressIn,
  announcedEndMs,
  errorOf,
  permissionsIn,
  transportError,
} from "../../../../src/targets/dingtalk/client/answers/errors.ts";
import { API, type Api } from "../../../../src/targets/dingtalk/client/apis.ts";

const NOW = Date.parse("2026-09-02T16:01:01Z");
const refusal = (code: string, message = "", body: JsonObject = {}) => ({ code, message, body });
const errorFor = (
  code: string,
  api: Api = API.userUpdate,
  message = "",
  body: JsonObject = {},
): TargetError => errorOf(api, refusal(code, message, body), { nowMs: NOW, random: 0 });

type ErrorClass = abstract new (...parameters: never[]) => TargetError;

/** docs/dingtalk.md 12, line by line. */
describe("every code has its class", () => {
  const table: readonly (readonly [string, Api, ErrorClass, readonly string[]])[] = [
    [
      "transient",
      API.userUpdate,
      TargetUnavailable,
      [
        "-1",
        "1002",
        "400001",
        "34015",
        "system.busy",
        "systemBusy",
        "systemError",
        "system.error",
        "unknownError",
        "concurrentError",
      ],
    ],
    [
      "unfinished write",
      API.userUpdate,
      TargetOutcomeUnknown,
      ["operationTimeout", "service.timeout", "answer-lost"],
    ],
    [
      "unfinished read",
      API.userGet,
      TargetUnavailable,
      ["operationTimeout", "service.timeout", "answer-lost"],
    ],
    [
      "rate, app",
      API.userUpdate,
      TargetThrottled,
      [
        "90018",
        "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi",
        "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi",
        "Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrgAndApi",
        "qps.exceed.limit",
        "45009",
        "90005",
        "90006",
      ],
    ],
    ["rate, everybody", API.userUpdate, TargetThrottled, ["90002", "Forbidden.AccessDenied.QpsLimitForApi"]],
    ["blocked", API.userUpdate, TargetMisconfigured, ["90001", "90003", "90004", "90017", "ip-ban"]],
    [
      "quota",
      API.userUpdate,
      TargetMisconfigured,
      ["90020", "Forbidden.AccessDenied.ApiCountLimitForOrg", "integrated.qps.exceed", "daily.call.limit"],
    ],
    [
      "token, twice",
      API.userUpdate,
      TargetMisconfigured,
      [
        "40014",
        "42001",
        "40001",
        "41001",
        "40000",
        "InvalidAuthentication",
        "AuthenticationFailed.MissingParameter",
        "accesstoken.expired",
        "http-401",
      ],
    ],
    [
      "credential",
      API.userUpdate,
      TargetMisconfigured,
      [
        "40096",
        "40089",
        "40088",
        "invalidClientIdOrSecret",
        "invalid.client",
        "unauthorized.client",
        "50003",
        "50005",
        "70001",
        "33001",
        "22",
        "404",
      ],
    ],
    [
      "permission",
      API.userUpdate,
      TargetMisconfigured,
      [
        "60011",
        "43007",
        "48002",
        "Forbidden.AccessDenied.AccessTokenPermissionDenied",
        "apiPermissionDenied",
        "noPermission",
        "60020",
        "Forbidden.AccessDenied.IpNotInWhiteList",
      ],
    ],
    ["contact scope", API.userUpdate, TargetMisconfigured, ["50002", "50004"]],
    [
      "user gone",
      API.userUpdate,
      TargetNotFound,
      ["60121", "33012", "60111", "40003", "46004", "user.not.exist", "empNotExists", "staff.not.found"],
    ],
    ["user named by another call", API.departmentUpdate, TargetDependency, ["60121", "33012"]],
    ["department gone", API.departmentUpdate, TargetNotFound, ["60003", "40009"]],
    ["department of a person missing", API.userUpdate, TargetDependency, ["60003", "40009"]],
    [
      "order",
      API.departmentUpdate,
      TargetDependency,
      ["60004", "40010", "60005", "60006", "60010", "40031", "60068", "60128", "40093", "60067"],
    ],
    [
      "conflict",
      API.userUpdate,
      TargetConflict,
      [
        "60102",
        "60104",
        "60107",
        "60106",
        "40101",
        "40100",
        "60021",
        "60008",
        "60016",
        "34021",
        "22005",
        "60200",
        "departmentAlreadyExist",
      ],
    ],
    ["pending", API.userCreate, TargetPending, ["40103"]],
    ["mobile change", API.userUpdate, TargetRejected, ["41054", "40021", "40022"]],
    [
      "data",
      API.userUpdate,
      TargetRejected,
      [
        "60001",
        "60009",
        "60022",
        "40011",
        "60103",
        "40104",
        "60105",
        "60112",
        "60113",
        "60118",
        "60119",
        "60122",
        "60123",
        "40063",
        "40064",
        "40065",
        "40066",
        "40032",
        "40033",
        "40035",
        "40038",
        "400002",
        "47001",
        "40068",
        "40069",
      ],
    ],
    [
      "capacity",
      API.userUpdate,
      TargetRejected,
      ["60002", "60110", "40023", "40019", "40020", "40024", "45024", "60203"],
    ],
    [
      "protected",
      API.userUpdate,
      TargetRejected,
      ["60007", "60018", "23004", "45016", "exclusive.account.only"],
    ],
  ];
  test.each(
    table.flatMap(([name, api, kind, codes]) => codes.map((code) => [name, code, api, kind] as const)),
  )("%s: %s", (_name, code, api, kind) => {
    const error = errorFor(code, api);
    expect(error).toBeInstanceOf(kind);
    expect(error.answer).toBe(code);
  });

  test("a code nobody knows refuses the data, and shows itself", () => {
    expect(errorFor("77777")).toBeInstanceOf(TargetRejected);
    expect(errorFor("77777").answer).toBe("77777");
    expect(errorFor("constructor")).toBeInstanceOf(TargetRejected);
  });

  test.each(
    Object.entries(CODES).filter(([, { kind }]) =>
      [
        "credential",
        "permission",
        "address",
        "scope",
        "blocked",
        "capacity",
        "taken",
        "pending",
        "locked",
        "data",
        "protected",
        "quota",
        "token",
      ].includes(kind),
    ),
  )("%s tells a person what to do", (code) => expect(errorFor(code).remedy.length).toBeGreaterThan(10));
});

describe("a throttle", () => {
  const until = (from: string, to: string) =>
    `当前所有钉钉应用调用该接口次数过多, 从 ${from} 到 ${from} 请求总次数超过 1200 次, 限制将在 ${to} 结束.`;
  test.each<[string, string, string, number]>([
    [
      "lasts to the end it names, Beijing time",
      "90002",
      until("2026-09-03 00:01:01", "2026-09-03 00:01:03"),
      2_000,
    ],
    ["in the older text", "90018", "处罚将在 2026-09-03 00:01:05 结束", 4_000],
    [
      "that names a time gone by lasts a second",
      "90018",
      until("2026-09-03 00:00:00", "2026-09-03 00:00:01"),
      1_000,
    ],
    [
      "that names a far time has another clock",
      "90018",
      until("2027-01-01 00:00:00", "2027-01-01 00:00:01"),
      1_000,
    ],
    ["that names none lasts a second", "90018", "", 1_000],
    ["of a minute lasts a minute", "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", "", 60_000],
  ])("%s", (_name, code, message, ms) =>
    expect(errorFor(code, API.userList, message).retry).toEqual({ kind: "after", ms }),
  );

  test("is spread by up to half a second", () => {
    const error = errorOf(API.userList, refusal("90018"), { nowMs: NOW, random: 1 });
    expect(error.retry).toEqual({ kind: "after", ms: 1_500 });
  });

  test("binds one API", () =>
    expect(errorFor("90018", API.userList)).toMatchObject({ scope: "/topapi/v2/user/list" }));
  test("a text without an end names none", () => expect(announcedEndMs("请稍后")).toBeUndefined());
});

describe("set-up", () => {
  test.each<[string, string, Api, string, "all" | "entity"]>([
    ["a missing permission stops everything", "60011", API.userUpdate, "all", "all"],
    ["one that only enterprise accounts need does not", "60011", API.accountDisable, "", "entity"],
    ["a wrong secret stops everything", "40096", API.token, "", "all"],
    ["a ban stops everything", "ip-ban", API.userUpdate, "", "all"],
    ["an object out of scope stops itself", "50004", API.userUpdate, "", "entity"],
  ])("%s", (_name, code, api, _message, scope) => expect(errorFor(code, api)).toMatchObject({ scope }));

  test("a ban lasts five minutes", () =>
    expect(errorFor("ip-ban").retry).toEqual({ kind: "after", ms: 300_000 }));

  test("the permission point and where to get it are in the remedy", () => {
    const message =
      "应用尚未开通所需的权限：[qyapi_get_department_list]，点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content=ding1%23qyapi_get_department_list";
    const { remedy } = errorFor("60011", API.departmentGet, message);
    expect(remedy).toContain("qyapi_get_department_list to the app");
    expect(remedy).toContain(
      "https://open-dev.dingtalk.com/appscope/apply?content=ding1%23qyapi_get_department_list",
    );
  });

  test.each<[string, string, JsonObject, readonly string[]]>([
    ["brackets", "应用尚未开通所需的权限：[qyapi_get_member]", {}, ["qyapi_get_member"]],
    [
      "the old envelope's text",
      "…",
      { errmsg: "ding talk error[subcode=60011,submsg=…, {requiredScopes=[a.b, c_d]}]" },
      ["a.b", "c_d"],
    ],
    [
      "the new envelope's detail",
      "没有调用该接口的权限",
      { accessdenieddetail: { requiredScopes: ["Contact.Org.Read"] } },
      ["Contact.Org.Read"],
    ],
    ["nothing", "没有权限", {}, []],
  ])("permission points are read from %s", (_name, message, body, expected) =>
    expect(permissionsIn(refusal("60011", message, body))).toEqual(expected),
  );

  test("the refused address is in the remedy", () => {
    const { remedy } = errorFor(
      "60020",
      API.userGet,
      "访问ip不在白名单之中,request ip=203.0.113.9 appKey(ding1)",
    );
    expect(remedy).toContain("add 203.0.113.9 to the app");
    expect(addressIn("request ip=2001:db8::1 appKey(x)")).toBe("2001:db8::1");
  });
});

describe("who holds a value", () => {
  test.each<[string, string, JsonObject, string | undefined]>([
    ["at the end of the text", "手机号码在公司中已存在 userid:u0900", {}, "u0900"],
    ["in a field of its own", "", { userid: "u0900" }, "u0900"],
    ["nowhere", "手机号码在公司中已存在", {}, undefined],
  ])("%s", (_name, message, body, heldBy) => {
    const error = errorFor("60104", API.userCreate, message, body);
    expect(error).toMatchObject({ attribute: "mobile", heldBy });
  });
});

test.each<[string, Api, boolean, ErrorClass]>([
  ["before the connection stood", API.userCreate, false, TargetUnavailable],
  ["after a write was sent", API.userCreate, true, TargetOutcomeUnknown],
  ["after a read was sent", API.userGet, true, TargetUnavailable],
])("no answer %s", (_name, api, sent, kind) =>
  expect(transportError(api, sent, "ECONNRESET")).toBeInstanceOf(kind),
);
