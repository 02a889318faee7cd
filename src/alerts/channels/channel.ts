import { AppError } from "../../core/errors.ts";
import type { Message } from "../messages/message.ts";

/** Channels for messages. */
export const CHANNEL_NAMES = ["robot", "webhook", "mail"] as const;

export type ChannelName = (typeof CHANNEL_NAMES)[number];

/** One attempt of a delivery. */
export interface Envelope {
  /** The same for every attempt, so the receiver recognises repetitions. */
  readonly id: string;
  /** Time of this attempt. */
  readonly at: Date;
  readonly message: Message;
}

export interface Channel {
  readonly name: ChannelName;
  /** Whether messages may name the people concerned. */
  readonly personal: boolean;
  /** Above this rate the receiver ignores messages for a while. */
  readonly perMinute?: number;
  /**
   * Resolves when the receiver has accepted the message. Rejects with ChannelFailed; then the message may
   * have arrived partly or not at all.
   */
  send(envelope: Envelope, signal: AbortSignal): Promise<void>;
}

/**
 * The receiver did not accept the message. The code is for operators and has neither an address nor a text of
 * the answer.
 */
export class ChannelFailed extends AppError {
  readonly code = "CHANNEL_FAILED";
  readonly answer: string;
  /** Minimum time until the next attempt in milliseconds. */
  readonly afterMs: number;
  constructor(
    answer: string,
    { afterMs = 0, ...options }: ErrorOptions & { readonly afterMs?: number } = {},
  ) {
    super(`the channel answered ${answer}`, options);
    this.answer = answer;
    this.afterMs = afterMs;
  }
}
