import type { LatencyCounts } from "./hour.ts";

/*
 * Times are counted in buckets that each end 2 % after the one before: sums of hours give the percentiles of
 * a week, at most 2 % too high, without a look at single changes. The bucket n holds what took more than
 * GROWTH^(n-1) and at most GROWTH^n milliseconds.
 */

export const GROWTH = 1.02;

export interface Latency {
  /** Seconds; undefined of nothing. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
  readonly count: number;
  /** Share that took no longer than the target; undefined of nothing. */
  readonly withinTarget: number | undefined;
  /** How many took at most so many seconds, and more than the step before; the last one has no bound. */
  readonly histogram: readonly { readonly upTo: number | undefined; readonly count: number }[];
}

/** Seconds. */
export const STEPS = [1, 2, 5, 10, 20, 45, 120, 300, 900, 3_600, 14_400] as const;

export function latencyOf(counts: LatencyCounts, targetSeconds: number): Latency {
  const buckets = Object.entries(counts)
    .map(([bucket, count]) => ({ bucket: Number(bucket), count }))
    .sort((one, other) => one.bucket - other.bucket);
  const count = buckets.reduce((sum, each) => sum + each.count, 0);
  const within = (seconds: number): number =>
    buckets
      .filter(({ bucket }) => bucket <= lastBucketWithin(seconds))
      .reduce((sum, each) => sum + each.count, 0);
  const upTo = STEPS.map(within);
  return {
    p50: percentile(buckets, count * 0.5),
    p95: percentile(buckets, count * 0.95),
    p99: percentile(buckets, count * 0.99),
    count,
    withinTarget: count === 0 ? undefined : within(targetSeconds) / count,
    histogram: [
      ...STEPS.map((seconds, at) => ({ upTo: seconds, count: upTo[at]! - (upTo[at - 1] ?? 0) })),
      { upTo: undefined, count: count - upTo.at(-1)! },
    ],
  };
}

/** Of a bound inside a bucket, the bucket counts as within: the error is that of the buckets. */
const lastBucketWithin = (seconds: number): number => Math.ceil(Math.log(seconds * 1_000) / Math.log(GROWTH));

function percentile(
  buckets: readonly { readonly bucket: number; readonly count: number }[],
  rank: number,
): number | undefined {
  let seen = 0;
  for (const { bucket, count } of buckets) {
    seen += count;
    if (seen >= rank) return Math.round(GROWTH ** bucket) / 1_000;
  }
  return undefined;
}
