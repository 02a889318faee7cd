import { Counter, Gauge, Histogram, type MetricObjectWithValues, type MetricValueWithName, type Registry } from "prom-client";
import { HISTOGRAMS, type HistogramName, INFINITE, type Labels, type Sample } from "../../core/meter.ts";
import type { Reading } from "./remembered.ts";

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
      for (const { name, labels, value } of known?.samples ?? []) if (name === "targetCalls") this.inc({ target, ...labels }, value);
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
      for (const { name, labels, value } of known?.samples ?? []) if (name === "alertDeliveries") this.inc({ target, ...labels }, value);
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
      for (const { id, source, at } of known?.tokens ?? []) this.set({ token: id, source }, at.getTime() / 1_000);
    },
  });
}

type HistogramOptions = Pick<ConstructorParameters<typeof Histogram<string>>[0], "name" | "help" | "labelNames" | "registers">;

/** A histogram with the counts of the database. The library's class counts what this process observes. */
class StoredHistogram extends Histogram<string> {
  readonly #options: HistogramOptions;
  readonly #of: HistogramName;
  readonly #target: string;
  readonly #meters: Reading<MeterFigures>;

  constructor(options: HistogramOptions, of: HistogramName, target: string, meters: Reading<MeterFigures>) {
    super(options);
    this.#options = options;
    this.#of = of;
    this.#target = target;
    this.#meters = meters;
  }

  /** The registry calls this for the text form. The types do not have it. */
  getForPromString(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    return this.get();
  }

  override async get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const known = await this.#meters();
    const { name, help } = this.#options;
    const series = seriesOf(this.#of, known?.samples ?? []);
    const values = series.flatMap((each) => valuesOf(name, each, HISTOGRAMS[this.#of], this.#target));
    // The library's types have the kinds of metrics as a constant enum, which does not exist at run time.
    const type = "histogram" as unknown as MetricObjectWithValues<MetricValueWithName<string>>["type"];
    return { name, help, type, values, aggregator: "sum", collect() {} };
  }
}

interface Series {
  readonly labels: Labels;
  readonly buckets: Map<string, number>;
  sum: number;
}

function seriesOf(of: HistogramName, samples: readonly Sample[]): readonly Series[] {
  const series = new Map<string, Series>();
  for (const { name, labels, value } of samples) {
    if (name !== of && name !== `${of}Sum`) continue;
    const { le, ...rest } = labels;
    const key = JSON.stringify(rest);
    const found = series.get(key) ?? { labels: rest, buckets: new Map<string, number>(), sum: 0 };
    series.set(key, found);
    if (le === undefined) found.sum += value;
    else found.buckets.set(le, value);
  }
  return [...series.values()];
}

/** In Prometheus' form each bucket includes those below it. Buckets of an earlier version with other bounds count in the next larger bucket. */
function valuesOf(
  name: string,
  { labels, buckets, sum }: Series,
  bounds: readonly number[],
  target: string,
): MetricValueWithName<string>[] {
  const upTo = (bound: number): number => [...buckets].reduce((count, [le, value]) => (Number(le) <= bound ? count + value : count), 0);
  const total = [...buckets.values()].reduce((count, value) => count + value, 0);
  const own = { target, ...labels };
  return [
    ...bounds.map((bound) => ({ metricName: `${name}_bucket`, labels: { le: bound, ...own }, value: upTo(bound) })),
    { metricName: `${name}_bucket`, labels: { le: INFINITE, ...own }, value: total },
    { metricName: `${name}_sum`, labels: own, value: sum },
    { metricName: `${name}_count`, labels: own, value: total },
  ];
}
