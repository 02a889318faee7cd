import type { Registry } from "prom-client";
import type { AlertFigures } from "../../alerts/operations.ts";
import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Meter } from "../../core/meter.ts";
import type { ConsumerFigures } from "../../feed/ports.ts";
import { type Build, createMetricsRegistry, observeIn, showBuild } from "../../http/monitoring/metrics.ts";
import type { ObserveRequest } from "../../http/monitoring/observe.ts";
import { observeAlerts } from "./alerts.ts";
import { observeFeed } from "./feed.ts";
import { type ListeningFigures, observeListening } from "./listening.ts";
import { type MeterFigures, observeMeters } from "./meters.ts";
import { remembered } from "./remembered.ts";
import { observeReplica } from "./replica.ts";
import { observeSync, type SyncStats } from "./sync.ts";

export interface MetricsOptions {
  readonly target: string;
  readonly build: Build;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Counts of this process. */
  readonly meter: Meter;
  readonly status: () => Promise<SyncStats>;
  readonly alerts: () => Promise<AlertFigures>;
  readonly feed: () => Promise<readonly ConsumerFigures[]>;
  readonly listening: () => Promise<ListeningFigures>;
  readonly replica: () => { readonly state: string; readonly lagMs?: number } | undefined;
  readonly meters: {
    write(meter: Meter): Promise<void>;
    read(): Promise<MeterFigures>;
  };
}

/** The metrics of this process and, from the database, of all processes. */
export function createMetrics({
  target,
  build,
  clock,
  logger,
  meter,
  status,
  alerts,
  feed,
  listening,
  replica,
  meters,
}: MetricsOptions): {
  readonly registry: Registry;
  readonly observe: ObserveRequest;
} {
  const registry = createMetricsRegistry();
  const observeRequest = observeIn(registry);
  // Writes the counts of this process first, so that they are included.
  const read = async () => {
    await meters.write(meter);
    return meters.read();
  };
  showBuild(registry, build);
  observeSync(registry, {
    target,
    figures: remembered({ read: status, what: "the figures of the loop", clock, logger }),
    clock,
  });
  observeAlerts(registry, {
    target,
    figures: remembered({ read: alerts, what: "the incidents", clock, logger }),
  });
  observeFeed(registry, remembered({ read: feed, what: "the figures of the feed", clock, logger }));
  observeListening(registry, {
    target,
    figures: remembered({ read: listening, what: "the state of listening", clock, logger }),
  });
  observeReplica(registry, replica);
  observeMeters(registry, { target, meters: remembered({ read, what: "the counters", clock, logger }) });
  return {
    registry,
    observe(request) {
      observeRequest(request);
      if (request.sourceId !== undefined && request.route.startsWith(SCIM)) {
        meter.requested(request.sourceId, clock.now(), request.status);
      }
    },
  };
}

const SCIM = "/scim/";
