import { Gauge, type Registry } from "prom-client";
import { shareOf } from "../../reconcile/hints/health.ts";
import type { Listening } from "../../reconcile/status.ts";
import type { Reading } from "./remembered.ts";

/** Wrapped, so that "no listener" differs from "cannot be read". */
export interface ListeningFigures {
  readonly listening: Listening | undefined;
}

/** Registers the state of the event connection; absent while no process listens. */
export function observeListening(
  registry: Registry,
  { target, figures }: { readonly target: string; readonly figures: Reading<ListeningFigures> },
): void {
  const gauge = (name: string, help: string, value: (listening: Listening) => number | undefined): void => {
    new Gauge({
      name,
      help,
      labelNames: ["target"],
      registers: [registry],
      async collect() {
        const listening = (await figures())?.listening;
        this.reset();
        const figure = listening && value(listening);
        if (figure !== undefined) this.set({ target }, figure);
      },
    });
  };
  gauge(
    "dingtalk_scim_listening",
    "1 while the connection stands over which the target tells of changes, else 0",
    ({ state }) => (state === "listening" ? 1 : 0),
  );
  gauge(
    "dingtalk_scim_hints_heard_ratio",
    "Share of a day's differences at the target that arrived as events; absent if there were none",
    shareOf,
  );
}
