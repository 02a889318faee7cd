import { eventId } from "../organisation/identifiers.ts";
import type { EventDraft } from "../organisation/records.ts";

/** A contact event for subscribers (docs/dingtalk.md 10.1). */
export interface OrganisationEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly bornMs: number;
  readonly corpId: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Subscriber {
  deliver(event: OrganisationEvent): void;
  /** Drops the events that have not been delivered yet. */
  forget(): void;
}

export interface Outbox {
  publish(drafts: readonly EventDraft[]): void;
  forget(): void;
}

/** Gives each draft an id and a time, and delivers it to every subscriber (Stream and HTTP push). */
export function createOutbox(
  source: { readonly seed: number; readonly corpId: string; readonly nowMs: () => number },
  subscribers: readonly Subscriber[],
): Outbox {
  let born = 0;
  return {
    publish(drafts) {
      for (const { eventType, data } of drafts) {
        born += 1;
        const event = {
          eventId: eventId(source.seed, born),
          eventType,
          bornMs: source.nowMs(),
          corpId: source.corpId,
          data,
        };
        for (const subscriber of subscribers) subscriber.deliver(event);
      }
    },
    forget() {
      for (const subscriber of subscribers) subscriber.forget();
    },
  };
}
