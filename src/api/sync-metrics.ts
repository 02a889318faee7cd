import { Counter, Gauge, type Registry } from "prom-client";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";

/** The state of the loop in numbers: what operators see in the status, or part of it. */
export interface SyncFigures {
  readonly states: Readonly<Record<string, number>>;
  readonly oldestDue?: Date;
  readonly lost: number;
  readonly paused?: unknown;
  readonly people: { readonly active: number; readonly present: number; readonly accurate: number };
  readonly latencyMs?: { readonly p50: number; readonly p95: number; readonly p99: number };
  readonly calls: readonly { readonly api: string; readonly count: number }[];
}

export interface SyncMetricsOptions {
  readonly target: string;
  /** Asked when somebody scrapes. */
  readonly read: () => Promise<SyncFigures>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The figures come from the database, so however many scrape, they are read once in this time. */
const MAX_AGE_MS = 5_000;

/** Registers the loop's figures of one target. While they cannot be read they are missing, and the rest of `/metrics` is answered all the same. */
export function observeSync(registry: Registry, options: SyncMetricsOptions): void {
  const { target, clock } = options;
  const figures = remembered(options);
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
  const single = (name: string, help: string, value: (figures: SyncFigures) => number) =>
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
  single("dingtalk_scim_oldest_due_age_seconds", "For how long the longest waiting entity has been due; 0 when none is", ({ oldestDue }) =>
    oldestDue ? Math.max(0, (clock.now().getTime() - oldestDue.getTime()) / 1_000) : 0,
  );
  single("dingtalk_scim_target_paused", "1 while nothing is sent to the target, for the reason that the status tells", ({ paused }) =>
    paused === undefined ? 0 : 1,
  );
  single(
    "dingtalk_scim_entities_lost",
    "Entities that are due or waiting and that nobody would look at again; should be 0",
    ({ lost }) => lost,
  );
  const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
  single("dingtalk_scim_accuracy", "Of the active people, the share that is in DingTalk and right", ({ people }) =>
    share(people.accurate, people.active),
  );
  single("dingtalk_scim_coverage", "Of the active people, the share that is in DingTalk", ({ people }) =>
    share(people.present, people.active),
  );
  new Gauge({
    ...shared,
    labelNames: ["target", "quantile"] as const,
    name: "dingtalk_scim_sync_latency_seconds",
    help: "From the commit of a change to DingTalk being right, over the last 10,000 entities settled within a day",
    async collect() {
      const known = await figures();
      this.reset();
      if (!known?.latencyMs) return;
      const { p50, p95, p99 } = known.latencyMs;
      for (const [quantile, ms] of [
        ["0.5", p50],
        ["0.95", p95],
        ["0.99", p99],
      ] as const)
        this.set({ target, quantile }, ms / 1_000);
    },
  });
  new Counter({
    ...shared,
    labelNames: ["target", "api"] as const,
    name: "dingtalk_scim_target_calls_total",
    help: "Calls to the target by API, of all processes together, since the database was made",
    async collect() {
      const known = await figures();
      // The database counts; a counter of this library can only be brought to a number from nothing. Nothing may come in between.
      this.reset();
      for (const { api, count } of known?.calls ?? []) this.inc({ target, api }, count);
    },
  });
}

/** Undefined while they cannot be read; a failure is not remembered. */
function remembered({ read, clock, logger }: SyncMetricsOptions): () => Promise<SyncFigures | undefined> {
  let latest: { readonly atMs: number; readonly figures: Promise<SyncFigures | undefined> } | undefined;
  return () => {
    const nowMs = clock.monotonicMs();
    if (!latest || nowMs - latest.atMs > MAX_AGE_MS) {
      const figures = read().catch((error: unknown) => {
        logger.warn({ check: "metrics", error }, "the figures of the loop cannot be read");
        latest = undefined;
        return undefined;
      });
      latest = { atMs: nowMs, figures };
    }
    return latest.figures;
  };
}
