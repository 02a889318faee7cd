import { setMaxListeners } from "node:events";
import type { Clock } from "../../../core/clock.ts";
import type { JsonObject } from "../../../core/entity.ts";
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
import { fetchToken } from "./token.ts";
import { createWire, type Door, PlaceLost, type Wire } from "./wire.ts";

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

/** A worker that would wait longer gives its entity back and takes another. */
const MAX_WAIT_MS = 30_000;

/** The one door to DingTalk: token, limiter, the right part of the second, whether the run still has its place, HTTP, envelope. Nothing is repeated here but the call whose token had expired; the reconcile loop decides. */
export function createClient(config: DingTalkConfig, deps: ClientDeps): DingTalkClient {
  const wire = createWire(config, deps.clock);

  function open({ signal, deadline }: WriteContext): Session {
    // Every call in flight listens to it, and one signal may stop a whole worker.
    setMaxListeners(0, signal);
    const calls: TargetCall[] = [];
    let serverDate: Date | undefined;
    let wrote = false;

    async function once(api: Api, parameters: JsonObject, token: string | undefined, within: Door): Promise<Answer> {
      // A look through many departments, one call each, takes longer than one term.
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
        const reply = await wire.exchange(api, parameters, token, within);
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
      return answer.ok ? answer.body : refuse(deps, api, answer.refusal);
    }

    async function call(api: Api, parameters: JsonObject = {}): Promise<JsonObject> {
      // The token is shared: one caller's abort must not fail the other waiters.
      const fetch = () =>
        fetchToken(
          (tokenApi, body) => callWithoutToken(tokenApi, body, { signal: new AbortController().signal, deadline: undefined }),
          config,
        );
      const token = await deps.tokens.get(fetch);
      const first = await once(api, parameters, token, { signal, deadline });
      if (first.ok) return first.body;
      if (meaningOf(first.refusal.code).kind !== "token") return refuse(deps, api, first.refusal);
      // A refused token was refused at the gateway, so nothing was carried out: repeating is safe, once.
      const second = await once(api, parameters, await deps.tokens.get(fetch, token), { signal, deadline });
      return second.ok ? second.body : refuse(deps, api, second.refusal);
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

  return {
    open,
    close: wire.close,
  };
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
    // Each that waited tries in its turn of the pace, not all at the end of the rest.
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

/** A refusal that names a pause binds every process, before the caller hears of it. */
async function refuse(deps: ClientDeps, api: Api, refusal: Refusal): Promise<never> {
  const error = errorOf(api, refusal, { nowMs: deps.clock.now().getTime(), random: deps.random() });
  const { kind } = meaningOf(refusal.code);
  if (kind === "blocked") await deps.limiter.pause("all", BAN_MS, refusal.code);
  if ((kind === "rate" || kind === "rateMinute" || kind === "rateAll") && error.retry.kind === "after") {
    await deps.limiter.pause(api.path, error.retry.ms, refusal.code);
  }
  throw error;
}
