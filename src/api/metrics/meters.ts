import { Counter, Gauge, type Registry } from "prom-client";
import type { HistogramName, Sample } from "../../core/meter.ts";
import type { Reading } from "./remembered.ts";
import { StoredHistogram } from "./stored-histogram.ts";

/** The stored counts of all processes. */
export interface MeterFigures {
  readonly samples: readonly Sample[];
  /** Time of the last request of each source, for a limited number of sources. */
  readonly sources: readonly { readonly name: string; readonly at: Date }[];
  /** End of each token, also for a limited number. */
  readonly tokens: readonly { readonly id: string; readonly source: string; readonly at: Date }[];
}

export interface MeterMetricsOptions {
  readonly target: string;
  readonly meters: Reading<MeterFigures>;
}

/** Registers the counts that processes add to the database. */
export function observeMeters(registry: Registry, { target, meters }: MeterMetricsOptions): void {
  const registers = [registry];
  const histogram = (name: string, help: string, labelNames: readonly string[], of: HistogramName): void => {
    // The constructor registers it.
    void new StoredHistogram({ name, help, labelNames, registers }, of, target, meters);
  };

  histogram(
    "dingtalk_scim_sync_latency_seconds",
    "From the commit of a change to the target being right, by kind of entity",
    ["target", "kind"],
    "syncLatency",
  );
  histogram(
    "dingtalk_scim_target_call_duration_seconds",
    "Calls to the target from the head of a request to its answer; without the wait for its turn",
    ["target", "method", "api", "outcome"],
    "targetCall",
  );
  new Counter({
    name: "dingtalk_scim_target_calls_total",
    help: "Calls to the target by outcome (ok, refused, failed) and by the code that was answered, of all processes together",
    labelNames: ["target", "method", "api", "outcome", "code"],
    registers,
    async collect() {
      const known = await meters();
      // A counter of this library can only be increased, so it is reset first. No await may come in between.
      this.reset();
      for (const { name, labels, value } of known?.samples ?? [])
        if (name === "targetCalls") this.inc({ target, ...labels }, value);
    },
  });
  new Counter({
    name: "dingtalk_scim_alert_deliveries_total",
    help: "Tries to deliver a message about an incident, by channel and outcome (sent, failed, givenUp), of all processes together",
    labelNames: ["target", "channel", "outcome"],
    registers,
    async collect() {
      const known = await meters();
      this.reset();
      for (const { name, labels, value } of known?.samples ?? [])
        if (name === "alertDeliveries") this.inc({ target, ...labels }, value);
    },
  });
  new Gauge({
    name: "dingtalk_scim_source_last_request_timestamp_seconds",
    help: "When a client of this source last sent a SCIM request with a good token",
    labelNames: ["source"],
    registers,
    async collect() {
      const known = await meters();
      this.reset();
      for (const { name, at } of known?.sources ?? []) this.set({ source: name }, at.getTime() / 1_000);
    },
  });
  new Gauge({
    name: "dingtalk_scim_token_expiry_timestamp_seconds",
    help: "When a token that is not revoked expires",
    labelNames: ["token", "source"],
    registers,
    async collect() {
      const known = await meters();
      this.reset();
      for (const { id, source, at } of known?.tokens ?? [])
        this.set({ token: id, source }, at.getTime() / 1_000);
    },
  });
}
