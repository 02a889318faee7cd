import type { HistoryEvent } from "../../history/event.ts";
import type { LastReadings } from "./reading.ts";

/** What is known of earlier readings of a source, by the history. */
export interface ReadingStore {
  last(sourceId: string): Promise<LastReadings>;
  record(event: HistoryEvent): Promise<void>;
  /** Runs `work` while no other process reads for this source; false, and nothing is run, when one does. */
  alone(sourceId: string, work: () => Promise<void>): Promise<boolean>;
}
