import type { HistoryEvent } from "./event.ts";

/** Records that somebody has read personal values. */
export interface PersonalReadLog {
  /** Appends an event `personal.read`. The history of each person in `subjects` (their ids) shows it. */
  append(event: HistoryEvent, subjects: readonly string[]): Promise<void>;
}
