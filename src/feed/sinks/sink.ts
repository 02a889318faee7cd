import { AppError } from "../../core/errors.ts";
import type { NumberedEvent } from "../ports.ts";

/** A receiver of events. */
export interface Sink {
  readonly name: string;
  /** Whether the sink wants this event. */
  wants(event: NumberedEvent["event"]): boolean;
  /**
   * Resolves when the receiver has accepted all events, those of one subject in order. Rejects with
   * SinkFailed; then some may have been accepted, and all after `delivered` are sent again later. Always
   * rejects at the end of `signal`.
   */
  send(events: readonly NumberedEvent[], signal: AbortSignal): Promise<void>;
  /** May be called at any time. A later `send` connects again. */
  close(): Promise<void>;
}

/**
 * The receiver did not accept an event. The code is for operators and has neither an address nor a text of
 * the answer.
 */
export class SinkFailed extends AppError {
  readonly code = "SINK_FAILED";
  readonly answer: string;
  /** Number of the first events that were certainly accepted. */
  readonly delivered: number;
  readonly afterMs: number;
  constructor(
    answer: string,
    { delivered = 0, afterMs = 0, ...options }: ErrorOptions & { delivered?: number; afterMs?: number } = {},
  ) {
    super(`the sink answered ${answer}`, options);
    this.answer = answer;
    this.delivered = delivered;
    this.afterMs = afterMs;
  }
}
