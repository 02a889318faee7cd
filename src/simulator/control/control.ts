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
import { createOrganisation } from "../organisation/new-organisation.ts";
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

const editSchema = z.strictObject({
  call: z.string().min(1),
  body: z.record(z.string(), z.unknown()).default({}),
});

type Body = Readonly<Record<string, unknown>>;
type Action = (body: Body) => Reply;

const streamSchema = z.strictObject({
  action: z.enum(["ping", "disconnect", "cut", "replay"]),
  times: z.number().int().min(1).max(10_000).default(1),
  reason: z.string().default("persistent connection is timeout"),
});

export interface ControlSettings {
  /** The limit after a reset. */
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

/**
 * The control addresses `/_sim/…`, which DingTalk does not have. They show the organisation, inject faults,
 * and change data as people and administrators do. They answer requests from loopback only.
 */
export function createControl(state: SimulatorState, settings: ControlSettings): (call: HttpCall) => Reply {
  const { edit, setSwitches, reset } = changesOfOrganisation(state, settings);
  const { changeFaults, setLimits, setLatency, moveClock, moveStream } = changesOfBehaviour(state, settings);
  const actions = new Map<string, Action>([
    ["GET /_sim/state", () => json(200, stateView(state.organisation))],
    ["GET /_sim/instance", () => json(200, { instance: settings.instance })],
    ["GET /_sim/calls", () => json(200, state.tally.read())],
    ["GET /_sim/faults", () => json(200, { faults: state.faults.list() })],
    ["GET /_sim/switches", () => json(200, state.organisation.switches)],
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
    if (!isLocal(call)) return problem(403, "control addresses answer requests from loopback only");
    const action = actions.get(`${call.method} ${call.path}`);
    if (!action) {
      return paths.has(call.path)
        ? problem(405, `${call.method} is not supported for ${call.path}`)
        : problem(404, `no control address ${call.path}`);
    }
    const body = readBody(call.body);
    return body ? action(body) : problem(400, "the body must be a JSON object");
  };
}

/** Control calls that change the organisation. */
function changesOfOrganisation(state: SimulatorState, settings: ControlSettings) {
  return { edit, setSwitches, reset };

  /**
   * A change by an administrator or by the person. Limits, permissions and the contact scope do not apply;
   * the rules of DingTalk do.
   */
  function edit(body: Body): Reply {
    return checked(editSchema, body, (given) => {
      const route = settings.route(given.call);
      const rule = route?.rule ?? consoleActs.get(given.call);
      if (!rule)
        return problem(
          400,
          `call must be the path of a DingTalk call or one of ${[...consoleActs.keys()].join(", ")}`,
        );
      const outcome = carryOut(state, rule, given.body, "administrator");
      if (outcome.kind === "done")
        return route?.generation === "new" ? newAnswer(outcome.answer) : oldAnswer(outcome.answer, "edit");
      return outcome.refusal.generation === "new"
        ? newRefusal(outcome.refusal, "edit")
        : oldRefusal(outcome.refusal, "edit");
    });
  }

  /** Changes the switches in the body. Other switches, people and departments stay. */
  function setSwitches(body: Body): Reply {
    return checked(switchesSchema, { ...state.organisation.switches, ...body }, (switches) => {
      state.organisation.switches = switches;
      state.journal.rewrite(state.organisation);
      settings.push.configured();
      return json(200, switches);
    });
  }

  /**
   * An empty organisation with the given switches. Faults, limits, network time, counts of calls, messages
   * and undelivered events go back to their start. Tokens stay valid, because they belong to the app. Stream
   * connections, the clock and the Workday reports stay too.
   */
  function reset(body: Body): Reply {
    return checked(switchesSchema, body, (switches) => {
      state.organisation = createOrganisation({ corpId: state.corpId, seed: state.seed, switches });
      state.journal.rewrite(state.organisation);
      state.faults.clear();
      settings.held.drop();
      state.limits.clear();
      state.limits.settings = limitsFor(settings.qps);
      state.roundTrip.set({ minMs: 0, maxMs: 0 });
      state.tally.clear();
      state.forgetEvents();
      settings.messages.forget();
      settings.push.configured();
      return json(200, { ok: true, switches });
    });
  }
}

/** Control calls that change how the simulated DingTalk behaves. */
function changesOfBehaviour(state: SimulatorState, settings: ControlSettings) {
  return { changeFaults, setLimits, setLatency, moveClock, moveStream };

  /** Adds one fault. An empty body removes all faults, counts of the limits and bans. */
  function changeFaults(body: Body): Reply {
    if (Object.keys(body).length === 0) {
      state.faults.clear();
      state.limits.clear();
      return json(200, { faults: [] });
    }
    return checked(faultSchema, body, (fault) => {
      state.faults.add(fault);
      return json(200, { faults: state.faults.list() });
    });
  }

  function setLimits(body: Body): Reply {
    return checked(limitsSchema, body, ({ qps, ...named }) => {
      state.limits.settings = limitsFor(qps, named);
      return json(200, state.limits.settings);
    });
  }

  /**
   * Sets the round trip of later calls: a random time between `minMs` and `maxMs`. Half of it passes before
   * DingTalk receives the call.
   */
  function setLatency(body: Body): Reply {
    return checked(latencySchema, body, ({ minMs, maxMs = minMs }) => {
      state.roundTrip.set({ minMs, maxMs });
      return json(200, { minMs, maxMs });
    });
  }

  /** Puts DingTalk's clock forward, so that tokens and invitations expire and windows of the limits end. */
  function moveClock(body: Body): Reply {
    return checked(clockSchema, body, ({ advanceMs }) => {
      settings.clock.advance(advanceMs);
      return json(200, { now: settings.clock.now().toISOString() });
    });
  }

  /** Makes the Stream gateway ping, disconnect or break all connections now, or send earlier events again. */
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
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Body) : undefined; // an object that is not an array has string keys
  } catch {
    return undefined; // the caller answers 400
  }
}

const problem = (status: number, error: string): Reply => json(status, { error });

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/**
 * Whether a call comes from this machine, and not from a page of another site in a browser on this machine.
 */
function isLocal(call: HttpCall): boolean {
  if (!LOOPBACK.test(call.address)) return false;
  const origin = header(call, "origin");
  if (origin === undefined) return true;
  return URL.canParse(origin) && LOOPBACK.test(new URL(origin).hostname.replace(/^\[|\]$/g, ""));
}
