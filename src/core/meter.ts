/*
 * Counters of a process between two writes to the database. They are kept in memory, so the hot path needs no
 * statement. Labels must come from fixed sets: each combination is stored permanently.
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

/** SCIM requests of a source, by their answers. */
export interface SourceRequests {
  /** Of the last one. */
  readonly at: Date;
  readonly requests: number;
  /** 4xx, but neither 404, as clients ask for what may not be there, nor 499, when the client went away. */
  readonly refused: number;
  /** 5xx. */
  readonly failed: number;
}

export interface Readings {
  readonly samples: readonly Sample[];
  /** By the id of the source. */
  readonly requests: ReadonlyMap<string, SourceRequests>;
}

export interface Meter {
  count(name: CounterName, labels: Labels): void;
  observe(name: HistogramName, labels: Labels, seconds: number): void;
  /** `status`: of the answer. */
  requested(sourceId: string, at: Date, status: number): void;
  /** The counts since the last call. */
  take(): Readings;
  /** Restores readings that could not be stored. */
  putBack(readings: Readings): void;
}

export const INFINITE = "+Inf";

export function createMeter(): Meter {
  let samples = new Map<string, Sample>();
  let requests = new Map<string, SourceRequests>();

  function add(name: SampleName, labels: Labels, value: number): void {
    const key = `${name} ${JSON.stringify(labels)}`;
    samples.set(key, { name, labels, value: value + (samples.get(key)?.value ?? 0) });
  }

  function addRequests(sourceId: string, more: SourceRequests): void {
    const sofar = requests.get(sourceId);
    if (!sofar) {
      requests.set(sourceId, more);
      return;
    }
    requests.set(sourceId, {
      at: sofar.at < more.at ? more.at : sofar.at,
      requests: sofar.requests + more.requests,
      refused: sofar.refused + more.refused,
      failed: sofar.failed + more.failed,
    });
  }

  return {
    count: (name, labels) => add(name, labels, 1),
    observe(name, labels, seconds) {
      const bound = HISTOGRAMS[name].find((each) => seconds <= each);
      add(name, { ...labels, le: bound === undefined ? INFINITE : String(bound) }, 1);
      add(`${name}Sum`, labels, seconds);
    },
    requested: (sourceId, at, status) =>
      addRequests(sourceId, {
        at,
        requests: 1,
        refused: status >= 400 && status < 499 && status !== 404 ? 1 : 0,
        failed: status >= 500 ? 1 : 0,
      }),
    take() {
      const readings = { samples: [...samples.values()], requests };
      samples = new Map();
      requests = new Map<string, SourceRequests>();
      return readings;
    },
    putBack(readings) {
      for (const { name, labels, value } of readings.samples) add(name, labels, value);
      for (const [sourceId, more] of readings.requests) addRequests(sourceId, more);
    },
  };
}
