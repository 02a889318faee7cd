import { Gauge, type Registry } from "prom-client";
import type { ConsumerFigures } from "../../feed/ports.ts";
import type { Reading } from "./remembered.ts";

/** Registers the lag of each consumer of the feed. Registers nothing without a feed. */
export function observeFeed(registry: Registry, figures: Reading<readonly ConsumerFigures[]>): void {
  const gauge = (
    name: string,
    help: string,
    value: (figures: ConsumerFigures) => number | undefined,
  ): void => {
    new Gauge({
      name,
      help,
      labelNames: ["consumer"],
      registers: [registry],
      async collect() {
        const known = await figures();
        this.reset();
        for (const each of known ?? []) {
          const figure = value(each);
          if (figure !== undefined) this.set({ consumer: each.consumer }, figure);
        }
      },
    });
  };
  gauge(
    "dingtalk_scim_feed_lag_events",
    "Events of the feed that a consumer has not got yet",
    ({ behind }) => behind,
  );
  gauge(
    "dingtalk_scim_feed_oldest_timestamp_seconds",
    "When the oldest event happened that a consumer has not got; nothing while it has all",
    ({ oldest }) => (oldest ? oldest.getTime() / 1_000 : undefined),
  );
  gauge(
    "dingtalk_scim_feed_failures",
    "Tries to send to a consumer that failed since the last that did not",
    ({ attempts }) => attempts,
  );
}
