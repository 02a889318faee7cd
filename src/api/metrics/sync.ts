import { Gauge, type Registry } from "prom-client";
import type { Clock } from "../../core/clock.ts";
import type { Reading } from "./remembered.ts";

/** The state of the loop in numbers, as in the status. */
export interface SyncStats {
  readonly states: Readonly<Record<string, number>>;
  readonly oldestDue?: Date;
  readonly lost: number;
  readonly paused?: unknown;
  readonly people: { readonly active: number; readonly present: number; readonly accurate: number };
}

export interface SyncMetricsOptions {
  readonly target: string;
  readonly figures: Reading<SyncStats>;
  readonly clock: Clock;
}

/**
 * Registers the figures of the loop for one target. While they cannot be read they are missing, and all other
 * metrics are still answered.
 */
export function observeSync(registry: Registry, { target, figures, clock }: SyncMetricsOptions): void {
  const shared = { labelNames: ["target"] as const, registers: [registry] };

  new Gauge({
    ...shared,
    name: "dingtalk_scim_figures_readable",
    help: "0 while the database does not tell the figures of the loop, which are then missing here",
    async collect() {
      this.set({ target }, (await figures()) ? 1 : 0);
    },
  });
  new Gauge({
    ...shared,
    labelNames: ["target", "state"] as const,
    name: "dingtalk_scim_entities",
    help: "Entities by their state on the way to the target",
    async collect() {
      const known = await figures();
      this.reset();
      for (const [state, count] of Object.entries(known?.states ?? {})) this.set({ target, state }, count);
    },
  });
  const single = (name: string, help: string, value: (figures: SyncStats) => number) =>
    new Gauge({
      ...shared,
      name,
      help,
      async collect() {
        const known = await figures();
        this.reset();
        if (known) this.set({ target }, value(known));
      },
    });
  single(
    "dingtalk_scim_oldest_due_age_seconds",
    "For how long the longest waiting entity has been due; 0 when none is",
    ({ oldestDue }) => (oldestDue ? Math.max(0, (clock.now().getTime() - oldestDue.getTime()) / 1_000) : 0),
  );
  single(
    "dingtalk_scim_target_paused",
    "1 while nothing is sent to the target, for the reason that the status tells",
    ({ paused }) => (paused === undefined ? 0 : 1),
  );
  single(
    "dingtalk_scim_entities_lost",
    "Entities that are due or waiting and that nobody would look at again; should be 0",
    ({ lost }) => lost,
  );
  const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
  single(
    "dingtalk_scim_accuracy",
    "Of the active people, the share that is in DingTalk and right",
    ({ people }) => share(people.accurate, people.active),
  );
  single("dingtalk_scim_coverage", "Of the active people, the share that is in DingTalk", ({ people }) =>
    share(people.present, people.active),
  );
}
