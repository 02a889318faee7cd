import { backoffMs } from "../../../core/backoff.ts";
import type { Clock } from "../../../core/clock.ts";
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
  /** Without a frame for so long a connection is dead; 60 s unless given. */
  readonly silentMs?: number;
}

const SILENT_MS = 60_000;
/** From one attempt to the next, whatever was between them. */
const PACE_MS = 1_000;
/** The first pause is half of it at least. */
const AGAIN_MS = 2_000;
const AGAIN_MAX_MS = 60_000;
/** Events that are stored together. */
const MOST_AT_ONCE = 200;

const SUBSCRIPTIONS = [{ type: "EVENT", topic: "*" }];

/**
 * Keeps one connection to the Stream gateway and hands on what it says, until `signal` is aborted. One attempt at a time, never two within a second, and
 * with growing pauses while they fail. Asked to come back, it opens the new connection before it leaves the old one. Never rejects.
 */
export async function listen(config: DingTalkConfig, deps: StreamDeps, listener: HintListener, signal: AbortSignal): Promise<void> {
  const { clock, random, silentMs = SILENT_MS } = deps;
  const take = taking(config, deps, listener);
  let current: Connection | undefined;
  let failures = 0;
  let attemptedMs = Number.NEGATIVE_INFINITY;

  const rest = (ms: number): Promise<void> => (ms > 0 ? clock.sleep(ms, signal).catch(() => undefined) : Promise.resolve());
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
      const options = { clock, silentMs, onSign: listener.heard, onFrame: take };
      next = await connect(await address(config, deps.client, signal), options, signal);
    } catch (error) {
      if (signal.aborted) break;
      // A replaced connection may still deliver events: it stays open until the other side closes it.
      await fail("refused", reasonOf(error));
      continue;
    }
    current?.close();
    current = next;
    const openedMs = clock.monotonicMs();
    listener.state({ kind: "listening" });
    const end = await next.over;
    if (signal.aborted) break;
    // One that stood for a while was none of the failures.
    if (clock.monotonicMs() - openedMs >= silentMs) failures = 0;
    if (end === "askedBack") continue;
    current = undefined;
    await fail(end, end);
  }
  current?.close();
}

/** Asks for a ticket, which opens one connection. */
async function address({ appKey, appSecret, apiUrl }: DingTalkConfig, client: DingTalkClient, signal: AbortSignal): Promise<string> {
  const body = { clientId: appKey, clientSecret: appSecret, ua: "dingtalk-scim", subscriptions: SUBSCRIPTIONS };
  const { endpoint, ticket } = await client.open({ signal }).callWithoutToken(API.streamOpen, body);
  if (typeof endpoint !== "string" || typeof ticket !== "string" || !isAddress(endpoint, apiUrl))
    throw new TargetUnavailable("the gateway named no address to connect to", { answer: "no-endpoint", reasonCode: "answerIncomplete" });
  const url = new URL(endpoint);
  url.searchParams.set("ticket", ticket);
  return url.href;
}

/** Encrypted, unless the API itself is spoken to without: so the simulator is. */
function isAddress(endpoint: string, apiUrl: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol } = new URL(endpoint);
  return protocol === "wss:" || (protocol === "ws:" && apiUrl.startsWith("http:"));
}

/** An error without a code is a network failure. */
const reasonOf = (error: unknown): string => (error instanceof TargetError ? error.answer : "no-connection");

/** Stored first, acknowledged then; what could not be stored is not acknowledged, and comes again. What arrives meanwhile is stored together. */
function taking({ corpId }: DingTalkConfig, { region }: StreamDeps, { receive }: HintListener) {
  let waiting: { readonly event: StreamEvent; acknowledge(): void }[] = [];
  let working = false;

  async function work(): Promise<void> {
    working = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MOST_AT_ONCE);
      waiting = waiting.slice(MOST_AT_ONCE);
      // Of another organisation nothing is ours.
      const ours = batch.filter(({ event }) => event.corpId === undefined || event.corpId === corpId);
      try {
        await receive(ours.map(({ event }) => hintOf(event, region)));
        for (const { acknowledge } of batch) acknowledge();
      } catch {
        // The listener has said why.
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
