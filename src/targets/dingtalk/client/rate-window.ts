/*
 * DingTalk counts calls in whole seconds of its own clock (docs/dingtalk.md 9.1: a refusal names the second
 * with too many calls). Calls that are sent evenly arrive evenly only if their latency is constant. With
 * latencies from 50 ms to 500 ms, some calls of one second arrive in the next second, which then has too
 * many. So no call is sent so late in a second that it might arrive in the next second; it waits for the next
 * second. Then all calls of a second arrive within it, whatever their latencies are. (Measured at 20 calls a
 * second of 20, with 50 to 500 ms: docs/benchmarks.md, "Towards DingTalk".)
 *
 * The start of DingTalk's seconds follows from the `Date` of its answers. That second had begun when the
 * answer arrived, and had not ended when the call was sent. So each answer gives a lower and an upper bound
 * for the difference of the clocks, and many answers give narrow bounds.
 */

export interface ClockSample {
  /** By our clock, in milliseconds. */
  readonly sentMs: number;
  readonly receivedMs: number;
  /** The `Date` of the answer, in milliseconds since 1970: a whole second. */
  readonly dateMs: number;
}

export interface RateWindow {
  observe(exchanged: ClockSample): void;
  /**
   * Milliseconds to wait before a call that could be sent now. 0: the latencies vary too little for an effect
   * or too much for a benefit, or too little is known.
   */
  holdMs(nowMs: number): number;
}

/** Number of calls for measuring latencies. */
const SAMPLES = 100;
/**
 * Minimum spread of most latencies. The limiter (store/target/limiter.ts) has a margin of 38 ms for smaller
 * spreads. A few long latencies among many equal ones do not predict the next one. Waiting because of them
 * was harmful (three processes, 50 ms latency and a busy machine: 0.5 % refused, without waiting none).
 */
const MIN_SPREAD_MS = 60;
/**
 * Calls are sent in the rest of each second. If less than this were left, they would all be sent at the same
 * moment.
 */
const MIN_SEND_MS = 200;
/**
 * Waiting begins only when the difference of the clocks is known to this precision. Later the precision
 * decreases, because no call is sent late in a second any more. Waiting continues nevertheless: a stop and a
 * new begin would put waiting and other calls into one second.
 */
const MAX_UNKNOWN_MS = 240;
const STEP_MS = 50;
/** Clocks drift apart by 50 millionths, so the bounds widen with time. */
const DRIFT = 5e-5;
/** Servers use a date for a few milliseconds beyond its second. */
const STALE_MS = 10;

export function createRateWindow(): RateWindow {
  const latencies: number[] = [];
  let holding = false;
  /** Bounds of the difference (their clock minus ours) at a time. */
  let bounds: { readonly least: number; readonly most: number; readonly atMs: number } | undefined;

  const boundsAt = (nowMs: number) => {
    if (!bounds) return undefined;
    const drifted = Math.max(0, nowMs - bounds.atMs) * DRIFT;
    return { least: bounds.least - drifted, most: bounds.most + drifted };
  };

  return {
    observe({ sentMs, receivedMs, dateMs }) {
      latencies.push(receivedMs - sentMs);
      if (latencies.length > SAMPLES) latencies.shift();
      const seen = { least: dateMs - receivedMs, most: dateMs + 1_000 + STALE_MS - sentMs };
      const known = boundsAt(receivedMs) ?? seen;
      const least = Math.max(known.least, seen.least);
      const most = Math.min(known.most, seen.most);
      // The bounds contradict each other: a clock was set, or another server answered. Then the earlier
      // bounds are dropped.
      bounds = { ...(least <= most ? { least, most } : seen), atMs: receivedMs };
    },

    holdMs(nowMs) {
      const known = boundsAt(nowMs);
      if (!known || latencies.length < SAMPLES / 2) return 0;
      const sorted = [...latencies].sort((a, b) => a - b);
      const quantile = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))]!;
      if (quantile(0.9) - quantile(0.1) < MIN_SPREAD_MS) return 0;
      // In steps, so that calls always wait in the same part of a second. If that part moved, one second
      // would get the calls of more than a second.
      const longest = Math.ceil(quantile(1) / STEP_MS) * STEP_MS;
      // The earliest and the latest present time of their clock.
      const [earliest, latest] = [nowMs + known.least, nowMs + known.most];
      const unknownMs = latest - earliest;
      holding = unknownMs + longest <= 1_000 - MIN_SEND_MS && (holding || unknownMs <= MAX_UNKNOWN_MS);
      if (!holding) return 0;
      const secondOf = (ms: number): number => Math.floor(ms / 1_000);
      // The call is sent when the second has certainly begun, and arrives before the second can end.
      const second = secondOf(earliest);
      return second === secondOf(latest + longest) ? 0 : Math.max(0, (second + 1) * 1_000 - earliest);
    },
  };
}
