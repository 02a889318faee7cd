import { Gauge, type Registry } from "prom-client";
import type { AlertFigures } from "../../alerts/operations.ts";
import type { Reading } from "./remembered.ts";

/** Registers open incidents and pending messages. */
export function observeAlerts(
  registry: Registry,
  { target, figures }: { readonly target: string; readonly figures: Reading<AlertFigures> },
): void {
  const registers = [registry];
  new Gauge({
    name: "dingtalk_scim_incidents_open",
    help: "Incidents that are not closed, by class, cause and reason code",
    labelNames: ["target", "class", "cause", "code", "acknowledged"],
    registers,
    async collect() {
      const known = await figures();
      this.reset();
      for (const { acknowledged, count, ...labels } of known?.open ?? [])
        this.set({ target, ...labels, acknowledged: String(acknowledged) }, count);
    },
  });
  new Gauge({
    name: "dingtalk_scim_alert_oldest_due_timestamp_seconds",
    help: "Since when the oldest message that has not been delivered is on its way, by channel; nothing while none is",
    labelNames: ["channel"],
    registers,
    async collect() {
      const known = await figures();
      this.reset();
      for (const { channel, oldest } of known?.due ?? []) this.set({ channel }, oldest.getTime() / 1_000);
    },
  });
  new Gauge({
    name: "dingtalk_scim_history_sealed_timestamp_seconds",
    help: "Until when every event of the history is in the log",
    registers,
    async collect() {
      const known = await figures();
      this.reset();
      if (known?.sealedAt) this.set(known.sealedAt.getTime() / 1_000);
    },
  });
  new Gauge({
    name: "dingtalk_scim_history_verified_timestamp_seconds",
    help: "When the whole history was read and compared with what was signed",
    registers,
    async collect() {
      const known = await figures();
      this.reset();
      if (known?.verifiedAt) this.set(known.verifiedAt.getTime() / 1_000);
    },
  });
  new Gauge({
    name: "dingtalk_scim_history_altered",
    help: "1 when the last check of the whole history found it altered",
    registers,
    async collect() {
      const known = await figures();
      this.reset();
      if (known?.verifiedAt) this.set(typeof known.historyFault === "string" ? 1 : 0);
    },
  });
  new Gauge({
    name: "dingtalk_scim_alerts_last_look_timestamp_seconds",
    help: "When a process last looked for incidents",
    labelNames: ["target"],
    registers,
    async collect() {
      const known = await figures();
      this.reset();
      if (known?.lookedAt) this.set({ target }, known.lookedAt.getTime() / 1_000);
    },
  });
}
