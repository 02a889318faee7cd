import type { Fields } from "../wire/fields.ts";
import { beijingTime, type GatewayRefusal } from "../wire/gateway-refusal.ts";
import { type Refusal, Refused, refuseNew } from "../wire/refusal.ts";
import { type HttpCall, header, json, type Reply } from "../wire/wire.ts";

/*
 * Envelopes of the new API (docs/dingtalk.md 3): plain JSON for a success; `code`, `message` and `requestid`
 * (all lower-case) for a failure.
 */

export const newAnswer = (answer: Readonly<Record<string, unknown>>): Reply => json(200, answer);

export const newRefusal = (refusal: Extract<Refusal, { generation: "new" }>, requestId: string): Reply =>
  json(refusal.status, { code: refusal.code, message: refusal.message, requestid: requestId });

/**
 * The answer to a refusal of the gateway. In the new API a bad token is HTTP 400, and a throttle is HTTP 403
 * (docs/dingtalk.md 2.2, 9.2).
 */
export function newGatewayRefusal(refusal: GatewayRefusal, requestId: string): Reply {
  const answer = (status: number, code: string, message: string, more: Record<string, unknown> = {}): Reply =>
    json(status, { code, message, requestid: requestId, ...more });
  const limited = "您的企业应用调用钉钉开放平台当前接口的所有请求都被暂时禁用了";
  switch (refusal.kind) {
    case "token-missing":
      return answer(400, "AuthenticationFailed.MissingParameter", "缺少参数：x-acs-dingtalk-access-token");
    case "token-invalid":
      return answer(400, "InvalidAuthentication", "不合法的access_token");
    case "permission":
      return answer(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", "没有调用该接口的权限", {
        accessdenieddetail: { requiredScopes: [refusal.permission] },
      });
    case "address":
      return answer(
        403,
        "Forbidden.AccessDenied.IpNotInWhiteList",
        `访问ip不在白名单之中,request ip=${refusal.address} appKey(${refusal.appKey})`,
      );
    case "app-rate":
      return answer(
        403,
        "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi",
        `${limited}, 限制将在 ${beijingTime(refusal.untilMs)} 结束.`,
      );
    case "app-rate-minute":
      return answer(
        403,
        "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi",
        `${limited}, 限制将在 ${beijingTime(refusal.untilMs)} 结束.`,
      );
    case "global-rate":
      return answer(
        403,
        "Forbidden.AccessDenied.QpsLimitForApi",
        `${limited}, 限制将在 ${beijingTime(refusal.untilMs)} 结束.`,
      );
    case "quota":
      return answer(403, "Forbidden.AccessDenied.ApiCountLimitForOrg", "您的企业调用接口次数已超出本月配额");
    case "unknown-path":
      return answer(
        404,
        "InvalidAction.NotFound",
        "Specified api is not found, please check your url and method.",
      );
    case "busy":
      return answer(500, "system.busy", "系统繁忙");
    case "broken":
      return answer(500, "unknownError", "未知错误");
  }
}

/** The access token of a call. The new API reads it from this header only (docs/dingtalk.md 2.2). */
export const newToken = (call: HttpCall): string | undefined =>
  header(call, "x-acs-dingtalk-access-token") || undefined;

/** Query and JSON body, merged. Throws `Refused` if the body is not a JSON object. */
export function newFields(call: HttpCall): Fields {
  if (call.body.trim() === "") return call.query;
  let value: unknown;
  try {
    value = JSON.parse(call.body);
  } catch (cause) {
    throw new Refused(notJson().refusal, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw notJson();
  return { ...call.query, ...value };
}

const notJson = (): Refused => refuseNew(400, "invalid.param", "请求体不是合法的JSON对象");
