import { type Clock, sleepUnlessAborted } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Problem, TargetAdapter } from "../target.ts";
import { TargetError } from "../target-failures.ts";
import type { Presence, ProcessPause, ProcessState } from "./presence.ts";

export interface TargetPause {
  readonly until: Date;
  readonly reason: string;
  readonly reasonCode?: string;
  /** Findings of the check, if they are the reason. */
  readonly problems?: readonly PauseProblem[];
}

export type PauseProblem = Pick<Problem, "code" | "reasonCode" | "text" | "remedy">;

export interface PauseStore {
  /** Pauses claims for all processes for `ms` milliseconds. */
  pause(ms: number, reason: string, reasonCode: string, problems?: readonly PauseProblem[]): Promise<void>;
  /** Ends the target's pause, regardless of its origin. */
  liftPause(): Promise<void>;
  /** The current pause. */
  paused(): Promise<TargetPause | undefined>;
  /** Whether this process should check the cause now. One process does so per interval. */
  mayCheck(everyMs: number): Promise<boolean>;
}

export interface PreflightDeps {
  readonly target: Pick<TargetAdapter, "name" | "check">;
  readonly store: PauseStore;
  readonly presence: Presence;
  readonly rest: ProcessPause;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A check costs about eight calls, which is cheap while nothing else is sent. */
export const AGAIN_MS = 5_000;
/** The pause is longer than the interval of checks, so that it never lapses between two of them. */
export const PAUSE_MS = AGAIN_MS + 30_000;
const NOT_READY = "not ready";
export const NOT_READY_CODE = "notReady";

/**
 * Resolves when this process can work with the target. A common problem (a permission, the contact scope, the
 * credential) pauses the target for every process. A local problem (the clock, the address, a setting) pauses
 * only this process. The check is repeated until the problem is fixed. A temporary answer is not a finding:
 * the loop has its own retries. Resolves immediately when `signal` is aborted.
 */
export async function preflight(deps: PreflightDeps, signal: AbortSignal): Promise<void> {
  const { target, store, presence, clock, logger } = deps;
  let logged = "";
  let advised = "";
  await presence.show("checking", []);
  for (;;) {
    const found = await findings(deps, signal);
    // The result of an aborted check is ignored.
    if (signal.aborted) return;
    const advice = found.advice.map(textOf);
    if (advice.length > 0 && advice.join() !== advised)
      logger.warn({ target: target.name, advice }, "the target works, with advice");
    advised = advice.join();
    if (found.own.length + found.common.length === 0) {
      // This includes findings of an earlier process.
      if (found.complete) await store.liftPause();
      return presence.show("working", []);
    }
    const problems = [...found.common, ...found.own];
    const texts = problems.map(textOf);
    if (texts.join() !== logged) logger.error({ target: target.name, problems: texts }, messageOf(found));
    logged = texts.join();
    await pauseFor(store, found);
    await presence.show("resting", problems);
    await sleepUnlessAborted(clock, AGAIN_MS, signal);
  }
}

/** A common problem pauses the target for every process. */
export async function pauseFor(
  store: Pick<PreflightDeps["store"], "pause">,
  { common }: Pick<Findings, "common">,
): Promise<void> {
  if (common.length === 0) return;
  const problems = common.map(({ code, reasonCode, text, remedy }) => ({
    code,
    ...(reasonCode ? { reasonCode } : {}),
    text,
    remedy,
  }));
  await store.pause(PAUSE_MS, NOT_READY, NOT_READY_CODE, problems);
}

export interface Findings {
  readonly common: readonly Problem[];
  readonly own: readonly Problem[];
  /** Advice: does not pause anything. */
  readonly advice: readonly Problem[];
  /** The check was complete: everything not found is absent. */
  readonly complete: boolean;
}

/** The problems that pause this process or all of them. */
export async function findings(
  { target, presence, logger }: Pick<PreflightDeps, "target" | "presence" | "logger">,
  signal: AbortSignal,
): Promise<Findings> {
  let all: readonly Problem[];
  try {
    all = await target.check({ signal });
  } catch (error) {
    if (!signal.aborted) logger.warn({ target: target.name, error }, "the target could not be checked");
    if (error instanceof TargetError || signal.aborted)
      return { common: [], own: [], advice: [], complete: false };
    throw error;
  }
  const problems = all.filter(({ isAdvice }) => !isAdvice);
  const settings = problems.filter(({ concerns }) => concerns === "settings");
  const alone = settings.length > 0 && (await presence.othersWork());
  const passing = problems.filter(({ concerns }) => concerns === "moment");
  if (passing.length > 0)
    logger.warn(
      { target: target.name, problems: passing.map(textOf) },
      "the check of the target could not be completed",
    );
  return {
    common: problems.filter(
      ({ concerns }) => concerns === "everybody" || (concerns === "settings" && !alone),
    ),
    own: problems.filter(({ concerns }) => concerns === "process" || (concerns === "settings" && alone)),
    advice: all.filter(({ isAdvice }) => isAdvice),
    complete: passing.length === 0,
  };
}

/** The reason of a pause in one line, with all findings. */
export const pauseText = ({ reason, problems = [] }: Pick<TargetPause, "reason" | "problems">): string =>
  problems.length === 0 ? reason : `${reason}: ${problems.map(textOf).join(" | ")}`;

const textOf = ({ code, text, remedy }: PauseProblem): string => `${code}: ${text}; ${remedy}`;

const messageOf = ({ common }: Findings): string =>
  common.length > 0
    ? "the target is not ready; nothing is sent until this is fixed"
    : "this process is not ready and is paused; other processes continue; checking again until this is fixed";

/** The state of a process whose loop has started. */
export const stateOf = (pause: TargetPause | undefined, rest: ProcessPause): ProcessState =>
  pause || rest.problem() ? "resting" : "working";
