import { createOutbound } from "./alerts/channels/outbound.ts";
import { type AlertsDeps, type RunningAlerts, startAlerts } from "./alerts/run.ts";
import { channelsOf } from "./alerts/settings.ts";
import { wordsIn } from "./alerts/words/languages.ts";
import type { AppContext } from "./compose.ts";
import { createSignals } from "./store/alerts/signals.ts";
import { createAlertStore } from "./store/alerts/store.ts";
import { TARGET } from "./target-name.ts";

/* Who is told when something needs somebody. */

/** What the alerts of this process work with; starts nothing. */
export function alertsDeps(app: Omit<AppContext, "traffic">): AlertsDeps {
  const { config, pool, clock, logger, meter, refusals } = app;
  const { alerts, publicUrl, latencyTargetSeconds } = config;
  const outbound = createOutbound({ allowPrivate: alerts.allowPrivate });
  return {
    store: createAlertStore(pool, TARGET),
    signals: createSignals(pool, TARGET),
    refusals,
    channels: channelsOf(alerts, outbound),
    rules: { latencyTargetSeconds, sandbox: config.dingtalk.kind === "sandbox" },
    words: wordsIn(alerts.language),
    publicUrl,
    outbound,
    ...(alerts.heartbeat ? { heartbeat: alerts.heartbeat } : {}),
    clock,
    logger,
    meter,
    random: Math.random,
  };
}

/** In every process, whatever its role: one of them looks, and all deliver. */
export const startAlerting = (app: AppContext, times: Pick<AlertsDeps, "paceMs" | "everyMs"> = {}): RunningAlerts =>
  startAlerts({ ...alertsDeps(app), ...times });
