import { createHmac } from "node:crypto";
import { createManualClock } from "../../unit/simulator/manual-clock.ts";
import { type OpenSimulator, openSimulator, person } from "./open-simulator.ts";

const clock = createManualClock();
let simulator: OpenSimulator;
beforeAll(async () => {
  simulator = await openSimulator({ clock, qps: 0 });
});
afterAll(() => simulator.stop());
const messages = async () =>
  (await simulator.fetch("/_sim/messages")).json.messages as { to: unknown; body: Record<string, unknown> }[];

describe("11.1 custom robots", () => {
  const markdown = { msgtype: "markdown", markdown: { title: "Sync failed", text: "### Sync failed" } };
  const send = (body: unknown, token = "sandbox", more = "") =>
    simulator.post(`/robot/send?access_token=${token}${more}`, body);
  beforeEach(() =>
    simulator.post("/_sim/reset", { robots: [{ token: "sandbox" }, { token: "signed", secret: "SECtest" }] }),
  );

  test("a message with a repeated msgUuid arrives once", async () => {
    for (let turn = 0; turn < 2; turn += 1)
      expect((await send({ ...markdown, msgUuid: "alert-42" })).json).toEqual({ errcode: 0, errmsg: "ok" });
    expect(await messages()).toEqual([
      { to: { robot: "sandbox" }, body: { ...markdown, msgUuid: "alert-42" }, atMs: expect.any(Number) },
    ]);
  });

  test("the signature is made from time and secret", async () => {
    const timestamp = clock.now().getTime();
    const sign = (at: number) =>
      encodeURIComponent(createHmac("sha256", "SECtest").update(`${at}\nSECtest`).digest("base64"));
    const attempt = async (more: string) => (await send(markdown, "signed", more)).json;
    expect(await attempt(`&timestamp=${timestamp}&sign=${sign(timestamp)}`)).toMatchObject({ errcode: 0 });
    expect(await attempt(`&timestamp=${timestamp}&sign=wrong`)).toEqual({
      errcode: 310000,
      errmsg: "sign not match",
    });
    expect(await attempt("")).toEqual({ errcode: 310000, errmsg: "invalid timestamp" });
    const old = timestamp - 3_600_001;
    expect(await attempt(`&timestamp=${old}&sign=${sign(old)}`)).toEqual({
      errcode: 310000,
      errmsg: "invalid timestamp",
    });
  });

  test.each<[string, unknown, string, number]>([
    ["unknown token", markdown, "nobody", 300005],
    ["unknown type", { msgtype: "song", song: {} }, "sandbox", 400105],
    ["no content", { msgtype: "text" }, "sandbox", 40035],
  ])("%s", async (_name, body, token, errcode) => {
    expect((await send(body, token)).json).toMatchObject({ errcode });
  });

  test("more than 20 a minute silence it for ten minutes", async () => {
    for (let turn = 0; turn < 20; turn += 1) await send(markdown);
    expect((await send(markdown)).json).toEqual({
      errcode: 660026,
      errmsg: "sending too many messages per minute",
    });
    await clock.advance(9 * 60_000);
    expect((await send(markdown)).json).toMatchObject({ errcode: 660026 });
    await clock.advance(60_000);
    expect((await send(markdown)).json).toMatchObject({ errcode: 0 });
  });

  test("a robot with a keyword refuses messages without it, and a disabled robot refuses all", async () => {
    await simulator.post("/_sim/reset", {
      robots: [
        { token: "picky", keyword: "alarm" },
        { token: "off", disabled: true },
      ],
    });
    expect((await send(markdown, "picky")).json).toEqual({
      errcode: 310000,
      errmsg: "keywords not in content",
    });
    const alarm = { msgtype: "text", text: { content: "alarm: sync failed" } };
    expect((await send(alarm, "picky")).json).toMatchObject({ errcode: 0 });
    expect((await send(alarm, "off")).json).toMatchObject({ errcode: 400102 });
    expect((await simulator.fetch("/_sim/robot")).json.messages).toEqual([
      { robot: "picky", body: alarm, atMs: expect.any(Number) },
    ]);
  });

  test("the documentation's codes by switch", async () => {
    await simulator.post("/_sim/switches", { robotCodes: "documented" });
    expect((await send(markdown, "nobody")).json).toMatchObject({ errcode: 400101 });
  });
});

describe("11.2 work notices", () => {
  const notice = {
    agent_id: 1,
    userid_list: "u1,ghost",
    msg: { msgtype: "text", text: { content: "hello" } },
  };
  const SEND = "/topapi/message/corpconversation/asyncsend_v2";
  const result = async (task_id: unknown) =>
    (await simulator.call("/topapi/message/corpconversation/getsendresult", { agent_id: 1, task_id })).json
      .send_result;
  beforeEach(async () => {
    await simulator.post("/_sim/reset", {});
    await simulator.post("/_sim/limits", { qps: 0 });
    await simulator.result("/topapi/v2/user/create", person("u1", 1));
  });

  test("always accepted; the result shows who received it, who does not exist, and who already had it today", async () => {
    const first = (await simulator.call(SEND, notice)).json;
    expect(first).toMatchObject({ errcode: 0, task_id: expect.any(Number) });
    expect(await result(first.task_id)).toMatchObject({
      unread_user_id_list: ["u1"],
      invalid_user_id_list: ["ghost"],
      forbidden_list: [],
    });
    const second = (await simulator.call(SEND, notice)).json;
    expect(second).toMatchObject({ errcode: 0 });
    expect(await result(second.task_id)).toMatchObject({
      unread_user_id_list: [],
      forbidden_list: [{ code: "143106", userid: "u1", count: 1 }],
    });
    expect(second.task_id).not.toBe(first.task_id);
  });

  test.each<[string, Record<string, unknown>]>([
    ["nobody named", { userid_list: undefined }],
    ["101 people", { userid_list: Array.from({ length: 101 }, (_, at) => `u${at}`).join(",") }],
    ["more than 2048 bytes", { msg: { msgtype: "text", text: { content: "x".repeat(2048) } } }],
  ])("refused: %s", async (_name, change) => {
    expect((await simulator.call(SEND, { ...notice, ...change })).json).toMatchObject({ errcode: 40035 });
  });
});
