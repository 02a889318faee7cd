import type { Clock } from "../../core/clock.ts";
import type { OrganisationEvent } from "./outbox.ts";

/** Answer time of a Stream message, and the pause before an unanswered one comes again (docs/dingtalk.md 10.2). */
export const ACK_MS = 3_000;
export const REDELIVERY_MS = 60_000;
/** After this many deliveries, or pauses without a client, an event is lost. */
export const MOST_DELIVERIES = 4;
/** Events waiting for a client; the oldest go first when there are more. */
const MOST_WAITING = 10_000;

interface Delivery {
  readonly event: OrganisationEvent;
  readonly attempt: number;
  readonly untilMs: number;
}

export interface Redelivery {
  deliver(event: OrganisationEvent): void;
  /** The client answered. Late answers, and answers to nothing, change nothing. */
  acknowledge(messageId: string, status: "SUCCESS" | "LATER"): void;
  forget(): void;
  stop(): void;
}

/**
 * At-least-once delivery: an event is sent, waits 3 s for its answer, and comes again after a minute when there was none. `send` gives it
 * to a client and returns the message's id, or undefined when there is no client.
 */
export function createRedelivery(clock: Clock, send: (event: OrganisationEvent) => string | undefined): Redelivery {
  // Both queues have one fixed delay each, so that the order of insertion is the order of time.
  const unanswered = new Map<string, Delivery>();
  const waiting = new Map<string, Delivery>();
  const stopped = new AbortController();
  let watching = false;

  return {
    deliver: (event) => attemptDelivery(event, 1),
    acknowledge(messageId, status) {
      const delivery = unanswered.get(messageId);
      if (!delivery) return;
      unanswered.delete(messageId);
      if (status === "LATER") wait(delivery.event, delivery.attempt);
    },
    forget() {
      unanswered.clear();
      waiting.clear();
    },
    stop: () => stopped.abort(),
  };

  function attemptDelivery(event: OrganisationEvent, attempt: number): void {
    const messageId = send(event);
    if (messageId === undefined) {
      wait(event, attempt);
      return;
    }
    unanswered.set(messageId, { event, attempt, untilMs: nowMs() + ACK_MS });
    watch();
  }

  function wait(event: OrganisationEvent, attempt: number): void {
    if (attempt >= MOST_DELIVERIES) return;
    waiting.set(event.eventId, { event, attempt: attempt + 1, untilMs: nowMs() + REDELIVERY_MS });
    const oldest = waiting.size > MOST_WAITING ? waiting.keys().next().value : undefined;
    if (oldest !== undefined) waiting.delete(oldest);
    watch();
  }

  /** One sleeper for everything that has a time; it ends when nothing has. */
  function watch(): void {
    if (watching || stopped.signal.aborted) return;
    watching = true;
    void keepWatch();
  }

  async function keepWatch(): Promise<void> {
    for (let due = next(); due !== undefined && !stopped.signal.aborted; due = next()) {
      await clock.sleep(Math.max(1, due - nowMs()), stopped.signal).catch(() => undefined); // rejects only when stopped
      if (!stopped.signal.aborted) sweep();
    }
    watching = false;
  }

  function next(): number | undefined {
    const [first, second] = [unanswered, waiting].map((queue) => queue.values().next().value?.untilMs);
    return first === undefined || second === undefined ? (first ?? second) : Math.min(first, second);
  }

  function sweep(): void {
    for (const { event, attempt } of takeDue(unanswered)) wait(event, attempt);
    for (const { event, attempt } of takeDue(waiting)) attemptDelivery(event, attempt);
  }

  function takeDue(queue: Map<string, Delivery>): Delivery[] {
    const due: Delivery[] = [];
    for (const [key, delivery] of queue) {
      if (delivery.untilMs > nowMs()) break;
      queue.delete(key);
      due.push(delivery);
    }
    return due;
  }

  function nowMs(): number {
    return clock.now().getTime();
  }
}
