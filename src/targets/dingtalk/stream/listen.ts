import { backoffMs } from "../../../core/backoff.ts";
import { type Clock, sleepUnlessAborted } from "../../../core/clock.ts";
import { TargetError, TargetUnavailable } from "../../../reconcile/target-failures.ts";
import type { HintListener } from "../../../reconcile/target-hints.ts";
import { API } from "../client/apis.ts";
import type { DingTalkClient } from "../client/client.ts";
import type { DingTalkConfig } from "../config.ts";
import { type Connection, connect } from "./connection.ts";
import type { StreamEvent } from "./frames.ts";
import { hintOf } from "./meaning.ts";

export interface StreamDeps {
  readonly client: DingTalkClient;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly region: string;
  /** A connection without a frame for this time is dead; 60 s when unset. */
  readonly silentMs?: number;
}

const SILENT_MS = 60_000;
/** Minimum time between two attempts. */
const PACE_MS = 1_000;
/** The base of the pauses after failed attempts. The first pause is at least half of it. */
const AGAIN_MS = 2_000;
const AGAIN_MAX_MS = 60_000;
/** Maximum number of events in one write. */
const MOST_AT_ONCE = 200;

const SUBSCRIPTIONS = [{ type: "EVENT", topic: "*" }];

/**
 * Keeps one connection to the Stream gateway and passes its events on, until `signal` is aborted. Makes one
 * attempt at a time, with at least a second between two, and with growing pauses after failures. If the
 * gateway asks for a new connection, the new one is opened before the old one is closed. Never rejects.
 */
export async function listen(
  config: DingTalkConfig,
  deps: StreamDeps,
  listener: HintListener,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random, silentMs = SILENT_MS } = deps;
  const take = taking(config, deps, listener);
  let current: Connection | undefined;
  let failures = 0;
  let attemptedMs = Number.NEGATIVE_INFINITY;

  const rest = (ms: number): Promise<void> =>
    ms > 0 ? sleepUnlessAborted(clock, ms, signal) : Promise.resolve();
  const fail = async (end: "closed" | "silent" | "refused", reason: string): Promise<void> => {
    failures += 1;
    listener.state({ kind: "disconnected", failures, end, reason });
    await rest(backoffMs(failures - 1, random(), AGAIN_MS, AGAIN_MAX_MS));
  };

  while (!signal.aborted) {
    await rest(attemptedMs + PACE_MS - clock.monotonicMs());
    if (signal.aborted) break;
    attemptedMs = clock.monotonicMs();
    let next: Connection;
    try {
      const options = { clock, silentMs, onSign: listener.alive, onFrame: take };
      next = await connect(await address(config, deps.client, signal), options, signal);
    } catch (error) {
      if (signal.aborted) break;
      // A replaced connection may still deliver events, so it stays open until the gateway closes it.
      await fail("refused", reasonOf(error));
      continue;
    }
    current?.close();
    current = next;
    const openedMs = clock.monotonicMs();
    listener.state({ kind: "listening" });
    const end = await next.over;
    if (signal.aborted) break;
    // A connection that lasted for a while does not count as a failure.
    if (clock.monotonicMs() - openedMs >= silentMs) failures = 0;
    if (end === "askedBack") continue;
    current = undefined;
    await fail(end, end);
  }
  current?.close();
}

/** Requests a ticket, which opens one connection. */
async function address(
  { appKey, appSecret, apiUrl }: DingTalkConfig,
  client: DingTalkClient,
  signal: AbortSignal,
): Promise<string> {
  const body = {
    clientId: appKey,
    clientSecret: appSecret,
    ua: "dingtalk-scim",
    subscriptions: SUBSCRIPTIONS,
  };
  const { endpoint, ticket } = await client.open({ signal }).callWithoutToken(API.streamOpen, body);
  if (typeof endpoint !== "string" || typeof ticket !== "string" || !isAddress(endpoint, apiUrl))
    throw new TargetUnavailable("the gateway named no address to connect to", {
      answer: "no-endpoint",
      reasonCode: "answerIncomplete",
    });
  const url = new URL(endpoint);
  url.searchParams.set("ticket", ticket);
  return url.href;
}

/** Encrypted, unless the API itself is unencrypted, as with the simulator. */
function isAddress(endpoint: string, apiUrl: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol } = new URL(endpoint);
  return protocol === "wss:" || (protocol === "ws:" && apiUrl.startsWith("http:"));
}

/** An error without a code is a network failure. */
const reasonOf = (error: unknown): string => (error instanceof TargetError ? error.answer : "no-connection");

/**
 * Events are acknowledged after they are stored. Events that could not be stored are not acknowledged, and
 * DingTalk sends them again. Events that arrive during a write are stored together.
 */
function taking({ corpId }: DingTalkConfig, { region }: StreamDeps, { receive }: HintListener) {
  let waiting: { readonly event: StreamEvent; acknowledge(): void }[] = [];
  let working = false;

  async function work(): Promise<void> {
    working = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MOST_AT_ONCE);
      waiting = waiting.slice(MOST_AT_ONCE);
      // Events of other organisations are ignored.
      const ours = batch.filter(({ event }) => event.corpId === undefined || event.corpId === corpId);
      try {
        await receive(ours.map(({ event }) => hintOf(event, region)));
        for (const { acknowledge } of batch) acknowledge();
      } catch {
        // The listener has logged the reason.
      }
    }
    working = false;
  }

  return (...[frame, answer]: Parameters<Parameters<typeof connect>[1]["onFrame"]>): void => {
    if (frame.kind !== "event") return;
    waiting.push({ event: frame.event, acknowledge: () => answer(frame.answer) });
    if (!working) void work();
  };
}
