import type { Clock } from "../../core/clock.ts";
import type { EventCode } from "../../history/event.ts";
import type { EventAppender } from "../../history/event-appender.ts";
import type { EventLog, Period } from "../../history/event-log.ts";
import type { LogReader } from "../../history/log/ports.ts";
import type { Taker } from "../export.ts";

export interface PackDeps {
  readonly log: EventLog;
  readonly events: EventAppender;
  /** The transparency log of the events. */
  readonly entries: LogReader;
  readonly clock: Pick<Clock, "now">;
  /** Limit for the removal of a leaver, in minutes. */
  readonly limitMinutes: number;
  /** Version of this program. */
  readonly version: string;
  /** Name of the machine that makes the pack. */
  readonly host: string;
}

export interface PackOrder extends Period {
  readonly id: string;
  /** Size of the sample. */
  readonly sample: number;
  readonly seed: number;
  readonly by: Taker;
}

export interface Manifest {
  readonly id: string;
  readonly from: Date;
  readonly to: Date;
  readonly madeAt: Date;
  readonly sample: number;
  readonly seed: number;
  readonly version: string;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  /** Number of lines in events.jsonl for each code. It equals the count of the database. */
  readonly counts: Counts;
}

export type Counts = Readonly<Partial<Record<EventCode, number>>>;
