import { newRequestId, oldRequestId } from "../organisation/identifiers.ts";
import type { Fields } from "../wire/fields.ts";
import type { GatewayRefusal } from "../wire/gateway-refusal.ts";
import { type Refusal, Refused, refuse } from "../wire/refusal.ts";
import { type Handling, type HttpCall, json, type Late, type Reply } from "../wire/wire.ts";
import { newAnswer, newFields, newGatewayRefusal, newRefusal, newToken } from "./api.ts";
import { banReply } from "./ban.ts";
import type { CallResult } from "./counters.ts";
import { type Fault, happensAfter, happensBefore } from "./faults.ts";
import { oldAnswer, oldFields, oldGatewayRefusal, oldRefusal, oldToken } from "./oapi.ts";
import type { Answered, OpenCall } from "./open-calls.ts";
import type { Route } from "./routes.ts";
import { carryOut, type SimulatorState } from "./state.ts";

export interface RouteTable {
  route(path: string): Route | undefined;
  open(path: string): OpenCall | undefined;
}

/** Answers the calls of apps. The checks run in this order: ban, faults, path, token, address, permission, limits, and then the rule. */
export function createGateway(world: SimulatorState, directions: RouteTable): (call: HttpCall) => Handling | Late {
  let calls = 0;
  return (call) => {
    const late = world.faults.take(call.path, happensBefore);
    if (!late) return receive(call);
    return {
      kind: "late",
      path: call.path,
      heldMs: late.delayMs,
      isLost: late.fault === "late_unanswered",
      arrive: () => receive(call),
    };
  };

  function receive(call: HttpCall): Handling {
    calls += 1;
    const { seed } = world.organisation;
    const desk = call.path.startsWith("/v1.0/")
      ? newApi(newRequestId(seed, calls))
      : legacyApi(world, call.path, oldRequestId(seed, calls));
    const { handling, fate } = handle(world, directions, desk, call);
    world.tally.add(call.path, fate);
    return handling;
  }
}

/** How one generation of the API reads calls and forms answers. */
interface ApiGeneration {
  readonly requestId: string;
  token(call: HttpCall): string | undefined;
  fields(call: HttpCall): Fields;
  answer(answer: Readonly<Record<string, unknown>>): Reply;
  refusal(refusal: Refusal): Reply;
  gatewayRefusal(refusal: GatewayRefusal): Reply;
}

const newApi = (requestId: string): ApiGeneration => ({
  requestId,
  token: newToken,
  fields: newFields,
  answer: newAnswer,
  refusal: (refusal) =>
    newRefusal(
      refusal.generation === "new" ? refusal : { generation: "new", status: 400, code: "invalid.param", message: refusal.errmsg },
      requestId,
    ),
  gatewayRefusal: (refusal) => newGatewayRefusal(refusal, requestId),
});

const legacyApi = (world: SimulatorState, path: string, requestId: string): ApiGeneration => ({
  requestId,
  token: oldToken,
  fields: (call) => oldFields(call, world.organisation.switches),
  answer: (answer) => oldAnswer(answer, requestId),
  refusal: (refusal) =>
    oldRefusal(refusal.generation === "old" ? refusal : { generation: "old", errcode: 400002, errmsg: refusal.message }, requestId),
  gatewayRefusal: (refusal) => oldGatewayRefusal(refusal, path, world.organisation.switches, requestId),
});

interface Handled {
  readonly handling: Handling;
  readonly fate: CallResult;
}

const answer = (reply: Reply, fate: CallResult, afterMs = 0): Handled => ({ handling: { kind: "answer", reply, afterMs }, fate });
const drop = (afterMs: number): Handled => ({ handling: { kind: "drop", afterMs }, fate: "failed" });

function handle(world: SimulatorState, directions: RouteTable, desk: ApiGeneration, call: HttpCall): Handled {
  const nowMs = world.clock.now().getTime();
  if (world.limits.bans(call.address, nowMs)) return answer(banReply(world.organisation.switches, desk.requestId), "refused");
  const before = world.faults.take(call.path, (kind) => !happensAfter(kind) && !happensBefore(kind));
  if (before) return insteadOf(world, directions, desk, call, before);

  const open = directions.open(call.path);
  if (open) return afterwards(world, call, open(world, call, desk.requestId));
  const route = directions.route(call.path);
  if (!route) return answer(desk.gatewayRefusal({ kind: "unknown-path" }), "refused");
  const refusal = refuses(world, desk, call, route);
  if (refusal) return answer(desk.gatewayRefusal(refusal), "refused");
  return afterwards(world, call, business(world, desk, call, route));
}

/** The reason why the gateway refuses a call. Undefined if it admits the call; an admitted call counts against the limits. */
function refuses(world: SimulatorState, desk: ApiGeneration, call: HttpCall, route: Route): GatewayRefusal | undefined {
  const nowMs = world.clock.now().getTime();
  const { ipAllowList, revokedPermissions } = world.organisation.switches;
  const token = desk.token(call);
  if (token === undefined) return { kind: "token-missing" };
  const appKey = world.tokens.owner(token, nowMs);
  if (appKey === undefined) return { kind: "token-invalid" };
  if (ipAllowList.length > 0 && !ipAllowList.includes(call.address)) return { kind: "address", address: call.address, appKey };
  if (revokedPermissions.includes(route.permission)) return { kind: "permission", permission: route.permission, appKey };
  const over = world.limits.admit(appKey, route.path, nowMs);
  if (over) return { kind: "app-rate", ...over };
  return route.paid && !world.limits.admitPaid(nowMs) ? { kind: "quota" } : undefined;
}

function business(world: SimulatorState, desk: ApiGeneration, call: HttpCall, route: Route): Answered {
  try {
    if (call.method !== route.method) {
      if (route.generation === "new") return { reply: desk.gatewayRefusal({ kind: "unknown-path" }), fate: "refused" };
      throw refuse(route.method === "GET" ? 43001 : 43002);
    }
    const outcome = carryOut(world, route.rule, desk.fields(call), "app");
    if (outcome.kind === "refused") return { reply: desk.refusal(outcome.refusal), fate: "failed" };
    return { reply: desk.answer(outcome.answer), fate: "answered" };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { reply: desk.refusal(error.refusal), fate: "failed" };
  }
}

/** The answer to an admitted call, which a fault may delay or lose. The call has been carried out. */
function afterwards(world: SimulatorState, call: HttpCall, { reply, fate }: Answered): Handled {
  if (fate === "refused") return answer(reply, fate);
  const fault = world.faults.take(call.path, happensAfter);
  if (fault?.fault === "timeout_after_commit") return drop(fault.delayMs);
  return answer(reply, fate, fault?.delayMs);
}

/** The answer of a fault that replaces the call. Nothing is carried out. */
function insteadOf(world: SimulatorState, directions: RouteTable, desk: ApiGeneration, call: HttpCall, fault: Fault): Handled {
  const nowMs = world.clock.now().getTime();
  const appKey = [...world.apps.keys()][0] ?? "";
  const refuseWith = (refusal: GatewayRefusal): Handled => answer(desk.gatewayRefusal(refusal), "refused", fault.delayMs);
  switch (fault.fault) {
    case "timeout_before":
      return drop(fault.delayMs);
    case "http500":
      return answer(desk.gatewayRefusal({ kind: "broken" }), "failed", fault.delayMs);
    case "busy":
      return answer(desk.gatewayRefusal({ kind: "busy" }), "failed", fault.delayMs);
    case "rate_limit": {
      const fromMs = Math.floor(nowMs / 1_000) * 1_000;
      return refuseWith({ kind: "app-rate", limit: world.limits.settings.qps || 20, fromMs, untilMs: fromMs + 1_000 });
    }
    case "global_limit": {
      const fromMs = Math.floor(nowMs / 1_000) * 1_000;
      return refuseWith({ kind: "global-rate", limit: 1_200, fromMs, untilMs: fromMs + 1_000 });
    }
    case "quota":
      return refuseWith({ kind: "quota" });
    case "token_expired":
      return refuseWith({ kind: "token-invalid" });
    case "permission":
      return refuseWith({ kind: "permission", permission: directions.route(call.path)?.permission ?? "qyapi_base", appKey });
    case "ip_ban":
      if (fault.times === undefined) world.limits.ban(call.address, nowMs);
      return answer(banReply(world.organisation.switches, desk.requestId), "refused", fault.delayMs);
    case "refusal":
      return answer(spoken(desk, fault.answer ?? {}), saidByGateway(fault.answer) ? "refused" : "failed", fault.delayMs);
    case "slow":
    case "late":
    case "late_unanswered":
    case "timeout_after_commit":
      throw new Error(`${fault.fault} happens before or after the call, not instead of it`);
  }
}

const saidByGateway = (answer: Fault["answer"]): boolean =>
  answer?.sub_code !== undefined || (answer?.code?.startsWith("Forbidden.") ?? false);

/** The answer of the fault `refusal` (docs/dingtalk.md 12): `code` with its HTTP status, `errcode` at the top level, or `sub_code` below `errcode` 88. */
function spoken(
  desk: ApiGeneration,
  { errcode, sub_code, code, status = 400, message = "", fields = {} }: NonNullable<Fault["answer"]>,
): Reply {
  if (code !== undefined) return json(status, { code, message, requestid: desk.requestId, ...fields });
  if (sub_code === undefined) return json(200, { errcode, errmsg: message, request_id: desk.requestId, ...fields });
  const errmsg = `ding talk error[subcode=${sub_code},submsg=${message}]`;
  return json(200, { errcode: 88, sub_code, sub_msg: message, errmsg, request_id: desk.requestId, ...fields });
}
