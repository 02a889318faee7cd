import { backoffMs } from "../../core/backoff.ts";
import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Meter } from "../../core/meter.ts";
import { type Channel, ChannelFailed } from "../channels/channel.ts";
import type { AlertStore, Claimed } from "../ports.ts";
import type { Words } from "../words/words.ts";
import { messageOf } from "./message.ts";

export interface DeliveryDeps {
  readonly store: Pick<AlertStore, "claim" | "sent" | "failed" | "names">;
  readonly words: Words;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly random: () => number;
}

const BASE_MS = 20_000;
const MOST_MS = 15 * 60_000;
/** A message that could not be delivered within this time is shown as failed and can be replayed. */
const PATIENCE_MS = 24 * 3_600_000;
/** Maximum number of names in a message of a personal channel. */
const NAMED = 5;

/** Sends the due messages of one channel, one after the other. Resolves with their number. */
export async function deliverDue(channel: Channel, deps: DeliveryDeps, signal: AbortSignal): Promise<number> {
  const claimed = await deps.store.claim(channel.name, deps.clock.now(), channel.perMinute);
  // One after the other, because the receiver limits their rate and shows them in order.
  for (const each of claimed) await deliver(channel, each, deps, signal);
  return claimed.length;
}

/** Resolves with whether the message arrived. A failure is recorded and retried later. */
export async function deliver(
  channel: Channel,
  { id, occasion, attempts, createdAt, about }: Claimed,
  deps: DeliveryDeps,
  signal: AbortSignal,
): Promise<ChannelFailed | undefined> {
  const { store, words, publicUrl, clock, logger, meter } = deps;
  // Names are read for each message and not stored, so an erased person is not named.
  const names = channel.personal && occasion !== "closed" ? await store.names(about, NAMED) : [];
  const at = clock.now();
  try {
    await channel.send(
      { id, at, message: messageOf(about, { occasion, at, words, publicUrl, names }) },
      signal,
    );
  } catch (error) {
    if (!(error instanceof ChannelFailed)) throw error;
    const givenUp = at.getTime() - createdAt.getTime() > PATIENCE_MS;
    const waitMs = Math.max(error.afterMs, backoffMs(attempts - 1, deps.random(), BASE_MS, MOST_MS));
    await store.failed(id, {
      error: error.answer,
      nextAt: givenUp ? undefined : new Date(at.getTime() + waitMs),
    });
    meter.count("alertDeliveries", { channel: channel.name, outcome: givenUp ? "givenUp" : "failed" });
    logger.warn(
      { task: channel.name, eventId: about.id, answer: error.answer, attempt: attempts },
      "a message could not be delivered",
    );
    return error;
  }
  await store.sent(id, clock.now());
  meter.count("alertDeliveries", { channel: channel.name, outcome: "sent" });
  return undefined;
}
