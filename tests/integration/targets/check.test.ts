import { systemClock } from "../../../src/core/clock.ts";
import type { DingTalkConfig } from "../../../src/targets/dingtalk/config.ts";
import { calmly, openOrganisation, type TestOrganisation } from "./organisation.ts";

let organisation: TestOrganisation;
afterEach(() => organisation.close());

test.each<[string, object, Partial<DingTalkConfig>, string[], RegExp]>([
  ["all is well", {}, {}, [], /^/],
  ["all is well with enterprise accounts", {}, { enterpriseAccounts: true }, [], /^/],
  ["a wrong secret", {}, { appSecret: "wrong" }, ["invalidClientIdOrSecret"], /Client Secret/],
  ["an app of another organisation", {}, { corpId: "dingother" }, ["corp-id"], /DINGTALK_CORP_ID/],
  ["an address that is not allowed", { ipAllowList: ["203.0.113.1"] }, {}, ["60020"], /Server egress IP/],
  ["part of the organisation", { contactScope: { departments: [], users: [] } }, {}, ["contact-scope"], /all employees/],
  [
    "no permission to write",
    { revokedPermissions: ["qyapi_manage_addresslist"] },
    {},
    ["qyapi_manage_addresslist"],
    /grant qyapi_manage_addresslist/,
  ],
  [
    "no permission to read",
    { revokedPermissions: ["qyapi_get_department_list", "qyapi_get_department_member", "qyapi_get_member"] },
    {},
    ["qyapi_get_department_list", "qyapi_get_department_member", "qyapi_get_member"],
    /grant qyapi_get/,
  ],
  ["numbers that are not told", { fieldPermissions: { mobile: false, personal: true } }, {}, ["field-mobile"], /手机号/],
  ["personal fields that are not told", { fieldPermissions: { mobile: true, personal: false } }, {}, ["field-email"], /个人信息/],
  [
    "no permission for the switches of enterprise accounts",
    { revokedPermissions: ["Contact.OrgAccountSecurity.ReadWrite"] },
    { enterpriseAccounts: true },
    ["Contact.OrgAccountSecurity.ReadWrite"],
    /grant Contact/,
  ],
  ["the same, where the mapping makes none", { revokedPermissions: ["Contact.OrgAccountSecurity.ReadWrite"] }, {}, [], /^/],
])("%s", async (_name, switches, config, codes, remedy) => {
  organisation = await openOrganisation(switches);
  const problems = await organisation.connect(config).check(calmly);
  expect(problems.map((problem) => problem.code)).toEqual(codes);
  for (const problem of problems) {
    expect(problem.remedy).toMatch(remedy);
    expect(problem.text.length).toBeGreaterThan(10);
  }
});

test("a server that cannot be reached", async () => {
  organisation = await openOrganisation();
  const [problem] = await organisation.connect({ apiUrl: "http://127.0.0.1:9" }).check(calmly);
  expect(problem).toMatchObject({ code: "ECONNREFUSED", remedy: expect.stringContaining("reached") });
});

test("a clock that is an hour off", async () => {
  organisation = await openOrganisation();
  const ahead = { ...systemClock, now: () => new Date(systemClock.now().getTime() + 3_600_000) };
  const problems = await organisation.connect({}, ahead).check(calmly);
  expect(problems).toMatchObject([{ code: "clock", text: expect.stringContaining("ahead of DingTalk") }]);
});

test("checking changes nothing", async () => {
  organisation = await openOrganisation();
  const before = await organisation.state();
  await organisation.target.check(calmly);
  expect(await organisation.state()).toEqual(before);
});
