import type { JsonObject } from "../../../core/entity.ts";
import { TargetUnavailable } from "../../../reconcile/target-failures.ts";
import type { DingTalkConfig } from "../config.ts";
import { API, type Api } from "./apis.ts";

/**
 * The official SDK requests a new token five minutes before the end of the old one (docs/dingtalk.md 2.1).
 */
const EARLY_MS = 5 * 60_000;

/**
 * Requests the app's token. DingTalk returns the same token while it is valid, and renews it. Both
 * generations of the API use it. For `SharedToken.get`, which lets one process fetch while the others wait.
 */
export async function fetchToken(
  call: (api: Api, body: JsonObject) => Promise<JsonObject>,
  config: Pick<DingTalkConfig, "appKey" | "appSecret">,
): Promise<{ readonly value: string; readonly lifetimeMs: number }> {
  const body = await call(API.token, { appKey: config.appKey, appSecret: config.appSecret });
  const value = body.accessToken;
  const seconds = Number(body.expireIn);
  if (typeof value !== "string" || value === "" || !(seconds > 0)) {
    throw new TargetUnavailable("the token call answered without a token", {
      answer: "no-token",
      reasonCode: "answerIncomplete",
    });
  }
  return { value, lifetimeMs: early(seconds * 1_000) };
}

/** Short-lived tokens, as in tests, are used for half of their lifetime. */
const early = (lifetimeMs: number): number => Math.max(lifetimeMs - EARLY_MS, lifetimeMs / 2);
