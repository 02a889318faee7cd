import { mix } from "../organisation/identifiers.ts";

/** How long the way to DingTalk and back takes. */
export interface RoundTrip {
  set(range: { readonly minMs: number; readonly maxMs: number }): void;
  /** One way of the next call, in ms: half a round trip. The same seed and the same order of calls give the same times. */
  nextWayMs(): number;
}

export function createRoundTrip(seed: number): RoundTrip {
  let range = { minMs: 0, maxMs: 0 };
  let calls = 0;
  return {
    set(next) {
      range = next;
      calls = 0;
    },
    nextWayMs() {
      if (range.maxMs === 0) return 0;
      calls += 1;
      const share = mix(seed ^ 0x2545f491, calls) / 2 ** 32;
      return (range.minMs + share * (range.maxMs - range.minMs)) / 2;
    },
  };
}
