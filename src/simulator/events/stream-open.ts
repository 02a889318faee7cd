import { newFields, newGatewayRefusal, newRefusal } from "../gateway/api.ts";
import type { OpenCall } from "../gateway/open-calls.ts";
import { type Fields, text } from "../wire/fields.ts";
import { Refused } from "../wire/refusal.ts";
import { header, json, type Reply } from "../wire/wire.ts";
import type { StreamGateway } from "./stream.ts";
import type { Subscription } from "./stream-frames.ts";

export const STREAM_OPEN = "/v1.0/gateway/connections/open";
const STREAM_CONNECT = "/connect";

/**
 * `POST /v1.0/gateway/connections/open` (docs/dingtalk.md 10.2): answers an endpoint on this port and a
 * ticket for one connection.
 */
export const openStream =
  (stream: StreamGateway): OpenCall =>
  (state, call, requestId) => {
    const denied = (status: number, code: string, message: string): Reply =>
      newRefusal({ generation: "new", status, code, message }, requestId);
    if (call.method !== "POST")
      return { reply: newGatewayRefusal({ kind: "unknown-path" }, requestId), result: "refused" };
    const fields = readFields(call);
    const subscriptions = fields && readSubscriptions(fields);
    if (!subscriptions) return { reply: denied(400, "invalid.param", "参数错误"), result: "failed" };
    const clientId = text(fields, "clientId");
    if (!clientId || state.apps.get(clientId) !== fields.clientSecret) {
      return {
        reply: denied(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret"),
        result: "failed",
      };
    }
    if (state.organisation.switches.stream.refuses === "opening")
      return { reply: denied(503, "ServiceUnavailable", "服务暂不可用"), result: "failed" };
    const over = state.limits.admit(clientId, call.path, state.clock.now().getTime());
    if (over)
      return { reply: newGatewayRefusal({ kind: "app-rate", ...over }, requestId), result: "refused" };
    const endpoint = `ws://${header(call, "host")}${STREAM_CONNECT}`;
    return {
      reply: answer(endpoint, stream.ticket(clientId, subscriptions), header(call, "accept")),
      result: "answered",
    };
  };

function readFields(call: Parameters<OpenCall>[1]): Fields | undefined {
  try {
    return newFields(call);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

function readSubscriptions({ subscriptions }: Fields): Subscription[] | undefined {
  if (!Array.isArray(subscriptions)) return undefined;
  const known = subscriptions.filter(
    (one): one is Subscription =>
      typeof one === "object" &&
      one !== null &&
      typeof one.type === "string" &&
      typeof one.topic === "string",
  );
  return known.length === subscriptions.length ? known : undefined;
}

/** The Stream gateway answers XML unless the client accepts JSON (docs/dingtalk.md 10.2). */
function answer(endpoint: string, ticket: string, accept: string | undefined): Reply {
  if (accept?.includes("json")) return json(200, { endpoint, ticket });
  const body = `<?xml version="1.0" encoding="UTF-8"?><OpenConnectionResponse><endpoint>${endpoint}</endpoint><ticket>${ticket}</ticket></OpenConnectionResponse>`;
  return { status: 200, contentType: "application/xml;charset=utf-8", body };
}
