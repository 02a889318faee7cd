/*
 * DingTalk counts calls in whole seconds of its own clock (docs/dingtalk.md 9.1: a refusal names the second in which there were too many). Calls that
 * leave evenly arrive evenly only while their way takes equally long; where it takes 50 ms once and 500 ms the next time, some of one second arrive in the
 * next, which then has too many. So no call leaves so late in a second that it might arrive in the next: it waits for that. What is allowed for a second then
 * arrives within it, whatever each way takes. (Measured at 20 calls a second of 20, with 50 to 500 ms: docs/benchmarks.md, "Towards DingTalk".)
 *
 * Where the seconds of that clock begin follows from the `Date` of answers: a whole second that had begun when the answer came, and had not ended
 * when the call left. Each answer bounds the difference of the clocks from both sides, and many bound it closely.
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
  /** How long a call that could leave now should be held back; 0 while ways differ too little to matter, or too much to help, or too little is known. */
  holdMs(nowMs: number): number;
}

/** Number of calls for measuring latencies. */
const REMEMBERED = 100;
/**
 * Ways that mostly differ by less are left to the pace (store/target/limiter.ts), which has 38 ms to spare. A few long ones among many that are alike say nothing of
 * the next: holding calls back for them did harm (three processes, 50 ms each way and a busy machine: 0.5 % refused, none without).
 */
const STEADY_MS = 60;
/** Calls have to leave within the rest of each second: with less than this left they would all leave at once. */
const LEAST_MS = 200;
/**
 * Nothing is held back before the difference of the clocks is known as closely as this. Later it is known less closely, as no call leaves late in a second any
 * more; to stop and begin again would bring the calls that were held back and those that were not into one second.
 */
const CLOSELY_MS = 240;
const STEP_MS = 50;
/** Clocks drift apart, so what is known of their difference grows old: 50 millionths. */
const DRIFT = 5e-5;
/** Servers that write the date keep it for a few milliseconds more than its second. */
const STALE_MS = 10;

export function createFarSeconds(): RateWindow {
  const ways: number[] = [];
  let holding = false;
  /** Their clock minus ours is between these, as of a moment. */
  let bounds: { readonly least: number; readonly most: number; readonly atMs: number } | undefined;

  const boundsAt = (nowMs: number) => {
    if (!bounds) return undefined;
    const drifted = Math.max(0, nowMs - bounds.atMs) * DRIFT;
    return { least: bounds.least - drifted, most: bounds.most + drifted };
  };

  return {
    observe({ sentMs, receivedMs, dateMs }) {
      ways.push(receivedMs - sentMs);
      if (ways.length > REMEMBERED) ways.shift();
      const seen = { least: dateMs - receivedMs, most: dateMs + 1_000 + STALE_MS - sentMs };
      const known = boundsAt(receivedMs) ?? seen;
      const least = Math.max(known.least, seen.least);
      const most = Math.min(known.most, seen.most);
      // They contradict each other: a clock was set, or another server answered. What was known is worth nothing then.
      bounds = { ...(least <= most ? { least, most } : seen), atMs: receivedMs };
    },

    holdMs(nowMs) {
      const known = boundsAt(nowMs);
      if (!known || ways.length < REMEMBERED / 2) return 0;
      const sorted = [...ways].sort((a, b) => a - b);
      const share = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))]!;
      if (share(0.9) - share(0.1) < STEADY_MS) return 0;
      // In steps, so that the part of the second in which calls wait stays the same: where it moves, one second gets the calls of more than a second.
      const longest = Math.ceil(share(1) / STEP_MS) * STEP_MS;
      // By their clock, as early and as late as it may be now.
      const [earliest, latest] = [nowMs + known.least, nowMs + known.most];
      const unknownMs = latest - earliest;
      holding = unknownMs + longest <= 1_000 - LEAST_MS && (holding || unknownMs <= CLOSELY_MS);
      if (!holding) return 0;
      const secondOf = (ms: number): number => Math.floor(ms / 1_000);
      // It leaves after the second has begun for certain, and arrives before it can have ended.
      const second = secondOf(earliest);
      return second === secondOf(latest + longest) ? 0 : Math.max(0, (second + 1) * 1_000 - earliest);
    },
  };
}
