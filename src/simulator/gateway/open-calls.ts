import { text } from "../wire/fields.ts";
import { Refused } from "../wire/refusal.ts";
import { decodedPart, type HttpCall, json, type Reply } from "../wire/wire.ts";
import { newFields, newGatewayRefusal, newRefusal } from "./api.ts";
import type { CallResult } from "./counters.ts";
import { oldGatewayRefusal } from "./oapi.ts";
import type { SimulatorState } from "./state.ts";
import { TOKEN_SECONDS } from "./tokens.ts";

export interface Answered {
  readonly reply: Reply;
  readonly result: CallResult;
}

/** A call with credentials of its own instead of an access token (docs/dingtalk.md 2.1, 10.2, 11.1). */
export type OpenCall = (state: SimulatorState, call: HttpCall, requestId: string) => Answered;

const CORP_TOKEN = /^\/v1\.0\/oauth2\/([^/]+)\/token$/;

/** The token call of this path. Undefined for all other paths. */
export function tokenCall(path: string): OpenCall | undefined {
  if (path === "/gettoken") return getToken;
  if (path === "/v1.0/oauth2/accessToken") return accessToken;
  const part = CORP_TOKEN.exec(path)?.[1];
  return part === undefined ? undefined : corpToken(decodedPart(part));
}

/** `GET /gettoken`: reads the query only, and ignores a body. */
const getToken: OpenCall = (state, call, requestId) => {
  const { appkey, appsecret } = call.query;
  if (!appkey || !appsecret)
    return failed(json(200, { errcode: 40035, errmsg: "缺少参数 corpid or appkey" }));
  if (state.apps.get(appkey) !== appsecret)
    return failed(json(200, { errcode: 40096, errmsg: "不合法的appKey或appSecret" }));
  const over = overrun(state, appkey, call.path);
  if (over) return refused(oldGatewayRefusal(over, call.path, state.organisation.switches, requestId));
  return answered({
    errcode: 0,
    errmsg: "ok",
    access_token: state.tokens.issue(appkey, nowMs(state)),
    expires_in: TOKEN_SECONDS,
  });
};

/**
 * `POST /v1.0/oauth2/accessToken`. The answer has `expireIn`, and not `expires_in` like the other token
 * calls.
 */
const accessToken: OpenCall = (state, call, requestId) =>
  newTokenCall(state, call, requestId, (fields) => {
    const [appKey, appSecret] = [text(fields, "appKey"), text(fields, "appSecret")];
    if (!appKey || state.apps.get(appKey) !== appSecret)
      return [400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret"];
    return { appKey, answer: (accessToken) => ({ accessToken, expireIn: TOKEN_SECONDS }) };
  });

/** `POST /v1.0/oauth2/{corpId}/token`, for internal apps and for apps of other vendors. */
const corpToken =
  (corpId: string | undefined): OpenCall =>
  (state, call, requestId) =>
    newTokenCall(state, call, requestId, (fields) => {
      if (corpId !== state.corpId) return [500, "unknownError", "未知错误"];
      if (text(fields, "grant_type") !== "client_credentials")
        return [400, "unsupported.grant.type", "不支持的grant_type"];
      const appKey = text(fields, "client_id");
      if (!appKey || state.apps.get(appKey) !== text(fields, "client_secret"))
        return [400, "invalid.client", "无效的client"];
      return { appKey, answer: (access_token) => ({ access_token, expires_in: TOKEN_SECONDS }) };
    });

type Granted = { readonly appKey: string; readonly answer: (token: string) => Record<string, unknown> };
type Denied = readonly [status: number, code: string, message: string];

function newTokenCall(
  state: SimulatorState,
  call: HttpCall,
  requestId: string,
  check: (fields: Readonly<Record<string, unknown>>) => Granted | Denied,
): Answered {
  if (call.method !== "POST") return refused(newGatewayRefusal({ kind: "unknown-path" }, requestId));
  try {
    const checked = check(newFields(call));
    if (!("appKey" in checked)) {
      const [status, code, message] = checked;
      return failed(newRefusal({ generation: "new", status, code, message }, requestId));
    }
    const over = overrun(state, checked.appKey, call.path);
    if (over) return refused(newGatewayRefusal(over, requestId));
    return answered(checked.answer(state.tokens.issue(checked.appKey, nowMs(state))));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return failed(
      newRefusal(
        { generation: "new", status: 400, code: "invalid.param", message: error.message },
        requestId,
      ),
    );
  }
}

/**
 * The limit that a token call exceeds: the ordinary one per second, or that for token calls per minute
 * (docs/dingtalk.md 13.1).
 */
function overrun(state: SimulatorState, appKey: string, api: string) {
  const now = nowMs(state);
  const second = state.limits.admit(appKey, api, now);
  if (second) return { kind: "app-rate", ...second } as const;
  const minute = state.limits.admitToken(appKey, now);
  return minute ? ({ kind: "app-rate-minute", ...minute } as const) : undefined;
}

const nowMs = (state: SimulatorState): number => state.clock.now().getTime();
const answered = (body: unknown): Answered => ({ reply: json(200, body), result: "answered" });
const refused = (reply: Reply): Answered => ({ reply, result: "refused" });
const failed = (reply: Reply): Answered => ({ reply, result: "failed" });
