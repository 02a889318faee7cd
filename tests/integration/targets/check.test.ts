import { systemClock } from "../../../src/core/clock.ts";
import { checkCloud } from "../../../src/targets/dingtalk/cloud.ts";
import type { DingTalkConfig } from "../../../src/targets/dingtalk/config.ts";
import { ENGLISH_REASONS } from "../../../src/words/reasons/en.ts";
import { calmly, openOrganisation, type TestOrganisation } from "./organisation.ts";

let organisation: TestOrganisation;
afterEach(() => organisation?.close());

test.each<[string, object, Partial<DingTalkConfig>, string[], RegExp]>([
  ["all is well", {}, {}, [], /^/],
  ["all is well with enterprise accounts", {}, { enterpriseAccounts: true }, [], /^/],
  ["a wrong secret", {}, { appSecret: "wrong" }, ["invalidClientIdOrSecret"], /Client Secret/],
  ["an app of another organisation", {}, { corpId: "dingother" }, ["corp-id"], /DINGTALK_CORP_ID/],
  [
    "an address that is not allowed, said once",
    { ipAllowList: ["203.0.113.1"] },
    {},
    ["60020"],
    /add 127\.0\.0\.1 .*Server egress IP/,
  ],
  [
    "part of the organisation",
    { contactScope: { departments: [], users: [] } },
    {},
    ["contact-scope"],
    /all employees/,
  ],
  [
    "no permission at all",
    { revokedPermissions: ["qyapi_base"] },
    {},
    ["qyapi_base"],
    /grant qyapi_base .*appscope/,
  ],
  [
    "no permission to write",
    { revokedPermissions: ["qyapi_manage_addresslist"] },
    {},
    ["qyapi_manage_addresslist"],
    /grant qyapi_manage_addresslist .*only an administrator of the whole organisation's contacts/,
  ],
  [
    "no permission to read",
    { revokedPermissions: ["qyapi_get_department_list", "qyapi_get_department_member", "qyapi_get_member"] },
    {},
    ["qyapi_get_department_list", "qyapi_get_department_member", "qyapi_get_member"],
    /grant qyapi_get/,
  ],
  [
    "numbers that are not told",
    { fieldPermissions: { mobile: false, personal: true } },
    {},
    ["field-mobile"],
    /手机号/,
  ],
  [
    "personal fields that are not told",
    { fieldPermissions: { mobile: true, personal: false } },
    {},
    ["field-email"],
    /个人信息/,
  ],
  [
    "no permission for the switches of enterprise accounts",
    { revokedPermissions: ["Contact.OrgAccountSecurity.ReadWrite"] },
    { enterpriseAccounts: true },
    ["Contact.OrgAccountSecurity.ReadWrite"],
    /grant Contact/,
  ],
  [
    "enterprise accounts that are not switched on",
    { enterpriseAccounts: false },
    { enterpriseAccounts: true },
    ["enterprise-accounts"],
    /企业账号/,
  ],
  [
    "the same, where the mapping makes none",
    { revokedPermissions: ["Contact.OrgAccountSecurity.ReadWrite"] },
    {},
    [],
    /^/,
  ],
])("%s", async (_name, switches, config, codes, remedy) => {
  organisation = await openOrganisation(switches);
  const problems = await organisation.connect(config).check(calmly);
  expect(problems.map((problem) => problem.code)).toEqual(codes);
  for (const problem of problems) {
    expect(problem.remedy).toMatch(remedy);
    expect(problem.text.length).toBeGreaterThan(10);
  }
});

test.each<[string, Partial<DingTalkConfig>, string]>([
  ["new", { apiUrl: "http://127.0.0.1:9" }, "DINGTALK_API_URL"],
  ["old", { oapiUrl: "http://127.0.0.1:9" }, "DINGTALK_OAPI_URL"],
])("a server of the %s API that cannot be reached, said once", async (_name, config, variable) => {
  organisation = await openOrganisation();
  expect(await organisation.connect(config).check(calmly)).toEqual([
    {
      code: "ECONNREFUSED",
      reasonCode: "cannotConnect",
      concerns: "moment",
      text: "127.0.0.1:9 cannot be reached from this server",
      remedy: expect.stringMatching(`check name resolution and the firewall, or correct ${variable}`),
    },
  ]);
});

test("a part of the organisation is named", async () => {
  organisation = await openOrganisation({ contactScope: { departments: [5, 6], users: ["u1"] } });
  const [problem] = await organisation.target.check(calmly);
  expect(problem?.text).toContain("the departments 5, 6 and 1 person");
});

test.each<[string, object, string, string, string, string]>([
  ["an app that is stopped", { errcode: 50003 }, "50003", "settings", "the app is stopped", "enable the app"],
  [
    "a token of the other cloud",
    { sub_code: "40014" },
    "40014",
    "settings",
    "refuses the access token",
    ".com and .io have separate apps",
  ],
  [
    "a ban",
    { sub_code: "90001" },
    "90001",
    "everybody",
    "blocked for all APIs",
    "other programs that call DingTalk from this server's public address",
  ],
  [
    "an organisation that was dissolved",
    { errcode: 70001 },
    "70001",
    "settings",
    "disabled or dissolved",
    "DingTalk support",
  ],
  [
    "a permission that the answer does not name",
    { errcode: 43007 },
    "qyapi_base",
    "everybody",
    "may not call DingTalk",
    "grant qyapi_base",
  ],
])("%s, said once", async (_name, answer, code, concerns, text, remedy) => {
  organisation = await openOrganisation();
  await organisation.control("faults", { match: "/auth/scopes", fault: "refusal", answer, times: 9 });
  const problems = await organisation.target.check(calmly);
  expect(problems).toMatchObject([
    { code, concerns, text: expect.stringContaining(text), remedy: expect.stringContaining(remedy) },
  ]);
  // The dashboard words it in the language of the reader.
  expect(Object.keys(ENGLISH_REASONS)).toContain(problems[0]?.reasonCode);
});

test("a busy moment is no finding, a busy day is", async () => {
  organisation = await openOrganisation();
  await organisation.control("faults", { match: "/topapi/v2/user/list", fault: "busy" });
  expect(await organisation.target.check(calmly)).toEqual([]);
  await organisation.control("faults", { match: "/topapi/v2/user/list", fault: "busy", times: 2 });
  expect(await organisation.target.check(calmly)).toMatchObject([
    { code: "-1", remedy: expect.stringContaining("look again") },
  ]);
});

test.each<[string, string, string[]]>([
  ["https://oapi.dingtalk.com", "https://api.dingtalk.com", []],
  ["https://oapi.dingtalk.io", "https://api.dingtalk.io", []],
  ["https://oapi.dingtalk.com", "https://api.dingtalk.io", ["cloud"]],
  ["https://oapi.dingtalk.io", "https://api.dingtalk.com", ["cloud"]],
  ["http://127.0.0.1:1", "https://api.dingtalk.com", []],
])("the clouds of %s and %s", (oapiUrl, apiUrl, codes) => {
  expect(checkCloud({ oapiUrl, apiUrl }).map(({ code }) => code)).toEqual(codes);
});

test("a clock that is an hour off", async () => {
  organisation = await openOrganisation();
  const ahead = { ...systemClock, now: () => new Date(systemClock.now().getTime() + 3_600_000) };
  const problems = await organisation.connect({}, ahead).check(calmly);
  expect(problems).toMatchObject([
    { code: "clock", reasonCode: "clockWrong", text: expect.stringContaining("ahead of DingTalk") },
  ]);
});

test("checking changes nothing", async () => {
  organisation = await openOrganisation();
  const before = await organisation.state();
  await organisation.target.check(calmly);
  expect(await organisation.state()).toEqual(before);
});
