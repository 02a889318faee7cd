import { ChannelFailed } from "../../alerts/channels/channel.ts";
import type { Outbound } from "../../alerts/channels/outbound.ts";
import { keyOf, signedHeaders } from "../../alerts/channels/webhook.ts";
import type { Clock } from "../../core/clock.ts";
import type { Secret } from "../../core/secret.ts";
import { CLOUD_EVENT_TYPE, cloudEventOf, type Encoding, subjectOf } from "../cloud-event.ts";
import type { NumberedEvent } from "../ports.ts";
import { type Sink, SinkFailed } from "./sink.ts";

export interface WebhookSinkOptions extends Encoding {
  readonly name: string;
  readonly url: string;
  readonly secret?: Secret;
  readonly wants: Sink["wants"];
}

/** Events of different subjects go side by side on so many ways. */
const LANES = 8;
const MOST_WAIT_MS = 15 * 60_000;

/** One event in each POST (structured mode of the HTTP binding), with the headers of Standard Webhooks. Any 2xx is taken for yes. */
export function createWebhookSink(
  options: WebhookSinkOptions,
  { outbound, clock }: { readonly outbound: Outbound; readonly clock: Clock },
): Sink {
  const { name, url, secret, wants } = options;
  const key = secret === undefined ? undefined : keyOf(secret.reveal());

  async function post(event: NumberedEvent, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify(cloudEventOf(event, options));
    const headers = { "content-type": CLOUD_EVENT_TYPE, ...signedHeaders({ id: event.event.id, at: clock.now(), body }, key) };
    const { status, retryAfterMs = 0 } = await outbound.send("POST", url, { headers, body, signal });
    if (status < 200 || status > 299) throw new ChannelFailed(`http-${status}`, { afterMs: Math.min(retryAfterMs, MOST_WAIT_MS) });
  }

  return {
    name,
    wants,
    async send(events, signal) {
      const taken = events.map(() => false);
      const failing = new AbortController();
      const lanes = Array.from({ length: LANES }, (): number[] => []);
      events.forEach((event, at) => {
        lanes[laneOf(subjectOf(event))]!.push(at);
      });
      const ended = await Promise.allSettled(
        lanes.map(async (lane) => {
          // In turn: each waits for the one before it.
          for (const at of lane) {
            if (failing.signal.aborted) return;
            try {
              await post(events[at]!, signal);
              taken[at] = true;
            } catch (error) {
              failing.abort();
              throw error;
            }
          }
        }),
      );
      const failed = ended.find((each) => each.status === "rejected");
      if (!failed) return;
      if (!(failed.reason instanceof ChannelFailed)) throw failed.reason;
      const { answer, afterMs } = failed.reason;
      throw new SinkFailed(answer, { delivered: taken.indexOf(false), afterMs, cause: failed.reason });
    },
    close: async () => undefined,
  };
}

function laneOf(subject: string): number {
  let hash = 0;
  for (const character of subject) hash = (hash * 31 + character.charCodeAt(0)) >>> 0;
  return hash % LANES;
}
