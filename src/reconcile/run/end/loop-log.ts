import type { Clock } from "../../../core/clock.ts";
import type { EntityRef } from "../../../core/entity.ts";
import type { Logger } from "../../../core/logger.ts";
import type { RateLimiter } from "../../target.ts";
import type { NextState } from "./run-end.ts";

/** Log lines of the loop: codes and ids, never names, numbers or addresses. */
export interface LoopLog {
  /** One line for a run that did not end in sync. */
  run(ref: EntityRef, next: NextState, attempt: number): void;
  /** One line when the calls of an API (or all calls) are paused; none when the pause is extended. */
  pause(
    api: string,
    rest: { readonly ms: number; readonly reasonCode?: string; readonly answer?: string },
  ): void;
  /** The pause ended early. */
  resume(api: string): void;
  /**
   * One line for each pause that is over, and the number of lines left out in the last minute. Call it
   * periodically.
   */
  flush(): void;
}

const MINUTE_MS = 60_000;
/** One cause may park ten thousand people. The status has the count, and the log has the first lines. */
const LINES_PER_MINUTE = 60;

export function createLoopLog(
  logger: Logger,
  clock: Pick<Clock, "monotonicMs">,
  target: string,
  perMinute = LINES_PER_MINUTE,
): LoopLog {
  /** Runs and pauses have separate limits, so that neither hides the other. */
  const bounded = (what: string) => {
    let begunMs = Number.NEGATIVE_INFINITY;
    let lines = 0;
    let leftOut = 0;
    function turn(): void {
      if (clock.monotonicMs() - begunMs < MINUTE_MS) return;
      if (leftOut > 0)
        logger.warn({ target, leftOut }, `more lines of ${what} were left out within a minute`);
      begunMs = clock.monotonicMs();
      lines = 0;
      leftOut = 0;
    }
    return {
      turn,
      line(level: "info" | "warn", fields: Readonly<Record<string, unknown>>, message: string): void {
        turn();
        if (lines >= perMinute) {
          leftOut += 1;
          return;
        }
        lines += 1;
        logger[level]({ target, ...fields }, message);
      },
    };
  };
  const runs = bounded("runs");
  const pauses = bounded("pauses");
  const rests = new Map<string, { readonly untilMs: number; readonly cause: object }>();
  const resume = (api: string): void => {
    const rest = rests.get(api);
    if (rest && rests.delete(api)) pauses.line("info", { api, ...rest.cause }, "calls have resumed");
  };

  return {
    run({ kind, id }, { state, reasonCode, answer }, attempt) {
      if (state === "inSync") return;
      const level = state === "waiting" || state === "held" || reasonCode === undefined ? "info" : "warn";
      runs.line(level, { kind, id, state, reasonCode, answer, attempt }, "a run did not end in sync");
    },
    pause(api, { ms, ...cause }) {
      const untilMs = clock.monotonicMs() + ms;
      const known = rests.get(api);
      rests.set(api, { untilMs: Math.max(untilMs, known?.untilMs ?? untilMs), cause });
      if (!known) pauses.line("warn", { api, ms: Math.round(ms), ...cause }, "calls are paused");
    },
    resume,
    flush() {
      for (const [api, { untilMs }] of rests) if (untilMs <= clock.monotonicMs()) resume(api);
      runs.turn();
      pauses.turn();
    },
  };
}

/** The same limiter, with a log line for each pause that the target asked for. */
export const loggingPauses = (limiter: RateLimiter, log: LoopLog): RateLimiter => ({
  take: limiter.take,
  async pause(api, ms, reason) {
    await limiter.pause(api, ms, reason);
    log.pause(api, { ms, answer: reason });
  },
});
