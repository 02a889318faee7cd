import { randomUUID } from "node:crypto";
import { type Clock, systemClock } from "../../../src/core/clock.ts";
import type { EntityKind, EntityRef } from "../../../src/core/entity.ts";
import type { TargetAdapter } from "../../../src/reconcile/target.ts";
import { TargetError, type Written } from "../../../src/reconcile/target-failures.ts";
import type { Attributes } from "../../../src/reconcile/target-values.ts";
import { createSimulator } from "../../../src/simulator/server.ts";
import type { DingTalkConfig } from "../../../src/targets/dingtalk/config.ts";
import { createDingTalkTarget } from "../../../src/targets/dingtalk/index.ts";
import { createPauses, createToken, type WatchedLimiter } from "../../support/limiter.ts";

/** A simulated organisation and an adapter connected to it. */
export interface TestOrganisation {
  readonly target: ReturnType<typeof createDingTalkTarget>;
  readonly limiter: WatchedLimiter;
  readonly url: string;
  /** Another adapter on the same organisation, set up differently. */
  connect(config: Partial<DingTalkConfig>, clock?: Clock): ReturnType<typeof createDingTalkTarget>;
  /** A control address of the simulator, e.g. `faults`. */
  control(address: string, body: object): Promise<unknown>;
  state(): Promise<SimulatedState>;
  /** How often each path was called since the last reset. */
  calls(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

export interface SimulatedState {
  readonly departments: readonly Readonly<Record<string, unknown>>[];
  readonly users: readonly Readonly<Record<string, unknown>>[];
  readonly roles: readonly Readonly<Record<string, unknown>>[];
}

/** Real time, but nobody waits: a listing repeats its pages at once. */
const impatient: Clock = { ...systemClock, sleep: async () => {} };

/** `switches` as `POST /_sim/reset` takes them. No limits unless a test sets them. */
export async function openOrganisation(
  switches: object = {},
  config: Partial<DingTalkConfig> = {},
): Promise<TestOrganisation> {
  const simulator = createSimulator({
    appKey: "sandbox",
    appSecret: "sandbox",
    corpId: "dingsandbox",
    qps: 0,
  });
  const { url } = await simulator.start();
  const limiter = createPauses(systemClock);
  const opened: { close(): void }[] = [];

  const connect: TestOrganisation["connect"] = (own, clock = impatient) => {
    const target = createDingTalkTarget(
      {
        appKey: "sandbox",
        appSecret: "sandbox",
        corpId: "dingsandbox",
        oapiUrl: url,
        apiUrl: url,
        qps: 15,
        ...config,
        ...own,
      },
      { clock, limiter, tokens: createToken(clock), random: () => 0 },
    );
    opened.push(target);
    return target;
  };
  const control = async (address: string, body: object): Promise<unknown> => {
    const response = await fetch(`${url}/_sim/${address}`, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`the simulator refused ${address}: ${await response.text()}`);
    return response.json();
  };
  const get = async (address: string): Promise<unknown> => (await fetch(`${url}/_sim/${address}`)).json();

  if (Object.keys(switches).length > 0) await control("reset", switches);
  return {
    target: connect({}),
    limiter,
    url,
    connect,
    control,
    // The simulator's control answers are described in its own tests.
    state: async () => (await get("state")) as SimulatedState,
    calls: async () => {
      const { calls } = (await get("calls")) as {
        readonly calls: Readonly<Record<string, { readonly count: number }>>;
      };
      return Object.fromEntries(Object.entries(calls).map(([path, { count }]) => [path, count]));
    },
    close: async () => {
      for (const target of opened) target.close();
      await simulator.stop();
    },
  };
}

/** For calls nobody aborts. */
export const calmly = { signal: new AbortController().signal };

/** Somebody with a number of their own, in the root. */
export const person = (n: number, more: Attributes = {}): Attributes => ({
  name: `陳大文 ${n}`,
  mobile: `+852-9${String(1_000_000 + n)}`,
  departments: ["1"],
  ...more,
});

export const newRef = (kind: EntityKind): EntityRef => ({ kind, id: randomUUID() });

/** Shapes and creates, as the reconcile loop does. */
export function create(
  target: TargetAdapter,
  ref: EntityRef,
  requested: Attributes,
  resume = false,
): Promise<Written> {
  return target.create(ref, target.normalize(ref.kind, requested).attributes, { ...calmly, resume });
}

/** The TargetError something is rejected with. */
export async function failureOf(act: Promise<unknown>): Promise<TargetError> {
  try {
    await act;
  } catch (error) {
    if (error instanceof TargetError) return error;
    throw error;
  }
  throw new Error("nothing was rejected");
}

/** The TargetError that says why something, or one value of it, was not taken. */
export async function refusalOf(act: Promise<unknown>): Promise<TargetError> {
  let done: Partial<Written>;
  try {
    done = (await act) as Written; // only writes are tried with this
  } catch (error) {
    if (error instanceof TargetError) return error;
    throw error;
  }
  const [first] = done.refused ?? [];
  const [note] = done.notes ?? [];
  if (first) return first.error;
  throw new Error(note ? `only noted: ${note.code}` : "nothing was refused");
}
