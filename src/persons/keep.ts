import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { turnsUntil } from "../core/turns.ts";
import type { JoinOrigin } from "./ports.ts";

/** Recomputes people whose values were computed with other rules. */
export interface PersonRecomputation {
  /** Recomputes people of other rules, at most one slice. Resolves with their number. */
  renew(origin: JoinOrigin): Promise<number>;
}

const EVERY_MS = 5_000;

export interface KeepPersonsDeps {
  readonly recomputation: PersonRecomputation;
  /** Whether the rules of this process are in force. */
  readonly isWorking: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Runs one slice after the other until `signal` is aborted. */
export async function keepPersons(
  { recomputation, isWorking, clock, logger }: KeepPersonsDeps,
  signal: AbortSignal,
): Promise<void> {
  const renew = async (): Promise<number | undefined> => {
    const renewed = isWorking()
      ? await recomputation.renew({ at: clock.now(), actor: "system", causes: [] })
      : 0;
    if (renewed === 0) return undefined;
    logger.info(
      { count: renewed },
      "people with several records were recomputed with the rules of this mapping",
    );
    return 0;
  };
  const failed = "people with several records could not be recomputed; retrying every few seconds";
  await turnsUntil(signal, renew, { clock, logger, everyMs: EVERY_MS, failed, level: "error" });
}
