import type { Labels } from "../../../core/meter.ts";
import { SYNTHETIC_CODES } from "./answers/answer.ts";
import { CODES } from "./answers/codes.ts";
import type { Api } from "./apis.ts";

/** `refused`: DingTalk refused. `failed`: no answer, or aborted by us. */
export type CallOutcome = "ok" | "refused" | "failed";

/** Labels of metrics. Each set of values is bounded, whatever DingTalk or the network answers. */
export const callLabels = (api: Api, outcome: CallOutcome): Labels => ({
  method: api.method,
  api: api.template ?? api.path,
  outcome,
});

const OWN: ReadonlySet<string> = new Set([
  "ok",
  "aborted",
  "timeout",
  "no-answer",
  "bug",
  ...Object.values(SYNTHETIC_CODES),
]);
const NETWORK: ReadonlySet<string> = new Set([
  ..."ECONNREFUSED ECONNRESET ENOTFOUND EAI_AGAIN EPIPE EHOSTUNREACH ENETUNREACH ENETDOWN EPROTO".split(" "),
  ..."ERR_BAD_RESPONSE ERR_BAD_REQUEST ERR_NETWORK ERR_CANCELED CERT_HAS_EXPIRED".split(" "),
]);

/**
 * A code outside our table could be any text, so its label is `other`. The history has the code of each call.
 */
export function codeLabel(code: string): string {
  const lastWord = code.slice(code.lastIndexOf(".") + 1);
  if (OWN.has(code) || NETWORK.has(code) || Object.hasOwn(CODES, code)) return code;
  if (Object.hasOwn(CODES, lastWord)) return lastWord;
  return code.startsWith("http-4") ? "http-4xx" : "other";
}
