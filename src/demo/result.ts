import type { CompanySize } from "./company/company.ts";
import type { Account } from "./cycle/account.ts";
import { type Difference, inWords } from "./dingtalk/compare.ts";
import type { ApprovedHold } from "./server/holds.ts";

export interface CycleResult {
  readonly name: string;
  /** Changes that a limit of the policy held, and the demo approved. */
  readonly approved: readonly ApprovedHold[];
  readonly writes: number;
  /** Milliseconds from the first request until DingTalk is up to date. */
  readonly tookMs: number;
  /** DingTalk calls of the server, and the smallest number of calls for the same changes. */
  readonly calls: number;
  readonly fewest: number;
  readonly differences: readonly Difference[];
}

export interface DemoResult {
  readonly size: CompanySize;
  /** An earlier run of the demo played this company. Only the repeated cycle was played now. */
  readonly playedBefore: boolean;
  /**
   * Differences and stuck entities from before the demo, of people and departments that it did not create.
   * They are not problems of the demo.
   */
  readonly earlier: readonly string[];
  readonly cycles: readonly CycleResult[];
  readonly people: { readonly directory: number; readonly active: number; readonly dingtalk: number };
  readonly departments: { readonly directory: number; readonly dingtalk: number };
  /** Values that the directory does not have as they were sent, in words. */
  readonly lost: readonly string[];
  /**
   * Names of resources that the repeated cycle changed. It sends the same values again, so it must change
   * nothing.
   */
  readonly changedByRepeat: readonly string[];
  readonly stuck: readonly string[];
  readonly scimMs: { readonly p50: number; readonly p95: number; readonly requests: number };
  /** Time from the commit of a change until DingTalk has it. Undefined without changes. */
  readonly latencyMs: { readonly p50: number; readonly p95: number } | undefined;
  /** Number of requests without an answer (`away`), and with the answer 429 or 503 (`throttled`). */
  readonly interruptions: { readonly away: number; readonly throttled: number };
  readonly account: Account;
}

/** All problems that the demo found, in words. Empty for a success. */
export function problemsOf(result: DemoResult): readonly string[] {
  return [
    ...result.lost,
    ...result.cycles.flatMap(({ name, differences }) =>
      differences.map((difference) => `${name}: ${inWords(difference)}`),
    ),
    ...result.changedByRepeat.map((what) => `the repeated cycle changed ${what}`),
    ...result.stuck,
    ...result.account.gaps,
  ];
}
