import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { newRequestId } from "../organisation/identifiers.ts";
import type { Done } from "../organisation/organisation.ts";
import type { Switches } from "../organisation/switches.ts";
import type { OrganisationEvent, Subscriber } from "./outbox.ts";
import { decryptPush, encryptPush, signPush } from "./push-cipher.ts";

/** Time limits of a receiver in ms: for an event, and for the check of a new address (docs/dingtalk.md 10.3). */
const EVENT_MS = 2_500;
const CHECK_MS = 1_500;
/** Number of failed pushes that one call of the failed list returns and erases. */
const FAILED_PAGE = 200;
/** Size of the failed list. Beyond it the oldest failed pushes are lost. */
const MOST_FAILED = 10_000;

type Settings = NonNullable<Switches["push"]>;

export interface Push extends Subscriber {
  /** Checks a new address with `check_url`. A failure is logged; events are sent to the address nevertheless. */
  configured(): void;
  /** `GET /call_back/get_call_back_failed_result`: returns failed pushes and erases them from the list. */
  failedResult(): Done;
  stop(): void;
}

export interface PushOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly seed: number;
  readonly corpId: string;
  readonly appKey: string;
  readonly settings: () => Settings | undefined;
}

/** HTTP push of events, encrypted and signed, one after the other. A failed push goes to the failed list and is not sent again. */
export function createPush(options: PushOptions): Push {
  const { clock, logger, seed } = options;
  const failed: OrganisationEvent[] = [];
  const stopped = new AbortController();
  let queue = Promise.resolve();
  let sent = 0;

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
        if (!accepted) logger.warn({ url: settings.url }, "the push address does not answer check_url with an encrypted success");
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
    return { EventType: event.eventType, EventTime: event.bornMs, CorpId: event.corpId, BizId, eventId: event.eventId, ...event.data };
  }

  /** Sends a message. True if the receiver accepts it: HTTP 200 without a redirect, with the encrypted text `success`. */
  async function post(settings: Settings, message: Record<string, unknown>, deadlineMs: number): Promise<boolean> {
    sent += 1;
    const nonce = newRequestId(seed ^ 0x3c6ef372, sent)
      .replaceAll("-", "")
      .slice(0, 16);
    const keys = { token: settings.token, aesKey: settings.aesKey, ownerKey: settings.ownerKey ?? options.appKey };
    const timestamp = String(clock.now().getTime());
    const encrypt = encryptPush(keys, JSON.stringify(message), Buffer.from(nonce, "utf8"));
    const url = new URL(settings.url);
    const signature = signPush(settings.token, timestamp, nonce, encrypt);
    for (const [name, value] of Object.entries({ signature, msg_signature: signature, timestamp, nonce }))
      url.searchParams.set(name, value);
    const late = new AbortController();
    const answered = new AbortController();
    void clock.sleep(deadlineMs, answered.signal).then(
      () => late.abort(),
      () => undefined,
    );
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ encrypt }),
        redirect: "error",
        signal: AbortSignal.any([late.signal, stopped.signal]),
      });
      const answer = (await response.json()) as { encrypt?: unknown }; // checked on the next line
      return response.status === 200 && typeof answer.encrypt === "string" && decryptPush(keys, answer.encrypt) === "success";
    } catch (error) {
      logger.debug({ url: settings.url, error: String(error) }, "a push was not accepted");
      return false;
    } finally {
      answered.abort();
    }
  }
}
