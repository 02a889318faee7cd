import type { HistoryEvent } from "../../history/event.ts";
import type { LastReadings } from "./reading.ts";

/** Earlier readings of a source, from the history. */
export interface ReadingStore {
  last(sourceId: string): Promise<LastReadings>;
  record(event: HistoryEvent): Promise<void>;
  /** Runs `work` unless another process reads for this source. Resolves with false in that case. */
  alone(sourceId: string, work: () => Promise<void>): Promise<boolean>;
}
