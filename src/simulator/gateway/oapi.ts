import type { Switches } from "../organisation/switches.ts";
import type { Fields } from "../wire/fields.ts";
import { beijingTime, type GatewayRefusal } from "../wire/gateway-refusal.ts";
import { type Refusal, Refused, refuse } from "../wire/refusal.ts";
import { type HttpCall, header, json, type Reply } from "../wire/wire.ts";
import type { Overrun } from "./limits.ts";

/* Envelopes of the old API (docs/dingtalk.md 3): always HTTP 200, with the error in `errcode`. */

export const oldAnswer = (answer: Readonly<Record<string, unknown>>, requestId: string): Reply =>
  json(200, { errcode: 0, errmsg: "ok", ...answer, request_id: requestId });

export const oldRefusal = (refusal: Extract<Refusal, { generation: "old" }>, requestId: string): Reply =>
  json(200, { errcode: refusal.errcode, errmsg: refusal.errmsg, ...refusal.fields, request_id: requestId });

/**
 * The answer to a refusal of the gateway: `errcode` 88 with `sub_code` as text. Unknown paths and failures
 * have other forms.
 */
export function oldGatewayRefusal(
  refusal: GatewayRefusal,
  path: string,
  switches: Switches,
  requestId: string,
): Reply {
  switch (refusal.kind) {
    case "token-missing":
      return nested("40000", "access_token is blank");
    case "token-invalid":
      return nested("40014", "不合法的access_token");
    case "permission": {
      const { permission, appKey } = refusal;
      const link = `https://open-dev.dingtalk.com/appscope/apply?content=${appKey}%23${permission}`;
      return nested(
        "60011",
        `应用尚未开通所需的权限：[${permission}]，点击链接申请并开通即可：${link}`,
        `, {requiredScopes=[${permission}]}`,
      );
    }
    case "address":
      return nested("60020", `访问ip不在白名单之中,request ip=${refusal.address} appKey(${refusal.appKey})`);
    case "app-rate":
    case "app-rate-minute":
      return nested("90018", `您的企业应用${exceeded(path, refusal)}`);
    case "global-rate":
      return nested("90002", `当前所有钉钉应用${exceeded(path, refusal)}`);
    case "quota":
      return nested("90020", "您的企业调用接口次数已超出本月配额");
    case "unknown-path": {
      if (!path.startsWith("/topapi/")) return json(200, { errcode: 404, errmsg: "请求的URI地址不存在" });
      const sub_msg = `不合法ApiName，ApiName = ${apiName(path)}`;
      return json(200, {
        errcode: 22,
        sub_msg,
        errmsg: `Invalid method[submsg=${sub_msg}]`,
        request_id: requestId,
      });
    }
    case "busy":
      return oldRefusal(busy, requestId);
    case "broken":
      return { ...oldRefusal(busy, requestId), status: 500 };
  }

  function nested(sub_code: string, sub_msg: string, tail = ""): Reply {
    const errmsg = `ding talk error[subcode=${sub_code},submsg=${sub_msg}${tail}]`;
    if (switches.plainPathRefusals === "top-level" && !path.startsWith("/topapi/")) {
      return json(200, { errcode: Number(sub_code), errmsg, request_id: requestId });
    }
    return json(200, { errcode: 88, sub_code, sub_msg, errmsg, request_id: requestId });
  }
}

/**
 * The text of a throttle (docs/dingtalk.md 9.2). Clients parse the end of the limit, in Beijing time, from
 * it.
 */
function exceeded(path: string, { limit, fromMs, untilMs }: Overrun): string {
  const period = `从 ${beijingTime(fromMs)} 到 ${beijingTime(fromMs)} 请求总次数超过 ${limit} 次`;
  const advice = "建议错开整点时刻调用该接口";
  return `调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了，${advice}, apiPath(${apiName(path)}), ${period}, 限制将在 ${beijingTime(untilMs)} 结束.`;
}

const busy = { generation: "old", errcode: -1, errmsg: "系统繁忙" } as const;

/** The name of an API in DingTalk's texts: `dingtalk.oapi.v2.user.create` for `/topapi/v2/user/create`. */
const apiName = (path: string): string =>
  `dingtalk.oapi.${path.replace(/^\/(topapi\/)?/, "").replaceAll("/", ".")}`;

/**
 * The access token of a call, from the query or from a field of a form body (docs/dingtalk.md 2.1). The old
 * API ignores headers.
 */
export function oldToken(call: HttpCall): string | undefined {
  return (
    call.query.access_token ||
    (isForm(call) ? new URLSearchParams(call.body).get("access_token") : undefined) ||
    undefined
  );
}

/**
 * Query and body, merged. The body is JSON or a form (docs/dingtalk.md 3). Throws `Refused` if it is neither.
 */
export function oldFields(call: HttpCall, switches: Switches): Fields {
  if (call.body === "") return call.query;
  if (isForm(call)) return { ...call.query, ...Object.fromEntries(new URLSearchParams(call.body)) };
  if (switches.unicodeEscapes === "refused" && /\\u[0-9a-fA-F]{4}/.test(call.body)) throw refuse(40033);
  const body = parseObject(call.body);
  return { ...call.query, ...body };
}

/**
 * A body that begins with `{` is JSON, even with the content type of a form: command-line clients such as
 * curl send it like this.
 */
const isForm = (call: HttpCall): boolean =>
  (header(call, "content-type")?.includes("x-www-form-urlencoded") ?? false) &&
  !call.body.trimStart().startsWith("{");

function parseObject(body: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new Refused(refuse(47001).refusal, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refuse(40035);
  return value as Fields; // an object that is not an array has string keys and unknown values
}
