import { Histogram, type MetricObjectWithValues, type MetricValueWithName } from "prom-client";
import { HISTOGRAMS, type HistogramName, INFINITE, type Labels, type Sample } from "../../core/meter.ts";
import type { Reading } from "./remembered.ts";

type HistogramOptions = Pick<
  ConstructorParameters<typeof Histogram<string>>[0],
  "name" | "help" | "labelNames" | "registers"
>;

/** The stored counts of all processes. */
type Meters = Reading<{ readonly samples: readonly Sample[] }>;

/** A histogram with the counts of the database. The library's class counts what this process observes. */
export class StoredHistogram extends Histogram<string> {
  readonly #options: HistogramOptions;
  readonly #of: HistogramName;
  readonly #target: string;
  readonly #meters: Meters;

  constructor(options: HistogramOptions, of: HistogramName, target: string, meters: Meters) {
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

/**
 * In Prometheus' form each bucket includes those below it. Buckets of an earlier version with other bounds
 * count in the next larger bucket.
 */
function valuesOf(
  name: string,
  { labels, buckets, sum }: Series,
  bounds: readonly number[],
  target: string,
): MetricValueWithName<string>[] {
  const upTo = (bound: number): number =>
    [...buckets].reduce((count, [le, value]) => (Number(le) <= bound ? count + value : count), 0);
  const total = [...buckets.values()].reduce((count, value) => count + value, 0);
  const own = { target, ...labels };
  return [
    ...bounds.map((bound) => ({
      metricName: `${name}_bucket`,
      labels: { le: bound, ...own },
      value: upTo(bound),
    })),
    { metricName: `${name}_bucket`, labels: { le: INFINITE, ...own }, value: total },
    { metricName: `${name}_sum`, labels: own, value: sum },
    { metricName: `${name}_count`, labels: own, value: total },
  ];
}
