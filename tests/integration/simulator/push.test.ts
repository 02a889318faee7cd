import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { decryptPush, encryptPush, signPush } from "../../../src/simulator/events/push-cipher.ts";
import { type OpenSimulator, openSimulator, person } from "./open-simulator.ts";

const keys = {
  token: "token123",
  aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
  ownerKey: "sandbox",
};
const FAILED = "/call_back/get_call_back_failed_result";

/** A subscriber: stores what it receives, and answers as `mood` says. */
function createReceiver() {
  const received: Record<string, unknown>[] = [];
  const receiver = {
    received,
    mood: "success" as "success" | "error" | "redirect" | "plain",
    server: undefined as Server | undefined,
  };
  receiver.server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const query = new URL(request.url ?? "/", "http://receiver").searchParams;
      const { encrypt } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      const [timestamp, nonce] = [query.get("timestamp") ?? "", query.get("nonce") ?? ""];
      if (signPush(keys.token, timestamp, nonce, encrypt) !== query.get("signature"))
        throw new Error("the signature is wrong");
      received.push(JSON.parse(decryptPush(keys, encrypt) ?? "{}"));
      if (receiver.mood === "error") response.writeHead(500);
      if (receiver.mood === "redirect") response.writeHead(302, { location: "/elsewhere" });
      if (receiver.mood === "plain") response.end('{"success":true}');
      if (receiver.mood !== "success") {
        response.end();
        return;
      }
      const answer = encryptPush(keys, "success", Buffer.alloc(16, 7));
      response.end(
        JSON.stringify({
          msg_signature: signPush(keys.token, timestamp, nonce, answer),
          timeStamp: timestamp,
          nonce,
          encrypt: answer,
        }),
      );
    });
  });
  return receiver as typeof receiver & { server: Server };
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};

describe("10.3 HTTP push", () => {
  const receiver = createReceiver();
  let simulator: OpenSimulator;
  beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.server.listen(0, "127.0.0.1", resolve));
    simulator = await openSimulator({ qps: 0 });
    const { port } = receiver.server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/events?source=dingtalk`;
    const answer = await simulator.post("/_sim/reset", {
      push: { url, token: keys.token, aesKey: keys.aesKey },
    });
    expect(answer.status).toBe(200);
  });
  afterAll(async () => {
    await simulator.stop();
    receiver.server.closeAllConnections();
    await new Promise((resolve) => receiver.server.close(resolve));
  });

  test("a new address is checked, then gets every event", async () => {
    await simulator.result("/topapi/v2/user/create", person("u1", 1));
    await until(() => receiver.received.length === 2);
    expect(receiver.received).toEqual([
      { EventType: "check_url" },
      {
        EventType: "user_add_org",
        EventTime: expect.any(Number),
        CorpId: "dingsandbox",
        BizId: expect.any(String),
        eventId: expect.any(String),
        timeStamp: expect.any(String),
        userId: ["u1"],
      },
    ]);
  });

  test("a call of the failed list returns 200 pushes, and whether there are more", async () => {
    receiver.mood = "error";
    const before = receiver.received.length;
    for (let number = 0; number < 205; number += 1)
      await simulator.call("/topapi/v2/user/update", { userid: "u1", title: `Title ${number}` });
    await until(() => receiver.received.length === before + 205);
    receiver.mood = "success";
    await simulator.call("/topapi/v2/user/update", { userid: "u1", title: "last" });
    await until(() => receiver.received.length === before + 206);
    const failed = async () => (await simulator.fetch(`${FAILED}?access_token=${simulator.token}`)).json;
    const [first, second] = [await failed(), await failed()];
    expect([first.has_more, (first.failed_list as unknown[]).length]).toEqual([true, 200]);
    expect([second.has_more, (second.failed_list as unknown[]).length]).toEqual([false, 5]);
  });

  test.each(["error", "redirect", "plain"] as const)(
    "a push answered with %s is in the failed list, which erases what it returned",
    async (mood) => {
      const before = receiver.received.length;
      receiver.mood = mood;
      await simulator.call("/topapi/v2/user/update", { userid: "u1", title: mood });
      await until(() => receiver.received.length === before + 1);
      receiver.mood = "success";
      await simulator.call("/topapi/v2/user/update", { userid: "u1", title: "x" });
      await until(() => receiver.received.length === before + 2);
      const failed = () => simulator.fetch(`${FAILED}?access_token=${simulator.token}`);
      expect((await failed()).json).toMatchObject({
        errcode: 0,
        has_more: false,
        failed_list: [
          {
            call_back_tag: "user_modify_org",
            event_time: expect.any(Number),
            user_modify_org: { userId: ["u1"], corpid: "dingsandbox" },
          },
        ],
      });
      expect((await failed()).json).toMatchObject({ errcode: 0, has_more: false, failed_list: [] });
    },
  );
});
