import { AppError } from "../../core/errors.ts";
import type { Message } from "../message.ts";

/** Ways out of this program. */
export const CHANNEL_NAMES = ["robot", "webhook", "mail"] as const;

export type ChannelName = (typeof CHANNEL_NAMES)[number];

/** One delivery on its way. */
export interface Envelope {
  /** The same at every try: the far end knows a repetition by it. */
  readonly id: string;
  /** When this try is made. */
  readonly at: Date;
  readonly message: Message;
}

export interface Channel {
  readonly name: ChannelName;
  /** Whether messages may name the people concerned. */
  readonly personal: boolean;
  /** The far end is silent for a while after more. */
  readonly perMinute?: number;
  /** Resolves when the far end has taken it. Rejects ChannelFailed; then nothing, or an unknown part, has arrived. */
  send(envelope: Envelope, signal: AbortSignal): Promise<void>;
}

/** The far end did not take it. The code is for operators: never an address, never what was answered in words. */
export class ChannelFailed extends AppError {
  readonly code = "CHANNEL_FAILED";
  readonly answer: string;
  /** Not again before. */
  readonly afterMs: number;
  constructor(answer: string, { afterMs = 0, ...options }: ErrorOptions & { readonly afterMs?: number } = {}) {
    super(`the channel answered ${answer}`, options);
    this.answer = answer;
    this.afterMs = afterMs;
  }
}
