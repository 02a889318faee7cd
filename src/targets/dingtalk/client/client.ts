import { setMaxListeners } from "node:events";
import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import axios, { AxiosHeaders, isAxiosError } from "axios";
import type { Clock } from "../../../core/clock.ts";
import type { Deadline } from "../../../core/deadline.ts";
import type { JsonObject, JsonValue } from "../../../core/entity.ts";
import type { Meter } from "../../../core/meter.ts";
import type { RateLimiter, SharedToken, WriteContext } from "../../../reconcile/target.ts";
import { TargetError, TargetLeaseEnded } from "../../../reconcile/target-failures.ts";
import type { TargetCall } from "../../../reconcile/target-values.ts";
import type { DingTalkConfig } from "../config.ts";
import { type Answer, type Refusal, readAnswer } from "./answer.ts";
import type { Api } from "./apis.ts";
import { type CallOutcome, callLabels, codeLabel } from "./call-labels.ts";
import { meaningOf } from "./codes.ts";
import { BAN_MS, errorOf, transportError } from "./errors.ts";
import { createFarSeconds } from "./rate-window.ts";
import { fetchToken } from "./token.ts";

/** The calls of one operation: each is recorded, also those that fail. */
export interface Session {
  readonly calls: readonly TargetCall[];
  /** What the last answer said the time is there. */
  readonly serverDate: Date | undefined;
  /** Answers the whole body of a success; rejects with a TargetError, aborted calls included. */
  call(api: Api, parameters?: JsonObject): Promise<JsonObject>;
  /** The same without a token, for the token calls themselves. */
  callWithoutToken(api: Api, parameters: JsonObject): Promise<JsonObject>;
}

export interface DingTalkClient {
  open(context: WriteContext): Session;
  /** Lets go of idle connections. */
  close(): void;
}

export interface ClientDeps {
  readonly clock: Clock;
  readonly limiter: RateLimiter;
  readonly tokens: SharedToken;
  /** In [0, 1). */
  readonly random: () => number;
  /** Told of every call that was sent or tried. */
  readonly meter?: Meter;
}

const TIMEOUT_MS = 20_000;
/** A worker that would wait longer gives its entity back and takes another. */
const MAX_WAIT_MS = 30_000;
/** A page of 100 people with full remarks stays far below. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const MAX_REQUEST_BYTES = 1024 * 1024;

/**
 * axios without what comes before a request there: joining defaults, interceptors, transformations. None of them is used here, and they took 0.08 of the
 * 0.20 ms of CPU of a call.
 */
const send = axios.getAdapter("http");

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly date: Date | undefined;
}

/** Where no connection can be made, the other calls of this process need not try at once: with many pending, each would leave an intent and an outcome in the history. */
const UNREACHABLE_MS = 2_000;

/** The one door to DingTalk: token, limiter, the right part of the second, whether the run still has its place, HTTP, envelope. Nothing is repeated here but the call whose token had expired; the reconcile loop decides. */
export function createClient(config: DingTalkConfig, deps: ClientDeps): DingTalkClient {
  const timeoutMs = config.timeoutMs ?? TIMEOUT_MS;
  // The agents' own time-out covers connecting, axios' covers the answer.
  const agents = {
    httpAgent: new http.Agent({ keepAlive: true, timeout: timeoutMs }),
    httpsAgent: new https.Agent({ keepAlive: true, timeout: timeoutMs }),
  };

  const farSeconds = createFarSeconds();
  let unreachableUntilMs = Number.NEGATIVE_INFINITY;

  async function exchange(api: Api, parameters: JsonObject, token: string | undefined, { signal, deadline }: Door): Promise<Reply> {
    const wire: Wire = { sent: false, deadline };
    // The last thing before the request: every wait lies behind it.
    const leftMs = deadline?.leftMs() ?? Number.POSITIVE_INFINITY;
    if (leftMs < 1) throw new PlaceLost();
    const sentMs = deps.clock.monotonicMs();
    try {
      const response = await send({
        method: api.method,
        url: urlOf(config, api, parameters, token),
        headers: new AxiosHeaders({
          accept: "application/json",
          "user-agent": "dingtalk-scim",
          ...(api.method === "POST" ? { "content-type": "application/json; charset=utf-8" } : {}),
          ...(token !== undefined && api.generation === "new" ? { "x-acs-dingtalk-access-token": token } : {}),
        }),
        ...(api.method === "POST" ? { data: JSON.stringify(parameters) } : {}),
        ...agents,
        transport: watched(wire),
        // Whatever is answered later is nobody's any more.
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
      if (date) farSeconds.observe({ sentMs, receivedMs: deps.clock.monotonicMs(), dateMs: date.getTime() });
      return { status: response.status, text: typeof text === "string" ? text : "", date };
    } catch (error) {
      // The axios error holds the address with the token and the body with personal data: only its code goes on (docs/threats.md T25).
      if (wire.tooLate) throw new PlaceLost();
      const reason = signal.aborted ? "aborted" : reasonOf(error);
      const cutShort = deadline !== undefined && deadline.leftMs() < 1;
      // The way there is this process's own: others may have one.
      if (!wire.sent && !signal.aborted && !cutShort) unreachableUntilMs = deps.clock.monotonicMs() + UNREACHABLE_MS;
      throw transportError(api, wire.sent, reason);
    }
  }

  function open({ signal, deadline }: WriteContext): Session {
    // Every call in flight listens to it, and one signal may stop a whole worker.
    setMaxListeners(0, signal);
    const calls: TargetCall[] = [];
    let serverDate: Date | undefined;
    let wrote = false;

    async function once(api: Api, parameters: JsonObject, token: string | undefined, within: Door): Promise<Answer> {
      // A look through many departments, one call each, takes longer than one term.
      await within.deadline?.prolong?.();
      await takeTurn(api, within.signal);
      const startedMs = deps.clock.monotonicMs();
      const at = deps.clock.now().toISOString();
      let targetAt: string | undefined;
      const record = (outcome: CallOutcome, code: string, requestId?: string): void => {
        const tookMs = deps.clock.monotonicMs() - startedMs;
        const labels = callLabels(api, outcome);
        deps.meter?.count("targetCalls", { ...labels, code: codeLabel(code) });
        deps.meter?.observe("targetCall", labels, tookMs / 1_000);
        const durationMs = Math.round(tookMs);
        calls.push({
          api: api.path,
          code,
          durationMs,
          at,
          ...(targetAt ? { targetAt } : {}),
          ...(requestId === undefined ? {} : { requestId }),
        });
      };
      try {
        const reply = await exchange(api, parameters, token, within);
        serverDate = reply.date;
        targetAt = reply.date?.toISOString();
        const answer = readAnswer(api, reply.status, reply.text);
        wrote ||= answer.ok && api.effect === "write";
        if (answer.ok) record("ok", "ok", answer.requestId);
        else record("refused", answer.refusal.code, answer.refusal.requestId);
        return answer;
      } catch (error) {
        if (error instanceof PlaceLost)
          throw new TargetLeaseEnded(`${api.path} was not called: the run had lost its place`, {
            answer: "lease-ended",
            reasonCode: "leaseEnded",
            begun: wrote,
          });
        record("failed", error instanceof TargetError ? error.answer : "bug");
        throw error;
      }
    }

    async function callWithoutToken(api: Api, parameters: JsonObject, within: Door = { signal, deadline }): Promise<JsonObject> {
      const answer = await once(api, parameters, undefined, within);
      return answer.ok ? answer.body : refuse(api, answer.refusal);
    }

    async function call(api: Api, parameters: JsonObject = {}): Promise<JsonObject> {
      // A token is fetched for everybody: one caller's abort must not fail those who wait with it.
      const fetch = () =>
        fetchToken(
          (tokenApi, body) => callWithoutToken(tokenApi, body, { signal: new AbortController().signal, deadline: undefined }),
          config,
        );
      const token = await deps.tokens.get(fetch);
      const first = await once(api, parameters, token, { signal, deadline });
      if (first.ok) return first.body;
      if (meaningOf(first.refusal.code).kind !== "token") return refuse(api, first.refusal);
      // A refused token was refused at the gateway, so nothing was carried out: repeating is safe, once.
      const second = await once(api, parameters, await deps.tokens.get(fetch, token), { signal, deadline });
      return second.ok ? second.body : refuse(api, second.refusal);
    }

    return {
      calls,
      get serverDate() {
        return serverDate;
      },
      call,
      callWithoutToken: (api, parameters) => callWithoutToken(api, parameters),
    };
  }

  async function takeTurn(api: Api, signal: AbortSignal): Promise<void> {
    try {
      signal.throwIfAborted();
      await deps.limiter.take(api.path, { signal, maxWaitMs: MAX_WAIT_MS });
      // Each that waited tries in its turn of the pace, not all at the end of the rest.
      while (deps.clock.monotonicMs() < unreachableUntilMs) {
        await deps.clock.sleep(unreachableUntilMs - deps.clock.monotonicMs(), signal);
        await deps.limiter.take(api.path, { signal, maxWaitMs: MAX_WAIT_MS });
      }
      const holdMs = config.qps > 0 ? farSeconds.holdMs(deps.clock.monotonicMs()) : 0;
      if (holdMs > 0) await deps.clock.sleep(holdMs, signal);
    } catch (error) {
      if (signal.aborted) throw transportError(api, false, "aborted");
      throw error;
    }
  }

  /** A refusal that names a pause binds every process, before the caller hears of it. */
  async function refuse(api: Api, refusal: Refusal): Promise<never> {
    const error = errorOf(api, refusal, { nowMs: deps.clock.now().getTime(), random: deps.random() });
    const { kind } = meaningOf(refusal.code);
    if (kind === "blocked") await deps.limiter.pause("all", BAN_MS, refusal.code);
    if ((kind === "rate" || kind === "rateMinute" || kind === "rateAll") && error.retry.kind === "after") {
      await deps.limiter.pause(api.path, error.retry.ms, refusal.code);
    }
    throw error;
  }

  return {
    open,
    close() {
      agents.httpAgent.destroy();
      agents.httpsAgent.destroy();
    },
  };
}

function urlOf(config: DingTalkConfig, api: Api, parameters: JsonObject, token: string | undefined): string {
  const url = new URL((api.generation === "old" ? config.oapiUrl : config.apiUrl).replace(/\/+$/, "") + api.path);
  if (token !== undefined && api.generation === "old") url.searchParams.set("access_token", token);
  if (api.method === "GET") for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, plain(value));
  return url.href;
}

const plain = (value: JsonValue): string => (typeof value === "string" ? value : JSON.stringify(value));

/** What holds for one call at the door. */
interface Door {
  readonly signal: AbortSignal;
  readonly deadline: Deadline | undefined;
}

/** The deadline was over before the request was written. */
class PlaceLost extends Error {}

interface Wire {
  sent: boolean;
  tooLate?: boolean;
  readonly deadline: Deadline | undefined;
}

/**
 * Remembers whether the connection stood: before that, nothing can have reached DingTalk. A new connection is one more wait; the request is written right
 * after the listener here, so the deadline is looked at once more.
 */
function watched(wire: Wire) {
  return {
    request(options: https.RequestOptions, onResponse: (response: http.IncomingMessage) => void): http.ClientRequest {
      const secure = options.protocol === "https:";
      const request = (secure ? https : http).request(options, onResponse);
      const write = (): void => {
        wire.tooLate = wire.deadline !== undefined && wire.deadline.leftMs() < 1;
        if (wire.tooLate) request.destroy(new PlaceLost());
        else wire.sent = true;
      };
      request.once("socket", (socket: Socket) => {
        if (socket.connecting) socket.once(secure ? "secureConnect" : "connect", write);
        else write();
      });
      return request;
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
