import { mix } from "../organisation/identifiers.ts";

/** Simulated network time between client and DingTalk. */
export interface RoundTrip {
  set(range: { readonly minMs: number; readonly maxMs: number }): void;
  /**
   * Half of the round trip of the next call, in ms. The same seed and the same number of earlier calls give
   * the same time.
   */
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
