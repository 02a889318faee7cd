import { ChannelFailed } from "../../alerts/channels/channel.ts";
import type { Outbound } from "../../alerts/channels/outbound.ts";
import { keyOf, signedHeaders } from "../../alerts/channels/webhook.ts";
import type { Clock } from "../../core/clock.ts";
import type { Secret } from "../../core/secrets/secret.ts";
import { CLOUD_EVENT_TYPE, cloudEventOf, type Encoding } from "../cloud-event.ts";
import type { NumberedEvent } from "../ports.ts";
import { sendInLanes } from "./lanes.ts";
import { type Sink, SinkFailed } from "./sink.ts";

export interface WebhookSinkOptions extends Encoding {
  readonly name: string;
  readonly url: string;
  readonly secret?: Secret;
  readonly wants: Sink["wants"];
}

const MOST_WAIT_MS = 15 * 60_000;

/**
 * One event in each POST (structured mode of the HTTP binding), with the headers of Standard Webhooks. Any
 * 2xx is a success.
 */
export function createWebhookSink(
  options: WebhookSinkOptions,
  { outbound, clock }: { readonly outbound: Outbound; readonly clock: Clock },
): Sink {
  const { name, url, secret, wants } = options;
  const key = secret === undefined ? undefined : keyOf(secret.reveal());

  async function post(event: NumberedEvent, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify(cloudEventOf(event, options));
    const headers = {
      "content-type": CLOUD_EVENT_TYPE,
      ...signedHeaders({ id: event.event.id, at: clock.now(), body }, key),
    };
    const { status, retryAfterMs = 0 } = await outbound.send("POST", url, { headers, body, signal });
    if (status < 200 || status > 299)
      throw new ChannelFailed(`http-${status}`, { afterMs: Math.min(retryAfterMs, MOST_WAIT_MS) });
  }

  return {
    name,
    wants,
    async send(events, signal) {
      const { sent, failure } = await sendInLanes(events, (event) => post(event, signal));
      if (!failure) return;
      const { error } = failure;
      if (!(error instanceof ChannelFailed)) throw error;
      throw new SinkFailed(error.answer, { delivered: sent, afterMs: error.afterMs, cause: error });
    },
    close: async () => undefined,
  };
}
