import type { Secret } from "../core/secrets/secret.ts";
import { type Turns, takeTurns } from "../core/turns.ts";
import type { Channel } from "./channels/channel.ts";
import type { Outbound } from "./channels/outbound.ts";
import { type DeliveryDeps, deliverDue } from "./messages/deliver.ts";
import { beat, createPulse } from "./messages/heartbeat.ts";
import type { AlertStore, SignalStore } from "./ports.ts";
import type { RefusalTally } from "./refusals.ts";
import type { Rules } from "./rules/rules.ts";
import { evaluate } from "./watch.ts";

export interface AlertsDeps extends DeliveryDeps {
  readonly store: AlertStore;
  readonly signals: SignalStore;
  readonly refusals: RefusalTally;
  readonly channels: readonly Channel[];
  readonly rules: Rules;
  readonly outbound: Outbound;
  readonly heartbeat?: Secret;
  readonly paceMs?: number;
  /** Interval of the rounds of this process. */
  readonly everyMs?: number;
}

const EVERY_MS = 2_500;

/** Evaluates the rules, delivers messages and sends heartbeats, until it is stopped. */
export function startAlerts(deps: AlertsDeps): Turns {
  const { clock, logger, channels, outbound, heartbeat, everyMs = EVERY_MS } = deps;
  const pulse = createPulse(clock);
  const names = channels.map(({ name }) => name);
  let lastEvaluationMs: number | undefined;

  const [failed, worksAgain] = ["a part of the alerts failed; retrying", "a part of the alerts works again"];
  const every = (task: string, work: (signal: AbortSignal) => Promise<void>): Turns =>
    takeTurns(work, { clock, logger, everyMs, failed, worksAgain, fields: { task } });

  async function sendHeartbeat(url: Secret, signal: AbortSignal): Promise<void> {
    if (!pulse.take(lastEvaluationMs)) return;
    await beat(url, outbound, signal).catch((error: unknown) => {
      pulse.missed();
      throw error;
    });
  }

  const parts = [
    every("look", async () => {
      await deps.refusals.flush(deps.signals);
      // Some process has evaluated the rules: this one, or the one whose turn it was.
      await evaluate({ ...deps, channels: names });
      lastEvaluationMs = clock.monotonicMs();
    }),
    ...(heartbeat ? [every("heartbeat", (signal) => sendHeartbeat(heartbeat, signal))] : []),
    ...channels.map((channel) =>
      every(channel.name, async (signal) => {
        await deliverDue(channel, deps, signal);
      }),
    ),
  ];
  return {
    async stop() {
      await Promise.all(parts.map((part) => part.stop()));
    },
  };
}
