import type { Clock } from "../../core/clock.ts";
import type { SyncMode } from "../policy.ts";
import type { Problem } from "../target.ts";

/**
 * `checking`: before its first poll. `resting`: it claims nothing, because of its own problem or a common
 * one, or only leavers.
 */
export type ProcessState = "checking" | "working" | "resting";

/** One process that runs the loop, as stored for all processes. */
export interface LoopProcess {
  readonly id: string;
  readonly mode: SyncMode;
  readonly mapping: string;
  readonly state: ProcessState;
  readonly problems: readonly Pick<Problem, "code" | "reasonCode" | "text" | "remedy">[];
  readonly startedAt: Date;
  readonly seenAt: Date;
}

export interface Presence {
  /** Id of this process. */
  readonly id: string;
  show(state: ProcessState, problems: LoopProcess["problems"]): Promise<void>;
  /**
   * Whether a process with other credentials or addresses works. Then a refusal here is no common problem.
   */
  othersWork(): Promise<boolean>;
  leave(): Promise<void>;
}

/** The pause of this process alone: its local problems (address, clock) do not stop the others. */
export interface ProcessPause {
  begin(ms: number, problem: Pick<Problem, "code" | "text" | "remedy">): void;
  end(): void;
  /** The reason of the current pause. */
  problem(): Pick<Problem, "code" | "text" | "remedy"> | undefined;
}

export function createProcessPause(clock: Pick<Clock, "monotonicMs">): ProcessPause {
  let now:
    | { readonly untilMs: number; readonly problem: Pick<Problem, "code" | "text" | "remedy"> }
    | undefined;
  return {
    begin(ms, problem) {
      now = { untilMs: clock.monotonicMs() + ms, problem };
    },
    end() {
      now = undefined;
    },
    problem: () => (now && now.untilMs > clock.monotonicMs() ? now.problem : undefined),
  };
}
