import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { type LogSource, type Verdict, type VerifyOptions, verifyLog } from "./verify.ts";

/*
 * Once a day one of the workers verifies the whole log against what it has signed, as `history verify` does. It sees what somebody has altered, and what a disk has.
 * An owner of the database who has this process's key too is seen by anchors and witnesses alone.
 */

const LOOK_MS = 10 * 60_000;
/** After each bundle, so that requests and runs have the processor in between. */
const PAUSE_MS = 5;

export interface CheckStore {
  /** Whether it is time, and this process's turn. */
  begin(at: Date): Promise<boolean>;
  /** `fault`: undefined = all is well. */
  end(at: Date, fault: string | undefined): Promise<void>;
  /** Another process may take the turn. */
  giveUp(): Promise<void>;
}

export interface CheckerDeps {
  readonly store: CheckStore;
  readonly source: LogSource;
  /** The removals that retention may have made. */
  readonly expired: () => NonNullable<VerifyOptions["expired"]>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Checker {
  /** One look, now: undefined where it is not time. */
  check(): Promise<Verdict | undefined>;
  stop(): Promise<void>;
}

export function startChecker(
  { store, source, expired, clock, logger }: CheckerDeps,
  { lookMs = LOOK_MS, pauseMs = PAUSE_MS } = {},
): Checker {
  const stopping = new AbortController();
  const { signal } = stopping;
  const gentle: LogSource = {
    ...source,
    async bundle(index, width) {
      await clock.sleep(pauseMs, signal);
      return source.bundle(index, width);
    },
  };

  async function check(): Promise<Verdict | undefined> {
    if ((await source.checkpoint()) === undefined || !(await store.begin(clock.now()))) return undefined;
    try {
      const verdict = await verifyLog(gentle, { expired: expired() });
      await store.end(clock.now(), verdict.ok ? undefined : verdict.fault.message);
      if (verdict.ok) logger.info({}, `the history was verified: ${verdict.verified.size} entries`);
      else logger.error({}, `the history does not match its signatures: ${verdict.fault.message}`);
      return verdict;
    } catch (error) {
      await store.giveUp().catch(() => undefined);
      throw error;
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await check();
      } catch (error) {
        if (!signal.aborted) logger.warn({ error }, "the history could not be verified");
      }
      await clock.sleep(lookMs, signal).catch(() => undefined);
    }
  }

  const running = run();
  return {
    check,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
