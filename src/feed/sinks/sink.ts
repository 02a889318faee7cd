import { AppError } from "../../core/errors.ts";
import type { NumberedEvent } from "../ports.ts";

/** Where events are sent to. */
export interface Sink {
  readonly name: string;
  /** Whether it wants to hear of this event. */
  wants(event: NumberedEvent["event"]): boolean;
  /**
   * Resolves when the far end has taken all of them, those of one subject in their order. Rejects SinkFailed; some may have been taken then, and all after
   * `delivered` are sent again later. Rejects at the end of `signal` in any case, whatever the far end does.
   */
  send(events: readonly NumberedEvent[], signal: AbortSignal): Promise<void>;
  /** May be called at any time; a later `send` connects anew. */
  close(): Promise<void>;
}

/** The far end did not take an event. The code is for operators: never an address, nor what was answered in words. */
export class SinkFailed extends AppError {
  readonly code = "SINK_FAILED";
  readonly answer: string;
  /** How many of the first events were taken for certain. */
  readonly delivered: number;
  readonly afterMs: number;
  constructor(answer: string, { delivered = 0, afterMs = 0, ...options }: ErrorOptions & { delivered?: number; afterMs?: number } = {}) {
    super(`the sink answered ${answer}`, options);
    this.answer = answer;
    this.delivered = delivered;
    this.afterMs = afterMs;
  }
}
