/*
 * Counters of a process between two writes to the database. They are kept in memory, so the hot path needs no statement. Labels must come from
 * fixed sets: each combination is stored permanently.
 */

export type Labels = Readonly<Record<string, string>>;

/** Upper bounds of the buckets in seconds. Larger values are in `+Inf`. */
export const HISTOGRAMS = {
  /** From the start of a call to its answer. */
  targetCall: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
  /** From the commit of a change until the target is in sync. */
  syncLatency: [0.5, 1, 2.5, 5, 10, 15, 30, 45, 60, 120, 300, 900, 3_600, 14_400],
} as const satisfies Readonly<Record<string, readonly number[]>>;

export type HistogramName = keyof typeof HISTOGRAMS;
export type CounterName = "targetCalls" | "alertDeliveries";
export type SampleName = CounterName | HistogramName | `${HistogramName}Sum`;

/** For a histogram: the count of the bucket `le` alone, not cumulative. */
export interface Sample {
  readonly name: SampleName;
  readonly labels: Labels;
  readonly value: number;
}

export interface Readings {
  readonly samples: readonly Sample[];
  /** Time of the last request of each source, by its id. */
  readonly lastRequests: ReadonlyMap<string, Date>;
}

export interface Meter {
  count(name: CounterName, labels: Labels): void;
  observe(name: HistogramName, labels: Labels, seconds: number): void;
  requested(sourceId: string, at: Date): void;
  /** The counts since the last call. */
  take(): Readings;
  /** Restores readings that could not be stored. */
  putBack(readings: Readings): void;
}

export const INFINITE = "+Inf";

export function createMeter(): Meter {
  let samples = new Map<string, Sample>();
  let lastRequests = new Map<string, Date>();

  function add(name: SampleName, labels: Labels, value: number): void {
    const key = `${name} ${JSON.stringify(labels)}`;
    samples.set(key, { name, labels, value: value + (samples.get(key)?.value ?? 0) });
  }

  function addRequest(sourceId: string, at: Date): void {
    const last = lastRequests.get(sourceId);
    if (!last || last < at) lastRequests.set(sourceId, at);
  }

  return {
    count: (name, labels) => add(name, labels, 1),
    observe(name, labels, seconds) {
      const bound = HISTOGRAMS[name].find((each) => seconds <= each);
      add(name, { ...labels, le: bound === undefined ? INFINITE : String(bound) }, 1);
      add(`${name}Sum`, labels, seconds);
    },
    requested: addRequest,
    take() {
      const readings = { samples: [...samples.values()], lastRequests };
      samples = new Map();
      lastRequests = new Map();
      return readings;
    },
    putBack(readings) {
      for (const { name, labels, value } of readings.samples) add(name, labels, value);
      for (const [sourceId, at] of readings.lastRequests) addRequest(sourceId, at);
    },
  };
}
