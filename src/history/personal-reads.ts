import type { HistoryEvent } from "./event.ts";

/** Records reads of people's values. */
export interface PersonalReadLog {
  /** The event `personal.read`, found by each of these people later. */
  append(event: HistoryEvent, subjects: readonly string[]): Promise<void>;
}
