import http from "node:http";
import https from "node:https";
import axios, { AxiosHeaders, isAxiosError } from "axios";
import type { Clock } from "../../../core/clock.ts";
import type { Deadline } from "../../../core/deadline.ts";
import type { JsonObject } from "../../../core/entity.ts";
import type { DingTalkConfig } from "../config.ts";
import { transportError } from "./answers/errors.ts";
import type { Api } from "./apis.ts";
import { createRateWindow } from "./rate-window.ts";
import { PlaceLost, type Request, urlOf, watched } from "./request.ts";

/* One request to DingTalk and its answer as text, over persistent connections. */

/** Conditions of one call. */
export interface Door {
  readonly signal: AbortSignal;
  readonly deadline: Deadline | undefined;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly date: Date | undefined;
}

export interface Wire {
  /**
   * Rejects with PlaceLost if the deadline ends before the request is written, otherwise with a TargetError.
   */
  exchange(api: Api, parameters: JsonObject, token: string | undefined, door: Door): Promise<Reply>;
  /** Milliseconds in which no connection should be tried, because the last attempt failed. */
  unreachableMs(): number;
  /** Milliseconds that a call should wait for DingTalk's rate window. */
  holdMs(): number;
  /** Closes idle connections. */
  close(): void;
}

const TIMEOUT_MS = 20_000;
/** A page of 100 people with full remarks is much smaller. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const MAX_REQUEST_BYTES = 1024 * 1024;

/**
 * Pause after a failed connection. Without it, each of many waiting calls would add an intent and an outcome
 * to the history.
 */
const UNREACHABLE_MS = 2_000;

/**
 * The HTTP adapter of axios without its preparation of requests (defaults, interceptors, transformations).
 * None of these is used here, and they took
 * 0.08 of the 0.20 ms of CPU of a call.
 */
const send = axios.getAdapter("http");

export function createWire(config: DingTalkConfig, clock: Clock): Wire {
  const timeoutMs = config.timeoutMs ?? TIMEOUT_MS;
  // The time-out of the agents covers connecting, that of axios covers the answer.
  const agents = {
    httpAgent: new http.Agent({ keepAlive: true, timeout: timeoutMs }),
    httpsAgent: new https.Agent({ keepAlive: true, timeout: timeoutMs }),
  };
  const rateWindow = createRateWindow();
  let unreachableUntilMs = Number.NEGATIVE_INFINITY;

  async function exchange(
    api: Api,
    parameters: JsonObject,
    token: string | undefined,
    { signal, deadline }: Door,
  ): Promise<Reply> {
    const request: Request = { sent: false, deadline };
    // The last check before the request. No wait follows.
    const leftMs = deadline?.leftMs() ?? Number.POSITIVE_INFINITY;
    if (leftMs < 1) throw new PlaceLost();
    const sentMs = clock.monotonicMs();
    try {
      const response = await send({
        method: api.method,
        url: urlOf(config, api, parameters, token),
        headers: new AxiosHeaders({
          accept: "application/json",
          "user-agent": "dingtalk-scim",
          ...(api.method === "POST" ? { "content-type": "application/json; charset=utf-8" } : {}),
          ...(token !== undefined && api.generation === "new"
            ? { "x-acs-dingtalk-access-token": token }
            : {}),
        }),
        ...(api.method === "POST" ? { data: JSON.stringify(parameters) } : {}),
        ...agents,
        transport: watched(request),
        // A later answer is ignored.
        timeout: Math.min(timeoutMs, Math.ceil(leftMs)),
        signal,
        responseType: "text",
        validateStatus: () => true,
        maxRedirects: 0,
        maxContentLength: MAX_ANSWER_BYTES,
        maxBodyLength: MAX_REQUEST_BYTES,
        proxy: false,
      });
      const text: unknown = response.data;
      const date = dateOf(response.headers["date"]);
      if (date) rateWindow.observe({ sentMs, receivedMs: clock.monotonicMs(), dateMs: date.getTime() });
      return { status: response.status, text: typeof text === "string" ? text : "", date };
    } catch (error) {
      // The axios error has the address with the token, and the body with personal data. Only its code is
      // used (docs/threats.md T25).
      if (request.tooLate) throw new PlaceLost();
      const reason = signal.aborted ? "aborted" : reasonOf(error);
      const cutShort = deadline !== undefined && deadline.leftMs() < 1;
      // The connection failed for this process only. Other processes may have one.
      if (!request.sent && !signal.aborted && !cutShort)
        unreachableUntilMs = clock.monotonicMs() + UNREACHABLE_MS;
      throw transportError(api, request.sent, reason);
    }
  }

  return {
    exchange,
    unreachableMs: () => unreachableUntilMs - clock.monotonicMs(),
    holdMs: () => rateWindow.holdMs(clock.monotonicMs()),
    close() {
      agents.httpAgent.destroy();
      agents.httpsAgent.destroy();
    },
  };
}

function reasonOf(error: unknown): string {
  const code = isAxiosError(error) ? error.code : (error as { readonly code?: unknown } | undefined)?.code;
  if (code === "ECONNABORTED" || code === "ETIMEDOUT") return "timeout";
  return typeof code === "string" && /^[A-Z0-9_]{2,60}$/.test(code) ? code : "no-answer";
}

function dateOf(header: unknown): Date | undefined {
  const ms = typeof header === "string" ? Date.parse(header) : Number.NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms);
}
