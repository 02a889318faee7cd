import { type Answer, readAnswer } from "../../../../src/targets/dingtalk/client/answers/answer.ts";
import { API } from "../../../../src/targets/dingtalk/client/apis.ts";

const brief = (answer: Answer) => (answer.ok ? "ok" : answer.refusal.code);

describe("the old API's envelope", () => {
  test.each<[string, number, string, string]>([
    ["success", 200, '{"errcode":0,"errmsg":"ok","result":{}}', "ok"],
    ["success with a code as text", 200, '{"errcode":"0"}', "ok"],
    ["a business refusal", 200, '{"errcode":60003,"errmsg":"部门不存在","request_id":"6iq4"}', "60003"],
    [
      "a gateway refusal",
      200,
      '{"errcode":88,"sub_code":"60011","sub_msg":"…","errmsg":"ding talk error[subcode=60011]"}',
      "60011",
    ],
    ["a gateway refusal at the top", 200, '{"errcode":90002,"errmsg":"…"}', "90002"],
    ["busy", 200, '{"errcode":-1,"errmsg":"系统繁忙"}', "-1"],
    ["a wrong path", 200, '{"errcode":404,"errmsg":"请求的URI地址不存在"}', "404"],
    ["the ban as a page", 200, "<html><body>blocked</body></html>", "ip-ban"],
    ["the ban as a page that says so", 503, "<html><script>var x5sec</script></html>", "ip-ban"],
    ["the ban as JSON", 403, '{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"1"}', "ip-ban"],
    ["a server error", 500, "<html>Internal Server Error</html>", "http-5xx"],
    ["a server error without a word", 503, "", "http-5xx"],
    ["a gateway that lost its server", 504, "<html>Gateway Timeout</html>", "answer-lost"],
    ["an answer cut off", 200, '{"errcode":0,"result":{"dept_', "answer-lost"],
    ["nothing at all", 200, "", "answer-lost"],
    ["JSON without an errcode", 500, '{"error":"x"}', "http-5xx"],
  ])("%s", (_name, status, text, code) => expect(brief(readAnswer(API.userCreate, status, text))).toBe(code));
});

describe("the new API's envelope", () => {
  test.each<[string, number, string, string]>([
    ["success", 200, '{"result":true}', "ok"],
    ["success without a body", 200, "", "ok"],
    ["a refusal", 400, '{"code":"user.not.exist","message":"…","requestid":"01A0"}', "user.not.exist"],
    [
      "a refusal in the gateway's spelling",
      403,
      '{"Code":"Forbidden.AccessDenied.IpNotInWhiteList","Message":"…"}',
      "Forbidden.AccessDenied.IpNotInWhiteList",
    ],
    ["an unauthorised call without a code", 401, '{"error":"x"}', "http-401"],
    ["a server error without a code", 503, "{}", "http-5xx"],
    ["the ban", 200, '{"status":1111,"punish":"deny"}', "ip-ban"],
  ])("%s", (_name, status, text, code) =>
    expect(brief(readAnswer(API.accountDisable, status, text))).toBe(code),
  );
});

test.each<[string, string]>([
  ["request_id", '{"errcode":60003,"request_id":"6iq4"}'],
  ["requestid", '{"errcode":60003,"requestid":"6iq4"}'],
])("the request id is kept as %s", (_name, text) =>
  expect(readAnswer(API.userGet, 200, text)).toMatchObject({ refusal: { requestId: "6iq4" } }),
);
