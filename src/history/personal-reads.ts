import type { HistoryEvent } from "./event.ts";

/** Records who looked at values of people. */
export interface PersonalReadLog {
  /** The event `personal.read`, found by each of these people later. */
  append(event: HistoryEvent, subjects: readonly string[]): Promise<void>;
}
