import { createHmac } from "node:crypto";
import type { Secret } from "../../core/secrets/secret.ts";
import { payloadOf } from "../forms/payload.ts";
import { type Channel, ChannelFailed } from "./channel.ts";
import type { Outbound } from "./outbound.ts";

export interface WebhookSettings {
  readonly url: Secret;
  readonly secret?: Secret;
  readonly personal: boolean;
}

/**
 * Standard Webhooks: `webhook-id`, `webhook-timestamp` and, with a secret, `webhook-signature`. Any 2xx is a
 * success.
 */
export function createWebhook({ url, secret, personal }: WebhookSettings, outbound: Outbound): Channel {
  const key = secret === undefined ? undefined : keyOf(secret.reveal());
  return {
    name: "webhook",
    personal,
    async send({ id, at, message }, signal) {
      const body = JSON.stringify(payloadOf(message));
      const headers = { "content-type": "application/json", ...signedHeaders({ id, at, body }, key) };
      const { status, retryAfterMs = 0 } = await outbound.send("POST", url.reveal(), {
        headers,
        body,
        signal,
      });
      if (status < 200 || status > 299)
        throw new ChannelFailed(`http-${status}`, { afterMs: Math.min(retryAfterMs, MOST_WAIT_MS) });
    },
  };
}

const MOST_WAIT_MS = 15 * 60_000;

/** The headers of Standard Webhooks. Without a key there is no signature. */
export function signedHeaders(
  { id, at, body }: { readonly id: string; readonly at: Date; readonly body: string },
  key: Buffer | undefined,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signature = (by: Buffer) =>
    createHmac("sha256", by).update(`${id}.${timestamp}.${body}`).digest("base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    ...(key === undefined ? {} : { "webhook-signature": `v1,${signature(key)}` }),
  };
}

/** Base64, with or without the prefix `whsec_`. The bytes of the text if it is not Base64. */
export function keyOf(secret: string): Buffer {
  const text = secret.replace(/^whsec_/, "");
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : Buffer.from(text, "utf8");
}
