import type { RulesWatch } from "../rules/watch.ts";
import type { LoopLog } from "../run/end/loop-log.ts";
import { AGAIN_MS, findings, NOT_READY_CODE, type PreflightDeps, pauseFor, stateOf, type TargetPause } from "./preflight.ts";

export interface PauseWatchDeps extends PreflightDeps {
  readonly log: LoopLog;
  /** By which this process works, or why by none. */
  readonly rules: Pick<RulesWatch, "problem">;
  /** Something may be done now. */
  readonly wake: () => void;
}

const LOOK_MS = AGAIN_MS;
/** Slightly less than the interval, so that no check misses its turn. */
const CHECK_MS = AGAIN_MS - 1_000;
/** In place of an API: no work is begun at all. */
const TARGET_REST = "everything";
/** A ban expires without action, and calls may extend it. */
const BANS: ReadonlySet<string> = new Set(["addressBlocked", "organisationBlocked"]);

/**
 * While the loop works: shows that this process lives, tells the log of pauses, and ends one as soon as its cause is gone, for which one process checks the
 * target every five seconds. Ends when `signal` is aborted.
 */
export async function watchPauses(deps: PauseWatchDeps, signal: AbortSignal): Promise<void> {
  const { target, store, presence, rest, rules, clock, logger, log, wake } = deps;
  let resting = false;
  let checkedMs = Number.NEGATIVE_INFINITY;

  async function look(): Promise<void> {
    const pause = await store.paused();
    if (pause) log.pause(TARGET_REST, { reasonCode: codeOf(pause), ms: pause.until.getTime() - clock.now().getTime() });
    else log.resume(TARGET_REST);
    const own = rest.problem();
    if (own && !resting) logger.error({ target: target.name, code: own.code }, "this process is paused; other processes continue");
    if (!own && resting) logger.info({ target: target.name }, "this process has resumed");
    resting = own !== undefined;
    const held = rules.problem();
    await presence.show(
      held ? "resting" : stateOf(pause, rest),
      [own, held].filter((problem) => problem !== undefined),
    );
    if (await isToCheck(pause, own !== undefined)) {
      const found = await findings(deps, signal);
      if (found.complete && found.common.length === 0 && pause) await store.liftPause();
      // A check has found it, and it goes on.
      if (pause?.reasonCode === NOT_READY_CODE) await pauseFor(store, found);
      if (found.complete && found.common.length + found.own.length === 0) rest.end();
      wake();
    }
    log.flush();
  }

  async function isToCheck(pause: TargetPause | undefined, own: boolean): Promise<boolean> {
    if (pause) return !BANS.has(codeOf(pause)) && (await store.mayCheck(CHECK_MS));
    if (!own || clock.monotonicMs() - checkedMs < CHECK_MS) return false;
    checkedMs = clock.monotonicMs();
    return true;
  }

  while (!signal.aborted) {
    await look().catch((error: unknown) => logger.warn({ target: target.name, error }, "the pauses of the target cannot be read"));
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
}

const codeOf = ({ reasonCode = "notReady" }: TargetPause): string => reasonCode;
