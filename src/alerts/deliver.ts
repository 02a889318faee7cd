import { backoffMs } from "../core/backoff.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Meter } from "../core/meter.ts";
import { type Channel, ChannelFailed } from "./channels/channel.ts";
import { messageOf } from "./message.ts";
import type { AlertStore, Claimed } from "./ports.ts";
import type { Words } from "./words/words.ts";

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
/** What could not be delivered for so long is shown as failed, and can be replayed. */
const PATIENCE_MS = 24 * 3_600_000;
/** Of those concerned, in a channel that is personal. */
const NAMED = 5;

/** Sends what is due for one channel, one after the other; how many were taken. */
export async function deliverDue(channel: Channel, deps: DeliveryDeps, signal: AbortSignal): Promise<number> {
  const claimed = await deps.store.claim(channel.name, deps.clock.now(), channel.perMinute);
  // In turn: the far end counts, and reads them in order.
  for (const each of claimed) await deliver(channel, each, deps, signal);
  return claimed.length;
}

/** Tells whether it arrived; a failure is recorded, and tried again later. */
export async function deliver(
  channel: Channel,
  { id, occasion, attempts, createdAt, told }: Claimed,
  deps: DeliveryDeps,
  signal: AbortSignal,
): Promise<ChannelFailed | undefined> {
  const { store, words, publicUrl, clock, logger, meter } = deps;
  // Read when they are needed and kept nowhere: who is erased in between is not named.
  const names = channel.personal && occasion !== "closed" ? await store.names(told, NAMED) : [];
  const at = clock.now();
  try {
    await channel.send({ id, at, message: messageOf(told, { occasion, at, words, publicUrl, names }) }, signal);
  } catch (error) {
    if (!(error instanceof ChannelFailed)) throw error;
    const givenUp = at.getTime() - createdAt.getTime() > PATIENCE_MS;
    const waitMs = Math.max(error.afterMs, backoffMs(attempts - 1, deps.random(), BASE_MS, MOST_MS));
    await store.failed(id, { error: error.answer, nextAt: givenUp ? undefined : new Date(at.getTime() + waitMs) });
    meter.count("alertDeliveries", { channel: channel.name, outcome: givenUp ? "givenUp" : "failed" });
    logger.warn({ task: channel.name, eventId: told.id, answer: error.answer, attempt: attempts }, "a message could not be delivered");
    return error;
  }
  await store.sent(id, clock.now());
  meter.count("alertDeliveries", { channel: channel.name, outcome: "sent" });
  return undefined;
}
