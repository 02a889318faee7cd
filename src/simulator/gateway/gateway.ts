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

/**
 * Answers the calls of apps. The checks run in this order: ban, faults, path, token, address, permission,
 * limits, and then the rule.
 */
export function createGateway(state: SimulatorState, table: RouteTable): (call: HttpCall) => Handling | Late {
  let calls = 0;
  return (call) => {
    const late = state.faults.take(call.path, happensBefore);
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
    const { seed } = state.organisation;
    const api = call.path.startsWith("/v1.0/")
      ? newApi(newRequestId(seed, calls))
      : legacyApi(state, call.path, oldRequestId(seed, calls));
    const { handling, result } = handle(state, table, api, call);
    state.tally.add(call.path, result);
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
      refusal.generation === "new"
        ? refusal
        : { generation: "new", status: 400, code: "invalid.param", message: refusal.errmsg },
      requestId,
    ),
  gatewayRefusal: (refusal) => newGatewayRefusal(refusal, requestId),
});

const legacyApi = (state: SimulatorState, path: string, requestId: string): ApiGeneration => ({
  requestId,
  token: oldToken,
  fields: (call) => oldFields(call, state.organisation.switches),
  answer: (answer) => oldAnswer(answer, requestId),
  refusal: (refusal) =>
    oldRefusal(
      refusal.generation === "old"
        ? refusal
        : { generation: "old", errcode: 400002, errmsg: refusal.message },
      requestId,
    ),
  gatewayRefusal: (refusal) => oldGatewayRefusal(refusal, path, state.organisation.switches, requestId),
});

interface Handled {
  readonly handling: Handling;
  readonly result: CallResult;
}

const answer = (reply: Reply, result: CallResult, afterMs = 0): Handled => ({
  handling: { kind: "answer", reply, afterMs },
  result,
});
const drop = (afterMs: number): Handled => ({ handling: { kind: "drop", afterMs }, result: "failed" });

function handle(state: SimulatorState, table: RouteTable, api: ApiGeneration, call: HttpCall): Handled {
  const nowMs = state.clock.now().getTime();
  if (state.limits.bans(call.address, nowMs))
    return answer(banReply(state.organisation.switches, api.requestId), "refused");
  const before = state.faults.take(call.path, (kind) => !happensAfter(kind) && !happensBefore(kind));
  if (before) return replacedBy(state, table, api, call, before);

  const open = table.open(call.path);
  if (open) return afterCall(state, call, open(state, call, api.requestId));
  const route = table.route(call.path);
  if (!route) return answer(api.gatewayRefusal({ kind: "unknown-path" }), "refused");
  const refusal = refuses(state, api, call, route);
  if (refusal) return answer(api.gatewayRefusal(refusal), "refused");
  return afterCall(state, call, business(state, api, call, route));
}

/**
 * The reason why the gateway refuses a call. Undefined if it admits the call; an admitted call counts against
 * the limits.
 */
function refuses(
  state: SimulatorState,
  api: ApiGeneration,
  call: HttpCall,
  route: Route,
): GatewayRefusal | undefined {
  const nowMs = state.clock.now().getTime();
  const { ipAllowList, revokedPermissions } = state.organisation.switches;
  const token = api.token(call);
  if (token === undefined) return { kind: "token-missing" };
  const appKey = state.tokens.owner(token, nowMs);
  if (appKey === undefined) return { kind: "token-invalid" };
  if (ipAllowList.length > 0 && !ipAllowList.includes(call.address))
    return { kind: "address", address: call.address, appKey };
  if (revokedPermissions.includes(route.permission))
    return { kind: "permission", permission: route.permission, appKey };
  const over = state.limits.admit(appKey, route.path, nowMs);
  if (over) return { kind: "app-rate", ...over };
  return route.paid && !state.limits.admitPaid(nowMs) ? { kind: "quota" } : undefined;
}

function business(state: SimulatorState, api: ApiGeneration, call: HttpCall, route: Route): Answered {
  try {
    if (call.method !== route.method) {
      if (route.generation === "new")
        return { reply: api.gatewayRefusal({ kind: "unknown-path" }), result: "refused" };
      throw refuse(route.method === "GET" ? 43001 : 43002);
    }
    const outcome = carryOut(state, route.rule, api.fields(call), "app");
    if (outcome.kind === "refused") return { reply: api.refusal(outcome.refusal), result: "failed" };
    return { reply: api.answer(outcome.answer), result: "answered" };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { reply: api.refusal(error.refusal), result: "failed" };
  }
}

/** The answer to an admitted call, which a fault may delay or lose. The call has been carried out. */
function afterCall(state: SimulatorState, call: HttpCall, { reply, result }: Answered): Handled {
  if (result === "refused") return answer(reply, result);
  const fault = state.faults.take(call.path, happensAfter);
  if (fault?.fault === "timeout_after_commit") return drop(fault.delayMs);
  return answer(reply, result, fault?.delayMs);
}

/** The answer of a fault that replaces the call. Nothing is carried out. */
function replacedBy(
  state: SimulatorState,
  table: RouteTable,
  api: ApiGeneration,
  call: HttpCall,
  fault: Fault,
): Handled {
  const nowMs = state.clock.now().getTime();
  const appKey = [...state.apps.keys()][0] ?? "";
  const refuseWith = (refusal: GatewayRefusal): Handled =>
    answer(api.gatewayRefusal(refusal), "refused", fault.delayMs);
  switch (fault.fault) {
    case "timeout_before":
      return drop(fault.delayMs);
    case "http500":
      return answer(api.gatewayRefusal({ kind: "broken" }), "failed", fault.delayMs);
    case "busy":
      return answer(api.gatewayRefusal({ kind: "busy" }), "failed", fault.delayMs);
    case "rate_limit": {
      const fromMs = Math.floor(nowMs / 1_000) * 1_000;
      return refuseWith({
        kind: "app-rate",
        limit: state.limits.settings.qps || 20,
        fromMs,
        untilMs: fromMs + 1_000,
      });
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
      return refuseWith({
        kind: "permission",
        permission: table.route(call.path)?.permission ?? "qyapi_base",
        appKey,
      });
    case "ip_ban":
      if (fault.times === undefined) state.limits.ban(call.address, nowMs);
      return answer(banReply(state.organisation.switches, api.requestId), "refused", fault.delayMs);
    case "refusal":
      return answer(
        refusalAnswer(api, fault.answer ?? {}),
        isGatewayRefusal(fault.answer) ? "refused" : "failed",
        fault.delayMs,
      );
    case "slow":
    case "late":
    case "late_unanswered":
    case "timeout_after_commit":
      throw new Error(`${fault.fault} happens before or after the call, not instead of it`);
  }
}

const isGatewayRefusal = (answer: Fault["answer"]): boolean =>
  answer?.sub_code !== undefined || (answer?.code?.startsWith("Forbidden.") ?? false);

/**
 * The answer of the fault `refusal` (docs/dingtalk.md 12): `code` with its HTTP status, `errcode` at the top
 * level, or `sub_code` below `errcode` 88.
 */
function refusalAnswer(
  api: ApiGeneration,
  { errcode, sub_code, code, status = 400, message = "", fields = {} }: NonNullable<Fault["answer"]>,
): Reply {
  if (code !== undefined) return json(status, { code, message, requestid: api.requestId, ...fields });
  if (sub_code === undefined)
    return json(200, { errcode, errmsg: message, request_id: api.requestId, ...fields });
  const errmsg = `ding talk error[subcode=${sub_code},submsg=${message}]`;
  return json(200, { errcode: 88, sub_code, sub_msg: message, errmsg, request_id: api.requestId, ...fields });
}
