import type { Done } from "../organisation/organisation.ts";
import type { OrganisationEvent, Subscriber } from "./outbox.ts";
import { createPushCall, type PushCallOptions, type Settings } from "./push-call.ts";

/**
 * Time limits of a receiver in ms: for an event, and for the check of a new address (docs/dingtalk.md 10.3).
 */
const EVENT_MS = 2_500;
const CHECK_MS = 1_500;
/** Number of failed pushes that one call of the failed list returns and erases. */
const FAILED_PAGE = 200;
/** Size of the failed list. Beyond it the oldest failed pushes are lost. */
const MOST_FAILED = 10_000;

export interface Push extends Subscriber {
  /**
   * Checks a new address with `check_url`. A failure is logged; events are sent to the address nevertheless.
   */
  configured(): void;
  /** `GET /call_back/get_call_back_failed_result`: returns failed pushes and erases them from the list. */
  failedResult(): Done;
  stop(): void;
}

export interface PushOptions extends PushCallOptions {
  readonly corpId: string;
  readonly settings: () => Settings | undefined;
}

/**
 * HTTP push of events, encrypted and signed, one after the other. A failed push goes to the failed list and
 * is not sent again.
 */
export function createPush(options: PushOptions): Push {
  const { logger } = options;
  const failed: OrganisationEvent[] = [];
  const stopped = new AbortController();
  let queue = Promise.resolve();
  const post = createPushCall(options, stopped.signal);

  return {
    deliver(event) {
      const settings = options.settings();
      if (!settings) return;
      enqueue(async () => {
        if (await post(settings, envelope(event), EVENT_MS)) return;
        failed.push(event);
        if (failed.length > MOST_FAILED) failed.shift();
      });
    },
    forget: () => {
      failed.length = 0;
    },
    configured() {
      const settings = options.settings();
      if (!settings) return;
      enqueue(async () => {
        const accepted = await post(settings, { EventType: "check_url" }, CHECK_MS);
        if (!accepted)
          logger.warn(
            { url: settings.url },
            "the push address does not answer check_url with an encrypted success",
          );
      });
    },
    failedResult() {
      const list = failed.splice(0, FAILED_PAGE);
      return {
        answer: {
          has_more: failed.length > 0,
          failed_list: list.map((event) => ({
            call_back_tag: event.eventType,
            event_time: event.bornMs,
            [event.eventType]: { ...event.data, corpid: event.corpId },
          })),
        },
      };
    },
    stop: () => stopped.abort(),
  };

  function enqueue(work: () => Promise<void>): void {
    queue = queue.then(() => (stopped.signal.aborted ? undefined : work()));
  }

  function envelope(event: OrganisationEvent): Record<string, unknown> {
    const BizId = String(event.bornMs % 1_000_000_000);
    return {
      EventType: event.eventType,
      EventTime: event.bornMs,
      CorpId: event.corpId,
      BizId,
      eventId: event.eventId,
      ...event.data,
    };
  }
}
