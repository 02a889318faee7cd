import axios from "axios";
import { DWClient, type DWClientDownStream, EventAck } from "dingtalk-stream";
import WebSocket from "ws";
import { ACK_MS, REDELIVERY_MS } from "../../../src/simulator/events/redelivery.ts";
import { TICKET_MS } from "../../../src/simulator/events/stream-tickets.ts";
import { createManualClock } from "../../unit/simulator/manual-clock.ts";
import { type OpenSimulator, openSimulator, person } from "./open-simulator.ts";

const USER = "/topapi/v2/user";
const OPEN = "/v1.0/gateway/connections/open";
const credentials = {
  clientId: "sandbox",
  clientSecret: "sandbox",
  subscriptions: [{ type: "EVENT", topic: "*" }],
};

interface Frame {
  readonly specVersion: string;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: string;
}

/** A client written only from docs/dingtalk.md 10.2. */
interface PlainClient {
  readonly frames: Frame[];
  answer(frame: Frame, status: "SUCCESS" | "LATER"): void;
  /** Resolves when the gateway has read all frames of this client. */
  received(): Promise<void>;
  readonly socket: WebSocket;
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};

async function open(
  simulator: OpenSimulator,
  more: Record<string, unknown> = {},
): Promise<{ endpoint: string; ticket: string }> {
  const { json } = await simulator.post(OPEN, { ...credentials, ...more }, { accept: "application/json" });
  return json as { endpoint: string; ticket: string };
}

async function connect(simulator: OpenSimulator, more: Record<string, unknown> = {}): Promise<PlainClient> {
  const { endpoint, ticket } = await open(simulator, more);
  const socket = new WebSocket(`${endpoint}?ticket=${encodeURIComponent(ticket)}`);
  const frames: Frame[] = [];
  socket.on("message", (data) => frames.push(JSON.parse(String(data))));
  await until(() => frames.some(({ headers }) => headers.topic === "REGISTERED"));
  return {
    frames,
    socket,
    received: () =>
      new Promise((resolve) => {
        socket.once("pong", () => resolve());
        socket.ping();
      }),
    answer: ({ headers }, status) =>
      socket.send(
        JSON.stringify({
          code: 200,
          headers: { contentType: "application/json", messageId: headers.messageId },
          message: "OK",
          data: JSON.stringify({ status, message: "" }),
        }),
      ),
  };
}

const events = ({ frames }: PlainClient): Frame[] => frames.filter(({ type }) => type === "EVENT");

describe("10.2 a client written from the documented protocol", () => {
  const clock = createManualClock();
  let simulator: OpenSimulator;
  const clients: PlainClient[] = [];
  const join = async (more?: Record<string, unknown>): Promise<PlainClient> => {
    const client = await connect(simulator, more);
    clients.push(client);
    return client;
  };
  beforeEach(async () => {
    simulator = await openSimulator({ clock, qps: 0 });
  });
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.terminate();
    await simulator.stop();
  });

  test("receives each change in its envelope, with data as text", async () => {
    const client = await join();
    await simulator.result(`${USER}/create`, person("u1", 1));
    await until(() => events(client).length === 1);
    const [frame] = events(client);
    expect(frame).toMatchObject({
      specVersion: "1.0",
      type: "EVENT",
      headers: {
        appId: "sandbox",
        contentType: "application/json",
        topic: "*",
        eventType: "user_add_org",
        eventCorpId: "dingsandbox",
        eventUnifiedAppId: "sandbox",
        eventBornTime: String(clock.now().getTime()),
        time: String(clock.now().getTime()),
        eventId: expect.any(String),
        messageId: expect.any(String),
        connectionId: expect.any(String),
      },
    });
    expect(JSON.parse(frame!.data)).toEqual({ timeStamp: String(clock.now().getTime()), userId: ["u1"] });
  });

  test("every kind of contact change has its event", async () => {
    const client = await join();
    const { dept_id } = await simulator.result<{ dept_id: number }>("/topapi/v2/department/create", {
      name: "A",
      parent_id: 1,
    });
    await simulator.call("/topapi/v2/department/update", { dept_id, name: "B" });
    await simulator.call("/topapi/v2/department/delete", { dept_id });
    await simulator.result(`${USER}/create`, person("u1", 1));
    await simulator.call(`${USER}/update`, { userid: "u1", title: "Chief" });
    await simulator.post("/_sim/edit", { call: "activate", body: { userid: "u1" } });
    await simulator.post("/_sim/edit", { call: "admin", body: { userid: "u1", sys_level: 2 } });
    await simulator.call(`${USER}/delete`, { userid: "u1" });
    const expected = [
      "org_dept_create",
      "org_dept_modify",
      "org_dept_remove",
      "user_add_org",
      "user_modify_org",
      "user_active_org",
      "org_admin_add",
      "user_leave_org",
    ];
    await until(() => events(client).length === expected.length);
    expect(events(client).map(({ headers }) => headers.eventType)).toEqual(expected);
    expect(JSON.parse(events(client)[0]!.data)).toEqual({ deptId: [dept_id] });
    expect(JSON.parse(events(client)[4]!.data)).toMatchObject({
      diffInfo: { userid: "u1", curr: { title: "Chief" } },
    });
    expect(new Set(events(client).map(({ headers }) => headers.eventId)).size).toBe(expected.length);
  });

  test("an unanswered event is sent again with the same eventId, an answered one is not", async () => {
    const client = await join();
    await simulator.result(`${USER}/create`, person("u1", 1));
    await until(() => events(client).length === 1);
    await clock.advance(ACK_MS);
    await clock.advance(REDELIVERY_MS);
    await until(() => events(client).length === 2);
    const [first, second] = events(client);
    expect(second!.headers.eventId).toBe(first!.headers.eventId);
    expect(second!.headers.messageId).not.toBe(first!.headers.messageId);
    client.answer(second!, "SUCCESS");
    await client.received();
    await clock.advance(10 * REDELIVERY_MS);
    expect(events(client)).toHaveLength(2);
  });

  test("a restarted gateway has other event ids and another token, so clients do not take its first event for a known one", async () => {
    const seen: unknown[] = [];
    for (let start = 0; start < 2; start += 1) {
      const own = await openSimulator({ clock, qps: 0 });
      const client = await connect(own);
      await own.result(`${USER}/create`, person("u1", 1));
      await until(() => events(client).length === 1);
      seen.push(events(client)[0]?.headers.eventId, own.token);
      client.socket.terminate();
      await own.stop();
      await clock.advance(1_000);
    }
    expect(new Set(seen).size).toBe(4);
  });

  test("each event goes to one of several clients in rotation, by their topics", async () => {
    const [one, two] = [await join(), await join()];
    const leavers = await join({ subscriptions: [{ type: "EVENT", topic: "user_leave_org" }] });
    for (let number = 0; number < 6; number += 1)
      await simulator.result(`${USER}/create`, person(`u${number}`, number));
    await until(() => events(one).length + events(two).length === 6);
    expect([events(one).length, events(two).length]).toEqual([3, 3]);
    expect(events(leavers)).toEqual([]);
  });

  test("a ticket opens one connection, within 90 s", async () => {
    const { endpoint, ticket } = await open(simulator);
    const attempt = (used: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${endpoint}?ticket=${used}`);
        socket.on("open", () => {
          socket.terminate();
          resolve("open");
        });
        socket.on("error", ({ message }) => resolve(message));
      });
    expect([await attempt(ticket), await attempt(ticket)]).toEqual([
      "open",
      "Unexpected server response: 401",
    ]);
    const late = await open(simulator);
    await clock.advance(TICKET_MS);
    expect(await attempt(late.ticket)).toBe("Unexpected server response: 401");
  });

  test("wrong credentials, no subscriptions, no Accept", async () => {
    const wrong = await simulator.post(
      OPEN,
      { ...credentials, clientSecret: "x" },
      { accept: "application/json" },
    );
    expect(wrong).toMatchObject({ status: 400, json: { code: "invalidClientIdOrSecret" } });
    const none = await simulator.post(
      OPEN,
      { ...credentials, subscriptions: undefined },
      { accept: "application/json" },
    );
    expect(none).toMatchObject({ status: 400, json: { code: "invalid.param" } });
    expect((await simulator.post(OPEN, credentials, { accept: "*/*" })).text).toMatch(/^<\?xml .*<ticket>/);
  });

  test("disconnect sends the reason and closes; an event then waits for the next connection", async () => {
    const client = await join();
    await simulator.post("/_sim/stream", {
      action: "disconnect",
      reason: "persistent connection is timeout",
    });
    await until(() => client.socket.readyState === WebSocket.CLOSED);
    expect(client.frames.at(-1)).toMatchObject({ type: "SYSTEM", headers: { topic: "disconnect" } });
    expect(JSON.parse(client.frames.at(-1)!.data)).toEqual({ reason: "persistent connection is timeout" });
    await simulator.result(`${USER}/create`, person("u1", 1));
    const next = await join();
    await clock.advance(REDELIVERY_MS);
    await until(() => events(next).length === 1);
  });
});

describe("the official dingtalk-stream client", () => {
  let simulator: OpenSimulator;
  let client: DWClient;
  /**
   * The package has a constant gateway URL. The test redirects its requests to the simulator, and does not
   * change the package.
   */
  let detour: number;
  beforeAll(async () => {
    for (const method of ["info", "warn"] as const) jest.spyOn(console, method).mockImplementation(() => {});
    simulator = await openSimulator({ qps: 0 });
    detour = axios.interceptors.request.use((request) => ({
      ...request,
      url: request.url?.replace("https://api.dingtalk.com", simulator.url) ?? "",
    }));
    client = new DWClient({ clientId: "sandbox", clientSecret: "sandbox" });
  });
  afterAll(async () => {
    client.disconnect();
    axios.interceptors.request.eject(detour);
    await simulator.stop();
    jest.restoreAllMocks();
  });

  test("connects, answers pings and receives events", async () => {
    const taken: DWClientDownStream[] = [];
    client.registerAllEventListener((message) => {
      taken.push(message);
      return { status: EventAck.SUCCESS };
    });
    await client.connect();
    await until(() => client.registered);
    await simulator.result(`${USER}/create`, person("u1", 1));
    await simulator.post("/_sim/stream", { action: "ping" });
    await until(() => taken.length === 1);
    expect(taken[0]).toMatchObject({ headers: { eventType: "user_add_org", eventCorpId: "dingsandbox" } });
    expect(JSON.parse(taken[0]!.data)).toMatchObject({ userId: ["u1"] });
  });

  test("connects again after a disconnect", async () => {
    await simulator.post("/_sim/stream", { action: "disconnect" });
    await until(() => !client.registered);
    await until(() => client.registered);
    expect((await simulator.fetch("/_sim/stream")).json.connections).toHaveLength(1);
  });
});
