import { turnsUntil } from "../../core/turns.ts";
import type { RulesWatch } from "../rules/watch.ts";
import type { LoopLog } from "../run/end/loop-log.ts";
import {
  AGAIN_MS,
  findings,
  NOT_READY_CODE,
  type PreflightDeps,
  pauseFor,
  stateOf,
  type TargetPause,
} from "./preflight.ts";

export interface PauseWatchDeps extends PreflightDeps {
  readonly log: LoopLog;
  /** Whether the rules of this process are in force, and if not, why. */
  readonly rules: Pick<RulesWatch, "problem">;
  /** Called when work may continue. */
  readonly wake: () => void;
}

const LOOK_MS = AGAIN_MS;
/** Slightly less than the interval, so that no check misses its turn. */
const CHECK_MS = AGAIN_MS - 1_000;
/** The name of the pause of all work, in the place of an API. */
const TARGET_REST = "everything";
/** A ban expires on its own, and calls may extend it. */
const BANS: ReadonlySet<string> = new Set(["addressBlocked", "organisationBlocked"]);

/**
 * The pause watch of a running loop. Stores the heartbeat of this process, logs pauses, and ends a pause when
 * its cause is gone: one process checks the target every five seconds. Ends when `signal` is aborted.
 */
export async function watchPauses(deps: PauseWatchDeps, signal: AbortSignal): Promise<void> {
  const { target, store, presence, rest, rules, clock, logger, log, wake } = deps;
  let resting = false;
  let checkedMs = Number.NEGATIVE_INFINITY;

  async function look(): Promise<void> {
    const pause = await store.paused();
    if (pause)
      log.pause(TARGET_REST, {
        reasonCode: codeOf(pause),
        ms: pause.until.getTime() - clock.now().getTime(),
      });
    else log.resume(TARGET_REST);
    const own = rest.problem();
    if (own && !resting)
      logger.error(
        { target: target.name, code: own.code },
        "this process is paused; other processes continue",
      );
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
      // The check found the reason of this pause, and the reason still exists.
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

  const failed = "the pauses of the target cannot be read; retrying";
  await turnsUntil(signal, look, {
    clock,
    logger,
    everyMs: LOOK_MS,
    failed,
    fields: { target: target.name },
  });
}

const codeOf = ({ reasonCode = "notReady" }: TargetPause): string => reasonCode;
