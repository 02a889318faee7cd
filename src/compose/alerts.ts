import { createOutbound } from "../alerts/channels/outbound.ts";
import { type AlertsDeps, startAlerts } from "../alerts/run.ts";
import { channelsOf } from "../alerts/settings.ts";
import { wordsIn } from "../alerts/words/languages.ts";
import type { Turns } from "../core/turns.ts";
import { createSignals } from "../store/alerts/signals.ts";
import { createAlertStore } from "../store/alerts/store.ts";
import { TARGET } from "../targets/target-name.ts";
import type { AppContext, ServerContext } from "./components.ts";

/* Messages about problems that need a person. */

export type Delivering = Omit<AlertsDeps, "signals" | "refusals" | "rules" | "heartbeat">;

/** The parts that send messages. Starts nothing. */
export function deliveryDeps({
  config,
  pool,
  clock,
  logger,
  meter,
}: Omit<AppContext, "traffic" | "vault">): Delivering {
  const { alerts, publicUrl } = config;
  const outbound = createOutbound({ allowPrivate: alerts.allowPrivate });
  return {
    store: createAlertStore(pool, TARGET),
    channels: channelsOf(alerts, outbound),
    words: wordsIn(alerts.language),
    publicUrl,
    outbound,
    clock,
    logger,
    meter,
    random: Math.random,
  };
}

/** The parts for the alerts of this process. Starts nothing. */
export function alertsDeps(app: Omit<ServerContext, "traffic" | "vault">): AlertsDeps {
  const { config, pool, refusals } = app;
  const { alerts, latencyTargetSeconds, dingtalk } = config;
  return {
    ...deliveryDeps(app),
    signals: createSignals(pool, TARGET),
    refusals,
    rules: {
      latencyTargetSeconds,
      sandbox: dingtalk.kind === "sandbox",
      checkpointHours: alerts.checkpointHours,
    },
    ...(alerts.heartbeat ? { heartbeat: alerts.heartbeat } : {}),
  };
}

/** Runs in every process of any role. One of them evaluates the rules, and all deliver messages. */
export const startAlerting = (
  app: ServerContext,
  times: Pick<AlertsDeps, "paceMs" | "everyMs"> = {},
): Turns => startAlerts({ ...alertsDeps(app), ...times });
