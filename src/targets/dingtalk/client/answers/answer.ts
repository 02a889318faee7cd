import type { JsonObject, JsonValue } from "../../../../core/entity.ts";
import { TargetUnavailable } from "../../../../reconcile/target-failures.ts";
import type { Api } from "../apis.ts";

/** DingTalk's refusal of a call. `code`: the most specific code of the answer, or one of SYNTHETIC_CODES. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly requestId?: string;
  readonly body: JsonObject;
}

/** Our own codes for answers without a code of DingTalk. */
export const SYNTHETIC_CODES = {
  /** The page or JSON of the address guard. It blocks all apps with our address (docs/dingtalk.md 9.3). */
  banned: "ip-ban",
  /** 5xx without an envelope: nothing was carried out. */
  failed: "http-5xx",
  /** 502 or 504 without an envelope, or an incomplete body: the call may have been carried out. */
  lost: "answer-lost",
} as const;

export type Answer =
  | { readonly ok: true; readonly body: JsonObject; readonly requestId?: string }
  | { readonly ok: false; readonly refusal: Refusal };

export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Undefined: not JSON, or not an object. */
export function objectIn(text: string): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The `result` of a success. An answer without it proves nothing, and above all no absence. */
export function resultOf(body: JsonObject): JsonObject {
  if (isObject(body.result)) return body.result;
  throw new TargetUnavailable("DingTalk answered without a result", {
    answer: "no-result",
    reasonCode: "answerIncomplete",
  });
}

/**
 * Reads the envelope of both generations (docs/dingtalk.md 3). Pure. The order is that of
 * docs/dingtalk.md 12: address ban, then `code`, then `sub_code` below 88, then `errcode`.
 */
export function readAnswer(api: Api, status: number, text: string): Answer {
  const body = objectIn(text);
  if (body === undefined) return unreadable(api, status, text);
  if (body.punish !== undefined)
    return refused(SYNTHETIC_CODES.banned, "DingTalk's address guard answered", body);
  return api.generation === "old" ? oldEnvelope(status, body) : newEnvelope(status, body);
}

function oldEnvelope(status: number, body: JsonObject): Answer {
  if (body.errcode === undefined) {
    return refused(
      status >= 500 ? SYNTHETIC_CODES.failed : SYNTHETIC_CODES.lost,
      `HTTP ${status} without errcode`,
      body,
    );
  }
  const errcode = String(body.errcode);
  if (Number(errcode) === 0) return { ok: true, body, ...requestIdOf(body) };
  const code = errcode === "88" && body.sub_code !== undefined ? String(body.sub_code) : errcode;
  return refused(code, textOf(body.sub_msg ?? body.errmsg), body);
}

function newEnvelope(status: number, body: JsonObject): Answer {
  const code = body.code ?? body.Code;
  if (status >= 200 && status < 300 && code === undefined) return { ok: true, body, ...requestIdOf(body) };
  return refused(
    code === undefined ? `http-${status >= 500 ? "5xx" : status}` : String(code),
    textOf(body.message ?? body.Message),
    body,
  );
}

/**
 * Some calls of the new API answer 200 with an empty body. Any other answer without JSON comes from the
 * address guard or a failed gateway.
 */
function unreadable(api: Api, status: number, text: string): Answer {
  const trimmed = text.trim();
  const ok = status >= 200 && status < 300;
  if (trimmed === "") return ok && api.generation === "new" ? { ok: true, body: {} } : broken(status);
  if (/punish|x5sec/i.test(trimmed) || (status < 500 && !trimmed.startsWith("{"))) {
    return refused(SYNTHETIC_CODES.banned, `HTTP ${status} with a page in place of an answer`, {});
  }
  return broken(status);
}

function broken(status: number): Answer {
  const gatewayLostIt = status === 502 || status === 504 || status < 300;
  return refused(
    gatewayLostIt ? SYNTHETIC_CODES.lost : SYNTHETIC_CODES.failed,
    `HTTP ${status} without a readable answer`,
    {},
  );
}

function refused(code: string, message: string, body: JsonObject): Answer {
  return { ok: false, refusal: { code, message, body, ...requestIdOf(body) } };
}

function requestIdOf(body: JsonObject): { readonly requestId?: string } {
  const id = body.request_id ?? body.requestid ?? body.RequestId ?? body.requestId;
  return typeof id === "string" ? { requestId: id } : {};
}

const textOf = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");
