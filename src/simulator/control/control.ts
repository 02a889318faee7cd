import { z } from "zod";
import type { Messages } from "../events/messages.ts";
import type { Push } from "../events/push.ts";
import type { StreamGateway } from "../events/stream.ts";
import { newAnswer, newRefusal } from "../gateway/api.ts";
import { faultSchema } from "../gateway/faults.ts";
import { limitsFor } from "../gateway/limits.ts";
import { oldAnswer, oldRefusal } from "../gateway/oapi.ts";
import type { Route } from "../gateway/routes.ts";
import { carryOut, type SimulatorState } from "../gateway/state.ts";
import { createOrganisation } from "../organisation/organisation.ts";
import { describeIssues, switchesSchema } from "../organisation/switches.ts";
import { type HttpCall, header, json, type Reply } from "../wire/wire.ts";
import type { Reports } from "../workday/reports.ts";
import { consoleActs } from "./console.ts";
import type { HeldCalls } from "./held-calls.ts";
import type { MovableClock } from "./movable-clock.ts";
import { stateView } from "./state-view.ts";

const limitsSchema = z.strictObject({
  qps: z.number().min(0).max(1_000_000),
  tokensPerMinute: z.number().int().min(0).optional(),
  addressCalls: z.number().int().min(0).optional(),
  paidCallsPerMonth: z.number().int().min(0).optional(),
});

const latencySchema = z
  .strictObject({ minMs: z.number().min(0).max(600_000), maxMs: z.number().min(0).max(600_000).optional() })
  .refine(({ minMs, maxMs = minMs }) => minMs <= maxMs, "minMs must not be above maxMs");

const clockSchema = z.strictObject({ advanceMs: z.number().int().min(0) });

const editSchema = z.strictObject({ call: z.string().min(1), body: z.record(z.string(), z.unknown()).default({}) });

type Body = Readonly<Record<string, unknown>>;
type Action = (body: Body) => Reply;

const streamSchema = z.strictObject({
  action: z.enum(["ping", "disconnect", "cut", "replay"]),
  times: z.number().int().min(1).max(10_000).default(1),
  reason: z.string().default("persistent connection is timeout"),
});

export interface ControlSettings {
  /** The limit a reset goes back to. */
  readonly qps: number;
  route(path: string): Route | undefined;
  readonly stream: StreamGateway;
  readonly push: Push;
  readonly messages: Messages;
  readonly reports: Reports;
  readonly clock: MovableClock;
  readonly held: HeldCalls;
  /** See simulator/instance.ts. */
  readonly instance: string | null;
}

export const isControl = (path: string): boolean => path.startsWith("/_sim/");

/** The addresses that are not DingTalk's: look at the organisation, break it, change it behind the app's back. Loopback only. */
export function createControl(world: SimulatorState, settings: ControlSettings): (call: HttpCall) => Reply {
  const { edit, setSwitches, reset } = changesOfOrganisation(world, settings);
  const { changeFaults, setLimits, setLatency, moveClock, moveStream } = changesOfBehaviour(world, settings);
  const actions = new Map<string, Action>([
    ["GET /_sim/state", () => json(200, stateView(world.organisation))],
    ["GET /_sim/instance", () => json(200, { instance: settings.instance })],
    ["GET /_sim/calls", () => json(200, world.tally.read())],
    ["GET /_sim/faults", () => json(200, { faults: world.faults.list() })],
    ["GET /_sim/switches", () => json(200, world.organisation.switches)],
    ["GET /_sim/messages", () => json(200, { messages: settings.messages.list() })],
    ["GET /_sim/robot", () => json(200, { messages: settings.messages.byRobots() })],
    ["GET /_sim/stream", () => json(200, { connections: settings.stream.connections() })],
    ["GET /_sim/held", () => json(200, { held: settings.held.paths() })],
    ["POST /_sim/release", () => json(200, { released: settings.held.release() })],
    ["POST /_sim/clock", moveClock],
    ["POST /_sim/stream", moveStream],
    ["POST /_sim/faults", changeFaults],
    ["POST /_sim/edit", edit],
    ["POST /_sim/limits", setLimits],
    ["POST /_sim/latency", setLatency],
    ["POST /_sim/switches", setSwitches],
    ["POST /_sim/workday", (body) => settings.reports.put(body)],
    ["POST /_sim/reset", reset],
  ]);
  const paths = new Set([...actions.keys()].map((key) => key.slice(key.indexOf(" ") + 1)));

  return (call) => {
    if (!isLocal(call)) return problem(403, "control addresses answer on loopback only");
    const action = actions.get(`${call.method} ${call.path}`);
    if (!action) {
      return paths.has(call.path) ? problem(405, `${call.method} is not possible here`) : problem(404, `no control address ${call.path}`);
    }
    const body = readBody(call.body);
    return body ? action(body) : problem(400, "the body must be a JSON object");
  };
}

/** What the organisation is. */
function changesOfOrganisation(world: SimulatorState, settings: ControlSettings) {
  return { edit, setSwitches, reset };

  /** A change by an administrator or by the person: the rules hold, limits, permissions and contact scope do not. */
  function edit(body: Body): Reply {
    return checked(editSchema, body, (given) => {
      const route = settings.route(given.call);
      const rule = route?.rule ?? consoleActs.get(given.call);
      if (!rule) return problem(400, `call must be the path of a DingTalk call or one of ${[...consoleActs.keys()].join(", ")}`);
      const outcome = carryOut(world, rule, given.body, "administrator");
      if (outcome.kind === "done") return route?.generation === "new" ? newAnswer(outcome.answer) : oldAnswer(outcome.answer, "edit");
      return outcome.refusal.generation === "new" ? newRefusal(outcome.refusal, "edit") : oldRefusal(outcome.refusal, "edit");
    });
  }

  /** Changes only what is named; people and departments stay. */
  function setSwitches(body: Body): Reply {
    return checked(switchesSchema, { ...world.organisation.switches, ...body }, (switches) => {
      world.organisation.switches = switches;
      world.journal.rewrite(world.organisation);
      settings.push.configured();
      return json(200, switches);
    });
  }

  /** An empty organisation with the given switches, no faults, default limits, counts at 0. Tokens stay good: they belong to the app. */
  function reset(body: Body): Reply {
    return checked(switchesSchema, body, (switches) => {
      world.organisation = createOrganisation({ corpId: world.corpId, seed: world.seed, switches });
      world.journal.rewrite(world.organisation);
      world.faults.clear();
      settings.held.drop();
      world.limits.forgive();
      world.limits.settings = limitsFor(settings.qps);
      world.roundTrip.set({ minMs: 0, maxMs: 0 });
      world.tally.clear();
      world.forgetEvents();
      settings.messages.forget();
      settings.push.configured();
      return json(200, { ok: true, switches });
    });
  }
}

/** How its DingTalk behaves. */
function changesOfBehaviour(world: SimulatorState, settings: ControlSettings) {
  return { changeFaults, setLimits, setLatency, moveClock, moveStream };

  /** Adds one fault; an empty body clears all of them and lifts bans. */
  function changeFaults(body: Body): Reply {
    if (Object.keys(body).length === 0) {
      world.faults.clear();
      world.limits.forgive();
      return json(200, { faults: [] });
    }
    return checked(faultSchema, body, (fault) => {
      world.faults.add(fault);
      return json(200, { faults: world.faults.list() });
    });
  }

  function setLimits(body: Body): Reply {
    return checked(limitsSchema, body, ({ qps, ...named }) => {
      world.limits.settings = limitsFor(qps, named);
      return json(200, world.limits.settings);
    });
  }

  /** The round trip of every call from now on, between two times; half of it passes before DingTalk sees the call. */
  function setLatency(body: Body): Reply {
    return checked(latencySchema, body, ({ minMs, maxMs = minMs }) => {
      world.roundTrip.set({ minMs, maxMs });
      return json(200, { minMs, maxMs });
    });
  }

  /** Puts DingTalk's clock forward: tokens and invitations end, and limits count anew. */
  function moveClock(body: Body): Reply {
    return checked(clockSchema, body, ({ advanceMs }) => {
      settings.clock.advance(advanceMs);
      return json(200, { now: settings.clock.now().toISOString() });
    });
  }

  /** What the Stream gateway does by itself after minutes or hours, now; and events of before once more. */
  function moveStream(body: Body): Reply {
    return checked(streamSchema, body, ({ action, reason, times }) => {
      if (action === "ping") settings.stream.ping();
      else if (action === "disconnect") settings.stream.disconnect(reason);
      else if (action === "cut") settings.stream.cut();
      else settings.stream.replay(times);
      return json(200, { connections: settings.stream.connections() });
    });
  }
}

function checked<T>(schema: z.ZodType<T>, body: Body, act: (value: T) => Reply): Reply {
  const parsed = schema.safeParse(body);
  return parsed.success ? act(parsed.data) : problem(400, describeIssues(parsed.error));
}

function readBody(text: string): Body | undefined {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Body) : undefined; // an object has string keys
  } catch {
    return undefined; // the caller answers 400
  }
}

const problem = (status: number, error: string): Reply => json(status, { error });

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** From this machine, and not from a page of somewhere else that a browser on this machine shows. */
function isLocal(call: HttpCall): boolean {
  if (!LOOPBACK.test(call.address)) return false;
  const origin = header(call, "origin");
  if (origin === undefined) return true;
  return URL.canParse(origin) && LOOPBACK.test(new URL(origin).hostname.replace(/^\[|\]$/g, ""));
}
