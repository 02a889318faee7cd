import { type Clock, sleepUnlessAborted } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { LogSource } from "./log-source.ts";
import { type Verdict, type VerifyOptions, verifyLog } from "./verify.ts";

/*
 * Once a day one of the workers verifies the whole log against its signatures, as `history verify` does. It
 * detects changes by people and faults of a disk. A person who has both the database and the key of this
 * process can sign a changed log. Only anchors and witnesses detect this.
 */

const LOOK_MS = 10 * 60_000;
/** Pause before each bundle. Requests and runs get the processor meanwhile. */
const PAUSE_MS = 5;

export interface CheckStore {
  /** True: a check is due, and this process has the turn. */
  begin(at: Date): Promise<boolean>;
  /** Records the result. `fault` undefined: the log is correct. */
  end(at: Date, fault: string | undefined): Promise<void>;
  /** Gives the turn back without a result. Another process may take it. */
  giveUp(): Promise<void>;
}

export interface CheckerDeps {
  readonly store: CheckStore;
  readonly source: LogSource;
  /** The events and values that retention may have removed. */
  readonly expired: () => NonNullable<VerifyOptions["expired"]>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Checker {
  /** One check, now. Undefined: no check is due, or another process has the turn. */
  check(): Promise<Verdict | undefined>;
  stop(): Promise<void>;
}

export function startChecker(
  { store, source, expired, clock, logger }: CheckerDeps,
  { lookMs = LOOK_MS, pauseMs = PAUSE_MS } = {},
): Checker {
  const stopping = new AbortController();
  const { signal } = stopping;
  const paced: LogSource = {
    ...source,
    async bundle(index, width) {
      await clock.sleep(pauseMs, signal);
      return source.bundle(index, width);
    },
  };

  async function check(): Promise<Verdict | undefined> {
    if ((await source.checkpoint()) === undefined || !(await store.begin(clock.now()))) return undefined;
    try {
      const verdict = await verifyLog(paced, { expired: expired() });
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
      await sleepUnlessAborted(clock, lookMs, signal);
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
