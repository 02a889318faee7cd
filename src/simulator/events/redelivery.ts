import { type Clock, sleepUnlessAborted } from "../../core/clock.ts";
import type { OrganisationEvent } from "./outbox.ts";

/**
 * Time limit for the answer to a Stream message, and the pause before an unanswered message is sent again
 * (docs/dingtalk.md 10.2).
 */
export const ACK_MS = 3_000;
export const REDELIVERY_MS = 60_000;
/** An event is lost after this number of attempts. An attempt without a connected client counts too. */
export const MOST_DELIVERIES = 4;
/** Maximum number of events that wait for their next delivery. Beyond it the oldest is lost. */
const MOST_WAITING = 10_000;

interface Delivery {
  readonly event: OrganisationEvent;
  readonly attempt: number;
  readonly untilMs: number;
}

export interface Redelivery {
  deliver(event: OrganisationEvent): void;
  /** Records the answer of a client. A late answer, or an answer to an unknown message, has no effect. */
  acknowledge(messageId: string, status: "SUCCESS" | "LATER"): void;
  forget(): void;
  stop(): void;
}

/**
 * Delivers each event at least once: without an answer within 3 s, it is sent again a minute later. `send`
 * sends an event to a client and returns the id of the message, or undefined if no client is connected.
 */
export function createRedelivery(
  clock: Clock,
  send: (event: OrganisationEvent) => string | undefined,
): Redelivery {
  // Each queue has one fixed delay, so the order of insertion is the order of `untilMs`.
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
    waiting.delete(event.eventId); // an event that is sent again goes to the end of the queue
    waiting.set(event.eventId, { event, attempt: attempt + 1, untilMs: nowMs() + REDELIVERY_MS });
    const oldest = waiting.size > MOST_WAITING ? waiting.keys().next().value : undefined;
    if (oldest !== undefined) waiting.delete(oldest);
    watch();
  }

  /**
   * Starts the loop that waits for the next due delivery, unless it runs. The loop ends when both queues are
   * empty.
   */
  function watch(): void {
    if (watching || stopped.signal.aborted) return;
    watching = true;
    void keepWatch();
  }

  async function keepWatch(): Promise<void> {
    for (let due = next(); due !== undefined && !stopped.signal.aborted; due = next()) {
      await sleepUnlessAborted(clock, Math.max(1, due - nowMs()), stopped.signal);
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
