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
} from "../../../src/reconcile/target-failures.ts";
import type { Kind } from "../../../src/targets/dingtalk/client/answers/code-meaning.ts";
import { CODES } from "../../../src/targets/dingtalk/client/answers/codes.ts";
import { calmly, newRef, openOrganisation, refusalOf, type TestOrganisation } from "./organisation.ts";

/*
 * docs/dingtalk.md 12: every code of the table, said by the simulator in each envelope it may come in, to a
 * change of a person.
 */

let organisation: TestOrganisation;
beforeAll(async () => {
  organisation = await openOrganisation();
});
afterAll(() => organisation.close());
beforeEach(async () => {
  await organisation.control("faults", {});
  organisation.limiter.clear();
});

type ErrorClass = abstract new (...parameters: never[]) => TargetError;

/**
 * What the loop hears of each kind. A person is what these calls are about; a department or a role is only
 * named by them.
 */
const HEARD: Readonly<Record<Kind, ErrorClass>> = {
  transient: TargetUnavailable,
  unfinished: TargetOutcomeUnknown,
  rate: TargetThrottled,
  rateMinute: TargetThrottled,
  rateAll: TargetThrottled,
  blocked: TargetMisconfigured,
  quota: TargetMisconfigured,
  token: TargetMisconfigured,
  credential: TargetMisconfigured,
  permission: TargetMisconfigured,
  address: TargetMisconfigured,
  scope: TargetMisconfigured,
  userMissing: TargetNotFound,
  departmentMissing: TargetDependency,
  roleMissing: TargetDependency,
  dependency: TargetDependency,
  taken: TargetConflict,
  pending: TargetPending,
  locked: TargetRejected,
  data: TargetRejected,
  capacity: TargetRejected,
  protected: TargetRejected,
};

const numbers = Object.entries(CODES).filter(([code]) => /^-?\d+$/.test(code));
const words = Object.entries(CODES).filter(
  ([code]) => !/^-?\d+$/.test(code) && !/^(http-|ip-ban$|answer-lost$)/.test(code),
);

const actual = {
  remoteId: "u1",
  attributes: { exclusive_account_type: "sso" },
  presence: "disabled",
} as const;
const person = { remoteId: "u1", attributes: {}, presence: "active" } as const;

/**
 * Said twice, since a refused token is tried once more. A refusal of the number itself is a note, and keeps
 * its code.
 */
async function heard(match: string, answer: object, act: () => Promise<unknown>): Promise<TargetError> {
  await organisation.control("faults", { match, fault: "refusal", times: 2, answer });
  return refusalOf(act());
}

const change = () => organisation.target.update(newRef("user"), person, { title: "Head" }, calmly);
const enable = () => organisation.target.setSuspended(newRef("user"), actual, false, calmly);
const UPDATE = "/topapi/v2/user/update";
const ENABLE = "/v1.0/contact/orgAccounts/enable";

describe("the old API", () => {
  test.each(numbers)("%s as errcode", async (code, { kind }) => {
    const error = await heard(UPDATE, { errcode: Number(code) }, change);
    expect(error).toBeInstanceOf(HEARD[kind]);
    expect(error.answer).toBe(code);
  });

  test.each(numbers.filter(([code]) => code !== "88"))("%s as sub_code", async (code, { kind }) => {
    const error = await heard(UPDATE, { sub_code: code }, change);
    expect(error).toBeInstanceOf(HEARD[kind]);
    expect(error.answer).toBe(code);
  });
});

describe("the new API", () => {
  test.each(words)("%s", async (code, { kind }) => {
    const error = await heard(ENABLE, { code, status: kind === "transient" ? 500 : 400 }, enable);
    expect(error).toBeInstanceOf(HEARD[kind]);
    expect(error.answer).toBe(code);
  });

  test.each(words.filter(([code]) => /LimitFor|PermissionDenied|WhiteList/.test(code)))(
    "Forbidden.AccessDenied.%s, with its 403",
    async (word, { kind }) => {
      const error = await heard(ENABLE, { code: `Forbidden.AccessDenied.${word}`, status: 403 }, enable);
      expect(error).toBeInstanceOf(HEARD[kind]);
    },
  );
});

describe("what an administrator is told", () => {
  const link = "https://open-dev.dingtalk.com/appscope/apply?content=sandbox%23qyapi_manage_addresslist";

  test.each<[string, string, object, () => Promise<unknown>, string[]]>([
    [
      "the permission point and the link of the answer",
      UPDATE,
      {
        sub_code: "60011",
        message: `应用尚未开通所需的权限：[qyapi_manage_addresslist]，点击链接申请并开通即可：${link}`,
      },
      change,
      ["grant qyapi_manage_addresslist", link],
    ],
    [
      "the permission point of the new API's answer",
      ENABLE,
      {
        code: "Forbidden.AccessDenied.AccessTokenPermissionDenied",
        status: 403,
        fields: { accessdenieddetail: { requiredScopes: ["Contact.Other.ReadWrite"] } },
      },
      enable,
      ["grant Contact.Other.ReadWrite"],
    ],
    [
      "the point the call needs, where the answer names none",
      UPDATE,
      { errcode: 43007 },
      change,
      ["grant qyapi_manage_addresslist"],
    ],
    [
      "the same of the new API",
      ENABLE,
      { code: "apiPermissionDenied", status: 403 },
      enable,
      ["grant Contact.OrgAccountSecurity.ReadWrite"],
    ],
    [
      "the address that was refused",
      UPDATE,
      { sub_code: "60020", message: "访问ip不在白名单之中,request ip=203.0.113.9 appKey(x)" },
      change,
      ["add 203.0.113.9 to the app"],
    ],
    [
      "the address in the new API's answer",
      ENABLE,
      { code: "Forbidden.AccessDenied.IpNotInWhiteList", status: 403, message: "request ip=203.0.113.9" },
      enable,
      ["add 203.0.113.9 to the app"],
    ],
    [
      "that it is this server's, where the answer names none",
      UPDATE,
      { sub_code: "60020", message: "" },
      change,
      ["add this server's public address to the app"],
    ],
  ])("%s", async (_name, match, answer, act, expected) => {
    const { remedy } = await heard(match, answer, act);
    for (const part of expected) expect(remedy).toContain(part);
  });
});
