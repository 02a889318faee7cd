import { type Clock, systemClock } from "../../../src/core/clock.ts";
import type { ListeningState, TargetHint } from "../../../src/reconcile/target-hints.ts";
import { createClient } from "../../../src/targets/dingtalk/client/client.ts";
import { listen } from "../../../src/targets/dingtalk/stream/listen.ts";
import { createPauses, createToken } from "../../support/limiter.ts";
import { type OpenSimulator, openSimulator, person } from "../simulator/open-simulator.ts";

/* The connection to the Stream gateway, in good days and bad ones. */

interface Listening {
  readonly hints: TargetHint[];
  readonly states: ListeningState[];
  stop(): Promise<void>;
}

let simulator: OpenSimulator;
const running: Listening[] = [];

beforeEach(async () => {
  simulator = await openSimulator({ qps: 0 });
});
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
  await simulator.stop();
});

function start(
  more: {
    readonly clock?: Clock;
    readonly silentMs?: number;
    readonly receive?: (hints: readonly TargetHint[]) => void;
  } = {},
): Listening {
  const { clock = systemClock, silentMs = 60_000, receive } = more;
  const config = {
    appKey: "sandbox",
    appSecret: "sandbox",
    corpId: "dingsandbox",
    oapiUrl: simulator.url,
    apiUrl: simulator.url,
    qps: 0,
  };
  const client = createClient(config, {
    clock,
    limiter: createPauses(clock),
    tokens: createToken(clock),
    random: () => 0,
  });
  const stopping = new AbortController();
  const [hints, states]: [TargetHint[], ListeningState[]] = [[], []];
  const listener = {
    async receive(heard: readonly TargetHint[]) {
      receive?.(heard);
      hints.push(...heard);
    },
    alive: () => undefined,
    state: (state: ListeningState) => void states.push(state),
  };
  const listening = listen(
    config,
    { client, clock, random: () => 0, region: "HK", silentMs },
    listener,
    stopping.signal,
  );
  const each = {
    hints,
    states,
    async stop() {
      stopping.abort();
      await listening;
      client.close();
    },
  };
  running.push(each);
  return each;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = systemClock.monotonicMs() + 60_000;
  while (!(await holds())) {
    if (systemClock.monotonicMs() > endMs) throw new Error("it did not come true");
    await systemClock.sleep(10);
  }
}

const control = (path: string, body: unknown) => simulator.post(`/_sim/${path}`, body);
const add = (n: number) => control("edit", { call: "/topapi/v2/user/create", body: person(`p${n}`, n) });
const heard = ({ hints }: Listening, n: number) =>
  hints.some(({ about }) => about.some(({ remoteId }) => remoteId === `p${n}`));
const isListening = ({ states }: Listening) => states.at(-1)?.kind === "listening";

test("what happened is heard once it is stored, and comes again when it could not be", async () => {
  let broken = true;
  const listening = start({
    receive() {
      if (broken) throw new Error("the database is away");
    },
  });
  await until(() => isListening(listening));
  await add(1);
  await systemClock.sleep(50);
  broken = false;
  await control("stream", { action: "replay" });
  await until(() => heard(listening, 1));
  expect(listening.hints.filter(({ type }) => type === "user_add_org")).toHaveLength(1);
});

test("asked to come back, it has a new connection at once and goes on hearing", async () => {
  const listening = start();
  await until(() => isListening(listening));
  await control("stream", { action: "disconnect" });
  await until(() => listening.states.length === 2);
  await add(2);
  await until(() => heard(listening, 2));
  expect(listening.states.map(({ kind }) => kind)).toEqual(["listening", "listening"]);
});

test("a connection that breaks is made anew", async () => {
  const listening = start();
  await until(() => isListening(listening));
  await control("stream", { action: "cut" });
  await until(() => listening.states.length === 3);
  expect(listening.states.map(({ kind }) => kind)).toEqual(["listening", "disconnected", "listening"]);
  await add(3);
  await until(() => heard(listening, 3));
});

test.each(["everything", "reconnected"] as const)(
  "a gateway that is silent (%s) is left, until it speaks again",
  async (silent) => {
    const listening = start({ silentMs: 400 });
    await until(() => isListening(listening));
    await control("switches", { stream: { silent } });
    if (silent === "reconnected") await control("stream", { action: "cut" });
    await until(() => listening.states.filter(({ kind }) => kind === "disconnected").length >= 2);
    await control("switches", { stream: {} });
    await until(() => isListening(listening));
    await add(4);
    await until(() => heard(listening, 4));
  },
);

test("a live connection without events stays: pings are answered", async () => {
  await control("switches", { stream: { silent: "events" } });
  const listening = start({ silentMs: 300 });
  await until(() => isListening(listening));
  await add(5);
  await systemClock.sleep(1_000);
  expect([listening.states.length, listening.hints.length]).toEqual([1, 0]);
});

test.each([
  ["opening", 1_000],
  ["connecting", 100],
] as const)(
  "refused connections (%s, %i of them) are at most one a second, with growing pauses",
  async (refuses, count) => {
    await control("switches", { stream: { refuses } });
    const clock = createHurriedClock();
    const listening = start({ clock });
    await until(() => listening.states.length >= count);
    const seconds = clock.monotonicMs() / 1_000;
    expect(seconds).toBeGreaterThan(count);
    expect(listening.states.every(({ kind }) => kind === "disconnected")).toBe(true);
    expect(listening.states.at(-1)).toMatchObject({ end: "refused", failures: listening.states.length });
    await control("switches", { stream: {} });
    await until(() => isListening(listening));
  },
);

/** Sleeps are over at once, and as long as they say. */
function createHurriedClock(): Clock {
  let ms = 0;
  return {
    now: () => new Date(Date.UTC(2026, 0, 1) + ms),
    monotonicMs: () => ms,
    async sleep(forMs, signal) {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      ms += forMs;
    },
  };
}
