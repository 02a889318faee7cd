import { inspect } from "node:util";
import {
  TargetMisconfigured,
  TargetOutcomeUnknown,
  TargetThrottled,
  TargetUnavailable,
} from "../../../src/reconcile/target-failures.ts";
import { calmly, failureOf, newRef, person } from "./organisation.ts";
import { openScripted, type ScriptedReply, type ScriptedServer, SECRET, TOKEN } from "./scripted.ts";

const CREATE = "/topapi/v2/user/create";
const GET = "/topapi/v2/user/get";
const TOKENS = "/v1.0/oauth2/accessToken";
const UPDATE = "/topapi/v2/department/update";

let server: ScriptedServer;
afterEach(() => server.close());

const createPerson = () => server.target.create(newRef("user"), person(1), { ...calmly, resume: false });
const readPerson = () => server.target.read("user", "u1", calmly);
const at = (path: string, reply: ScriptedReply) => (call: { readonly path: string }) =>
  call.path === path ? reply : undefined;
const old = (answer: object): ScriptedReply => ({ text: JSON.stringify(answer) });

describe("a request", () => {
  test("is raw UTF-8 JSON with the token in the query of the old API", async () => {
    server = await openScripted(() => undefined);
    await server.target.create(newRef("user"), person(1, { name: "𠮷野家 👨‍👩‍👧", remark: "a\nb" }), {
      ...calmly,
      resume: false,
    });
    const call = server.heard.find(({ path }) => path === CREATE);
    expect(call?.query.get("access_token")).toBe(TOKEN);
    expect(call?.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(call?.body).toContain("𠮷野家 👨‍👩‍👧");
    expect(call?.body).not.toContain("\\u");
  });

  test("of the new API has the token in its header only", async () => {
    server = await openScripted(at("/v1.0/contact/orgAccounts/enable", { text: "" }));
    const actual = {
      remoteId: "u1",
      attributes: { exclusive_account_type: "sso" },
      presence: "disabled",
    } as const;
    await server.target.setSuspended(newRef("user"), actual, false, calmly);
    const call = server.heard.find(({ path }) => path.endsWith("/enable"));
    expect(call?.headers["x-acs-dingtalk-access-token"]).toBe(TOKEN);
    expect([...(call?.query.keys() ?? [])]).toEqual([]);
  });

  test("for a token carries the secret in its body, never in its address", async () => {
    server = await openScripted(() => undefined);
    await createPerson();
    const call = server.heard.find(({ path }) => path === TOKENS);
    expect(JSON.parse(call?.body ?? "")).toEqual({ appKey: "key", appSecret: SECRET });
    expect(call?.query.toString()).toBe("");
  });

  test("is recorded with its code, request id and duration", async () => {
    server = await openScripted(at(CREATE, old({ errcode: 0, request_id: "6iq4" })));
    const { calls } = await createPerson();
    expect(calls).toEqual([
      {
        api: TOKENS,
        code: "ok",
        durationMs: expect.any(Number),
        at: expect.any(String),
        targetAt: expect.any(String),
      },
      {
        api: CREATE,
        code: "ok",
        requestId: "6iq4",
        durationMs: expect.any(Number),
        at: expect.any(String),
        targetAt: expect.any(String),
      },
    ]);
  });
});

describe("no answer", () => {
  test("from a port nobody listens on: nothing was sent", async () => {
    server = await openScripted(() => undefined, { oapiUrl: "http://127.0.0.1:9" });
    const error = await failureOf(createPerson());
    expect(error).toBeInstanceOf(TargetUnavailable);
    expect(error.answer).toBe("ECONNREFUSED");
    // Others may have a way there.
    expect(server.limiter.pauses).toEqual([]);
  });

  test("from a name that does not exist: nothing was sent", async () => {
    server = await openScripted(() => undefined, { oapiUrl: "http://nowhere.invalid" });
    expect(await failureOf(createPerson())).toBeInstanceOf(TargetUnavailable);
  });

  test.each<[string, ScriptedReply]>([
    ["a dropped connection", "drop"],
    ["a silence", "silence"],
    ["half an answer", { text: '{"errcode":0,"resu' }],
    ["a gateway that gave up", { status: 504, text: "<html>Gateway Timeout</html>" }],
  ])("%s after a write: the outcome is unknown", async (_name, reply) => {
    server = await openScripted(at(CREATE, reply), { timeoutMs: 200 });
    expect(await failureOf(createPerson())).toBeInstanceOf(TargetOutcomeUnknown);
  });

  test.each<[string, ScriptedReply]>([
    ["a dropped connection", "drop"],
    ["a silence", "silence"],
  ])("%s after a read: nothing can have happened", async (_name, reply) => {
    server = await openScripted(at(GET, reply), { timeoutMs: 200 });
    expect(await failureOf(readPerson())).toBeInstanceOf(TargetUnavailable);
  });

  test("when aborted on the way: the outcome of a write is unknown", async () => {
    server = await openScripted(at(CREATE, "silence"));
    const controller = new AbortController();
    const failing = failureOf(
      server.target.create(newRef("user"), person(1), { signal: controller.signal, resume: false }),
    );
    await server.arrived(CREATE);
    controller.abort();
    const error = await failing;
    expect(error).toBeInstanceOf(TargetOutcomeUnknown);
    expect(error.calls.at(-1)).toMatchObject({ api: CREATE, code: "aborted" });
  });

  test("a success without a result proves nobody absent", async () => {
    server = await openScripted(() => undefined);
    expect(await failureOf(readPerson())).toBeInstanceOf(TargetUnavailable);
    expect(await failureOf(server.target.read("department", "7", calmly))).toBeInstanceOf(TargetUnavailable);
    expect(await failureOf(server.target.read("role", "7", calmly))).toBeInstanceOf(TargetUnavailable);
  });

  test("an answer without end is not read to its end", async () => {
    server = await openScripted(at(GET, { text: `{"errcode":0,"result":"${"x".repeat(9 * 1024 * 1024)}"}` }));
    expect(await failureOf(readPerson())).toBeInstanceOf(TargetUnavailable);
  });
});

describe("the token", () => {
  test("refused once is fetched again, and the call repeated once", async () => {
    let refusals = 0;
    server = await openScripted((call) =>
      call.path === CREATE && refusals++ === 0
        ? old({ errcode: 88, sub_code: "40014", sub_msg: "不合法的access_token" })
        : undefined,
    );
    await createPerson();
    expect(server.heard.map(({ path }) => path)).toEqual([TOKENS, CREATE, TOKENS, CREATE]);
  });

  test.each<[string, ScriptedReply]>([
    ["in a gateway refusal", old({ errcode: 88, sub_code: "40014", sub_msg: "不合法的access_token" })],
    ["at the top", old({ errcode: 40014, errmsg: "invalid" })],
    ["timed out", old({ errcode: 42001, errmsg: "access_token超时" })],
    ["blank", old({ errcode: 88, sub_code: "40000", sub_msg: "access_token is blank" })],
  ])("refused again (%s) is a matter of set-up", async (_name, reply) => {
    server = await openScripted(at(CREATE, reply));
    const error = await failureOf(createPerson());
    expect(error).toBeInstanceOf(TargetMisconfigured);
    expect(error).toMatchObject({ scope: "all" });
    expect(error.remedy).toContain(".io");
    expect(server.heard.filter(({ path }) => path === CREATE)).toHaveLength(2);
  });

  test("refused by the new API, with its 400, is fetched again too", async () => {
    let refusals = 0;
    server = await openScripted((call) =>
      call.path.endsWith("/enable") && refusals++ === 0
        ? {
            status: 400,
            text: '{"code":"InvalidAuthentication","message":"不合法的access_token","requestid":"1"}',
          }
        : undefined,
    );
    const actual = { remoteId: "u1", attributes: {}, presence: "disabled" } as const;
    await server.target.setSuspended(newRef("user"), actual, false, calmly);
    expect(server.heard.filter(({ path }) => path === TOKENS)).toHaveLength(2);
  });

  test("is fetched once for many calls at the same time", async () => {
    server = await openScripted(() => undefined);
    await Promise.all(Array.from({ length: 10 }, createPerson));
    expect(server.heard.filter(({ path }) => path === TOKENS)).toHaveLength(1);
  });

  test.each<[string, ScriptedReply, string]>([
    [
      "a wrong secret",
      { status: 400, text: '{"code":"invalidClientIdOrSecret","message":"无效的clientId或者clientSecret"}' },
      "TARGET_MISCONFIGURED",
    ],
    [
      "a wrong cloud",
      { status: 400, text: '{"code":"invalid_client","message":"x"}' },
      "TARGET_MISCONFIGURED",
    ],
    [
      "a bad day",
      { status: 500, text: '{"code":"unknownError","message":"未知错误"}' },
      "TARGET_UNAVAILABLE",
    ],
    ["an answer without a token", { text: "{}" }, "TARGET_UNAVAILABLE"],
  ])("is not given: %s", async (_name, reply, code) => {
    server = await openScripted(at(TOKENS, reply));
    expect((await failureOf(createPerson())).code).toBe(code);
    expect(server.heard.map(({ path }) => path)).toEqual([TOKENS]);
  });
});

describe("what binds every process", () => {
  test("a throttle pauses the API it names, until the end it names", async () => {
    server = await openScripted(
      at(CREATE, old({ errcode: 88, sub_code: "90018", sub_msg: "请求被暂时禁用" })),
    );
    const error = await failureOf(createPerson());
    expect(error).toBeInstanceOf(TargetThrottled);
    expect(server.limiter.pauses).toEqual([{ api: CREATE, ms: 1_000, reason: "90018" }]);
  });

  test.each<[string, ScriptedReply]>([
    ["as a page", { status: 200, text: "<!DOCTYPE html><html><body>punish</body></html>" }],
    ["as a page with 403", { status: 403, text: "<html>denied</html>" }],
    ["as JSON", { status: 200, text: '{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"8b"}' }],
  ])("a ban %s stops every call for five minutes", async (_name, reply) => {
    server = await openScripted(at(CREATE, reply));
    const error = await failureOf(createPerson());
    expect(error).toBeInstanceOf(TargetMisconfigured);
    expect(error).toMatchObject({ answer: "ip-ban", scope: "all" });
    expect(server.limiter.pauses).toEqual([{ api: "all", ms: 300_000, reason: "ip-ban" }]);
    const heard = server.heard.length;
    expect(await failureOf(readPerson())).toBeInstanceOf(TargetThrottled);
    expect(server.heard).toHaveLength(heard);
  });

  test("the new API's 403 for too many calls is no missing permission", async () => {
    const body =
      '{"code":"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi","message":"暂时禁用","requestid":"1"}';
    server = await openScripted(at("/v1.0/contact/orgAccounts/enable", { status: 403, text: body }));
    const actual = { remoteId: "u1", attributes: {}, presence: "disabled" } as const;
    expect(await failureOf(server.target.setSuspended(newRef("user"), actual, false, calmly))).toBeInstanceOf(
      TargetThrottled,
    );
  });
});

test.each<[string, ScriptedReply, number]>([
  ["dropped", "drop", 1_000],
  ["timed out", "silence", 100],
  ["refused", old({ errcode: 60103, errmsg: "手机号码格式错误" }), 1_000],
  ["banned", { text: "<html></html>" }, 1_000],
])(
  "an error of a call that was %s holds no secret, no token and nothing personal",
  async (_name, reply, timeoutMs) => {
    server = await openScripted(at(CREATE, reply), { timeoutMs });
    const error = await failureOf(createPerson());
    const everything = `${inspect(error, { depth: 20, showHidden: true })}${error.stack}${JSON.stringify(error)}`;
    for (const canary of [SECRET, TOKEN, "91000001", "陳大文"]) expect(everything).not.toContain(canary);
  },
);

test("a redirect is not followed", async () => {
  server = await openScripted(
    at(UPDATE, { status: 302, text: "", headers: { location: "http://127.0.0.1:9/" } }),
  );
  const actual = { remoteId: "7", attributes: {}, presence: "active" } as const;
  const error = await failureOf(server.target.update(newRef("department"), actual, { name: "x" }, calmly));
  expect(error).toBeInstanceOf(TargetUnavailable);
});
