import { setMaxListeners } from "node:events";
import type { Clock } from "../../../core/clock.ts";
import type { JsonObject } from "../../../core/entity.ts";
import type { Meter } from "../../../core/meter.ts";
import type { RateLimiter, SharedToken, WriteContext } from "../../../reconcile/target.ts";
import { TargetError, TargetLeaseEnded } from "../../../reconcile/target-failures.ts";
import type { TargetCall } from "../../../reconcile/target-values.ts";
import type { DingTalkConfig } from "../config.ts";
import { type Answer, type Refusal, readAnswer } from "./answers/answer.ts";
import { meaningOf } from "./answers/codes.ts";
import { BAN_MS, errorOf, transportError } from "./answers/errors.ts";
import type { Api } from "./apis.ts";
import { type CallOutcome, callLabels, codeLabel } from "./call-labels.ts";
import { PlaceLost } from "./request.ts";
import { fetchToken } from "./token.ts";
import { createWire, type Door, type Wire } from "./wire.ts";

/** The calls of one operation. Each call is recorded, failed ones too. */
export interface Session {
  readonly calls: readonly TargetCall[];
  /** The time in the `Date` header of the last answer. */
  readonly serverDate: Date | undefined;
  /** Resolves with the whole body of a success. Rejects with a TargetError, also after an abort. */
  call(api: Api, parameters?: JsonObject): Promise<JsonObject>;
  /** Does the same without a token, for the token calls. */
  callWithoutToken(api: Api, parameters: JsonObject): Promise<JsonObject>;
}

export interface DingTalkClient {
  open(context: WriteContext): Session;
  /** Closes idle connections. */
  close(): void;
}

export interface ClientDeps {
  readonly clock: Clock;
  readonly limiter: RateLimiter;
  readonly tokens: SharedToken;
  /** In [0, 1). */
  readonly random: () => number;
  /** Counts every call that was sent or tried. */
  readonly meter?: Meter;
}

/** A worker that would wait longer releases its entity and takes another. */
const MAX_WAIT_MS = 30_000;

/**
 * All calls to DingTalk pass here: token, limiter, rate window, lease check, HTTP, envelope. Only a call with
 * an expired token is repeated; the reconcile loop decides about all other retries.
 */
export function createClient(config: DingTalkConfig, deps: ClientDeps): DingTalkClient {
  const wire = createWire(config, deps.clock);
  return { open: (context) => openSession({ wire, config, deps }, context), close: wire.close };
}

interface Gateway {
  readonly wire: Wire;
  readonly config: DingTalkConfig;
  readonly deps: ClientDeps;
}

function openSession(gateway: Gateway, { signal, deadline }: WriteContext): Session {
  const { config, deps } = gateway;
  // Every running call adds a listener, and one signal may stop a whole worker.
  setMaxListeners(0, signal);
  const seen: Seen = { calls: [], serverDate: undefined, wrote: false };
  const once = (api: Api, parameters: JsonObject, token: string | undefined, within: Door): Promise<Answer> =>
    callOnce(gateway, seen, { api, parameters, token, within });

  async function callWithoutToken(
    api: Api,
    parameters: JsonObject,
    within: Door = { signal, deadline },
  ): Promise<JsonObject> {
    const answer = await once(api, parameters, undefined, within);
    return answer.ok ? answer.body : refuse(deps, api, answer.refusal);
  }

  async function call(api: Api, parameters: JsonObject = {}): Promise<JsonObject> {
    // The token is shared, so an abort of one caller must not fail the others.
    const shared: Door = { signal: new AbortController().signal, deadline: undefined };
    const fetch = () => fetchToken((tokenApi, body) => callWithoutToken(tokenApi, body, shared), config);
    const token = await deps.tokens.get(fetch);
    const first = await once(api, parameters, token, { signal, deadline });
    if (first.ok) return first.body;
    if (meaningOf(first.refusal.code).kind !== "token") return refuse(deps, api, first.refusal);
    // The gateway refused the token, so nothing was carried out. One repetition is safe.
    const second = await once(api, parameters, await deps.tokens.get(fetch, token), { signal, deadline });
    return second.ok ? second.body : refuse(deps, api, second.refusal);
  }

  return {
    calls: seen.calls,
    get serverDate() {
      return seen.serverDate;
    },
    call,
    callWithoutToken: (api, parameters) => callWithoutToken(api, parameters),
  };
}

/** What a session has seen until now. */
interface Seen {
  readonly calls: TargetCall[];
  serverDate: Date | undefined;
  wrote: boolean;
}

interface OneCall {
  readonly api: Api;
  readonly parameters: JsonObject;
  readonly token: string | undefined;
  readonly within: Door;
}

async function callOnce(
  { wire, config, deps }: Gateway,
  seen: Seen,
  { api, parameters, token, within }: OneCall,
): Promise<Answer> {
  // A search through many departments, with one call each, takes longer than one lease.
  await within.deadline?.prolong?.();
  await takeTurn(wire, { config, deps }, api, within.signal);
  const startedMs = deps.clock.monotonicMs();
  const at = deps.clock.now().toISOString();
  let targetAt: string | undefined;
  const record = (outcome: CallOutcome, code: string, requestId?: string): void => {
    const tookMs = deps.clock.monotonicMs() - startedMs;
    const labels = callLabels(api, outcome);
    deps.meter?.count("targetCalls", { ...labels, code: codeLabel(code) });
    deps.meter?.observe("targetCall", labels, tookMs / 1_000);
    seen.calls.push({
      api: api.path,
      code,
      durationMs: Math.round(tookMs),
      at,
      ...(targetAt ? { targetAt } : {}),
      ...(requestId === undefined ? {} : { requestId }),
    });
  };
  try {
    const reply = await wire.exchange(api, parameters, token, within);
    seen.serverDate = reply.date;
    targetAt = reply.date?.toISOString();
    const answer = readAnswer(api, reply.status, reply.text);
    seen.wrote ||= answer.ok && api.effect === "write";
    if (answer.ok) record("ok", "ok", answer.requestId);
    else record("refused", answer.refusal.code, answer.refusal.requestId);
    return answer;
  } catch (error) {
    if (error instanceof PlaceLost)
      throw new TargetLeaseEnded(`${api.path} was not called: the run had lost its lease`, {
        answer: "lease-ended",
        reasonCode: "leaseEnded",
        begun: seen.wrote,
      });
    record("failed", error instanceof TargetError ? error.answer : "bug");
    throw error;
  }
}

async function takeTurn(
  wire: Wire,
  { config, deps }: { readonly config: DingTalkConfig; readonly deps: ClientDeps },
  api: Api,
  signal: AbortSignal,
): Promise<void> {
  try {
    signal.throwIfAborted();
    await deps.limiter.take(api.path, { signal, maxWaitMs: MAX_WAIT_MS });
    // Waiting calls continue at the pace of the limiter, not all at the end of the pause.
    while (wire.unreachableMs() > 0) {
      await deps.clock.sleep(wire.unreachableMs(), signal);
      await deps.limiter.take(api.path, { signal, maxWaitMs: MAX_WAIT_MS });
    }
    const holdMs = config.qps > 0 ? wire.holdMs() : 0;
    if (holdMs > 0) await deps.clock.sleep(holdMs, signal);
  } catch (error) {
    if (signal.aborted) throw transportError(api, false, "aborted");
    throw error;
  }
}

/** A refusal with a pause applies to all processes before the caller gets the error. */
async function refuse(deps: ClientDeps, api: Api, refusal: Refusal): Promise<never> {
  const error = errorOf(api, refusal, { nowMs: deps.clock.now().getTime(), random: deps.random() });
  const { kind } = meaningOf(refusal.code);
  if (kind === "blocked") await deps.limiter.pause("all", BAN_MS, refusal.code);
  if ((kind === "rate" || kind === "rateMinute" || kind === "rateAll") && error.retry.kind === "after") {
    await deps.limiter.pause(api.path, error.retry.ms, refusal.code);
  }
  throw error;
}
