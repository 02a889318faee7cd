import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Problem, TargetAdapter } from "../target.ts";
import { TargetError } from "../target-failures.ts";
import type { OwnRest, Presence, ProcessState } from "./presence.ts";

export interface TargetPause {
  readonly until: Date;
  readonly reason: string;
  readonly reasonCode?: string;
  /** What a check found, where that is the reason. */
  readonly problems?: readonly PauseProblem[];
}

export type PauseProblem = Pick<Problem, "code" | "text" | "remedy">;

export interface PauseStore {
  /** No claim for this long, in any process. */
  pause(ms: number, reason: string, reasonCode: string, problems?: readonly PauseProblem[]): Promise<void>;
  /** Ends the target's rest, whoever began it. */
  liftPause(): Promise<void>;
  /** The rest that goes on now. */
  paused(): Promise<TargetPause | undefined>;
  /** Whether it is this process's turn to look if the cause is gone: one of them does, every so many milliseconds. */
  mayCheck(everyMs: number): Promise<boolean>;
}

export interface PreflightDeps {
  readonly target: Pick<TargetAdapter, "name" | "check">;
  readonly store: PauseStore;
  readonly presence: Presence;
  readonly rest: OwnRest;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A check costs some eight calls: next to nothing while nothing else is sent. */
export const AGAIN_MS = 5_000;
/** The pause outlasts the wait for the next look, so that nothing slips through between. */
export const PAUSE_MS = AGAIN_MS + 30_000;
const NOT_READY = "not ready";
export const NOT_READY_CODE = "notReady";

/**
 * Resolves when this process can work with the target. What is wrong for all (a permission, the contact scope, the credential) makes the target rest for
 * every process; what is wrong here alone (the clock, the address, a setting) makes only this process wait. It is looked at again until it is mended. An
 * answer that passes is no finding: the loop has its own patience. Resolves at once when `signal` is aborted.
 */
export async function preflight(deps: PreflightDeps, signal: AbortSignal): Promise<void> {
  const { target, store, presence, clock, logger } = deps;
  let told = "";
  let advised = "";
  await presence.show("checking", []);
  for (;;) {
    const found = await findings(deps, signal);
    // What a check finds that was broken off is no finding.
    if (signal.aborted) return;
    const advice = found.advice.map(textOf);
    if (advice.length > 0 && advice.join() !== advised) logger.warn({ target: target.name, advice }, "the target works, with advice");
    advised = advice.join();
    if (found.own.length + found.common.length === 0) {
      // Also what the process before this one found.
      if (found.complete) await store.liftPause();
      return presence.show("working", []);
    }
    const problems = [...found.common, ...found.own];
    const texts = problems.map(textOf);
    if (texts.join() !== told) logger.error({ target: target.name, problems: texts }, messageOf(found));
    told = texts.join();
    await pauseFor(store, found);
    await presence.show("resting", problems);
    await clock.sleep(AGAIN_MS, signal).catch(() => undefined);
  }
}

/** What is wrong for all makes the target rest for every process. */
export async function pauseFor(store: Pick<PreflightDeps["store"], "pause">, { common }: Pick<Findings, "common">): Promise<void> {
  if (common.length === 0) return;
  const problems = common.map(({ code, text, remedy }) => ({ code, text, remedy }));
  await store.pause(PAUSE_MS, NOT_READY, NOT_READY_CODE, problems);
}

export interface Findings {
  readonly common: readonly Problem[];
  readonly own: readonly Problem[];
  /** Keeps nobody from working. */
  readonly advice: readonly Problem[];
  /** Everything could be asked: what is not found is not there. */
  readonly complete: boolean;
}

/** What keeps this process, or all of them, from working. */
export async function findings(
  { target, presence, logger }: Pick<PreflightDeps, "target" | "presence" | "logger">,
  signal: AbortSignal,
): Promise<Findings> {
  let all: readonly Problem[];
  try {
    all = await target.check({ signal });
  } catch (error) {
    if (!signal.aborted) logger.warn({ target: target.name, error }, "the target could not be checked");
    if (error instanceof TargetError || signal.aborted) return { common: [], own: [], advice: [], complete: false };
    throw error;
  }
  const problems = all.filter(({ isAdvice }) => !isAdvice);
  const settings = problems.filter(({ concerns }) => concerns === "settings");
  const alone = settings.length > 0 && (await presence.othersWork());
  const passing = problems.filter(({ concerns }) => concerns === "moment");
  if (passing.length > 0)
    logger.warn({ target: target.name, problems: passing.map(textOf) }, "the check of the target could not be completed");
  return {
    common: problems.filter(({ concerns }) => concerns === "everybody" || (concerns === "settings" && !alone)),
    own: problems.filter(({ concerns }) => concerns === "process" || (concerns === "settings" && alone)),
    advice: all.filter(({ isAdvice }) => isAdvice),
    complete: passing.length === 0,
  };
}

/** The reason of a pause in one line, with all that was found. */
export const pauseText = ({ reason, problems = [] }: Pick<TargetPause, "reason" | "problems">): string =>
  problems.length === 0 ? reason : `${reason}: ${problems.map(textOf).join(" | ")}`;

const textOf = ({ code, text, remedy }: PauseProblem): string => `${code}: ${text}; ${remedy}`;

const messageOf = ({ common }: Findings): string =>
  common.length > 0
    ? "the target is not ready; nothing is sent until this is fixed"
    : "this process is not ready and is paused; other processes continue; checking again until this is fixed";

/** The state of a process that has begun to work. */
export const stateOf = (pause: TargetPause | undefined, rest: OwnRest): ProcessState => (pause || rest.problem() ? "resting" : "working");
