import type { Secret } from "../core/secret.ts";
import type { Channel } from "./channels/channel.ts";
import type { Outbound } from "./channels/outbound.ts";
import { type DeliveryDeps, deliverDue } from "./deliver.ts";
import { beat, createPulse } from "./heartbeat.ts";
import type { AlertStore, SignalStore } from "./ports.ts";
import type { RefusalTally } from "./refusals.ts";
import type { Rules } from "./rules.ts";
import { look } from "./watch.ts";

export interface AlertsDeps extends DeliveryDeps {
  readonly store: AlertStore;
  readonly signals: SignalStore;
  readonly refusals: RefusalTally;
  readonly channels: readonly Channel[];
  readonly rules: Rules;
  readonly outbound: Outbound;
  readonly heartbeat?: Secret;
  readonly paceMs?: number;
  /** Between two turns of this process. */
  readonly everyMs?: number;
}

export interface RunningAlerts {
  stop(): Promise<void>;
}

const EVERY_MS = 2_500;

/** Looks, delivers and gives signs of life beside everything else, until it is stopped. What fails is logged, and the next turn comes. */
export function startAlerts(deps: AlertsDeps): RunningAlerts {
  const { clock, logger, channels, outbound, heartbeat, everyMs = EVERY_MS } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  const pulse = createPulse(clock);
  const names = channels.map(({ name }) => name);
  let lastLookMs: number | undefined;

  async function every(task: string, work: () => Promise<void>): Promise<void> {
    // An outage of the database is one line, not one for each turn.
    let failing = false;
    while (!signal.aborted) {
      try {
        await work();
        if (failing) logger.info({ task }, "a part of the alerts works again");
        failing = false;
      } catch (error) {
        if (!failing && !signal.aborted) logger.warn({ task, error }, "a part of the alerts failed; it is tried again");
        failing = true;
      }
      await clock.sleep(everyMs, signal).catch(() => undefined);
    }
  }

  async function sayAlive(url: Secret): Promise<void> {
    if (!pulse.take(lastLookMs)) return;
    await beat(url, outbound, signal).catch((error: unknown) => {
      pulse.missed();
      throw error;
    });
  }

  const loops = [
    every("look", async () => {
      await deps.refusals.flush(deps.signals);
      // Somebody looked in any case: this process, or the one whose turn it is.
      await look({ ...deps, channels: names });
      lastLookMs = clock.monotonicMs();
    }),
    ...(heartbeat ? [every("heartbeat", () => sayAlive(heartbeat))] : []),
    ...channels.map((channel) =>
      every(channel.name, async () => {
        await deliverDue(channel, deps, signal);
      }),
    ),
  ];
  return {
    async stop() {
      stopping.abort(new Error("the server is stopping"));
      await Promise.all(loops);
    },
  };
}
