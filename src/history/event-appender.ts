import type { HistoryEvent } from "./event.ts";

/** Appends events that are not part of a change of the directory or of the target, such as a sign-in. */
export interface EventAppender {
  append(event: HistoryEvent): Promise<void>;
}
