import type { HistoryEvent } from "./event.ts";

/** Writes down what has no change of the directory or the target with it. */
export interface EventAppender {
  append(event: HistoryEvent): Promise<void>;
}
