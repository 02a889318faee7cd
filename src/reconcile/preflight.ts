import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { ReconcileStore } from "./ports.ts";
import { type Problem, type TargetAdapter, TargetError } from "./target.ts";

export interface PauseLift {
  /** Ends the target's rest if its reason begins like this: a rest for another one goes on. */
  liftPause(beginning: string): Promise<void>;
}

export interface PreflightDeps {
  readonly target: Pick<TargetAdapter, "name" | "check">;
  readonly store: Pick<ReconcileStore, "pause"> & PauseLift;
  readonly clock: Clock;
  readonly logger: Logger;
}

const AGAIN_MS = 60_000;
/** The pause outlasts the wait for the next look, so that nothing slips through between. */
const PAUSE_MS = AGAIN_MS + 30_000;
const NOT_READY = "not ready: ";

/**
 * Resolves when the target can be worked with. While something needed is missing (a permission, the contact scope, the address list) nothing is sent: the
 * target rests for every process, with the list of problems as the reason, and is looked at again every minute. A target that does not answer is no reason
 * to wait: the loop has its own patience. What is mended is used at once. Resolves at once when `signal` is aborted.
 */
export async function preflight({ target, store, clock, logger }: PreflightDeps, signal: AbortSignal): Promise<void> {
  for (;;) {
    const problems = await problemsOf(target, logger, signal);
    // What a check finds that was broken off is no finding.
    if (signal.aborted) return;
    // Also what the process before this one found.
    const needed = problems.filter(({ isAdvice }) => !isAdvice);
    const texts = (all: readonly Problem[]) => all.map(({ code, text, remedy }) => `${code}: ${text}; ${remedy}`);
    if (needed.length < problems.length) {
      logger.warn(
        { target: target.name, advice: texts(problems.filter(({ isAdvice }) => isAdvice)) },
        "the target works, but look at this",
      );
    }
    if (needed.length === 0) return store.liftPause(NOT_READY);
    logger.error({ target: target.name, problems: texts(needed) }, "the target is not ready: nothing is sent until this is mended");
    await store.pause(PAUSE_MS, NOT_READY + texts(needed).join(" | "));
    await clock.sleep(AGAIN_MS, signal).catch(() => undefined);
  }
}

async function problemsOf(target: PreflightDeps["target"], logger: Logger, signal: AbortSignal): Promise<readonly Problem[]> {
  try {
    return await target.check({ signal });
  } catch (error) {
    if (!signal.aborted) logger.warn({ target: target.name, error }, "the target could not be checked");
    if (error instanceof TargetError || signal.aborted) return [];
    throw error;
  }
}
