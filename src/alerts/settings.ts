import type { Secret } from "../core/secret.ts";
import type { Channel, ChannelName } from "./channels/channel.ts";
import { createMail } from "./channels/mail.ts";
import type { Outbound } from "./channels/outbound.ts";
import { createRobot } from "./channels/robot.ts";
import { createWebhook } from "./channels/webhook.ts";
import type { Language } from "./words/languages.ts";

/** Of ALERT_…; a channel without an address is none. */
export interface AlertSettings {
  readonly robot?: { readonly url: Secret; readonly secret?: Secret; readonly keyword?: string };
  readonly webhook?: { readonly url: Secret; readonly secret?: Secret };
  readonly mail?: { readonly url: Secret; readonly from: string; readonly to: readonly string[] };
  readonly heartbeat?: Secret;
  readonly language: Language;
  /** Messages may go to private addresses, over plain HTTP and SMTP without TLS. */
  readonly allowPrivate: boolean;
  /** Channels whose messages may name people. */
  readonly personal: readonly ChannelName[];
}

export function channelsOf({ robot, webhook, mail, allowPrivate, personal }: AlertSettings, outbound: Outbound): readonly Channel[] {
  return [
    ...(robot ? [createRobot({ ...robot, personal: personal.includes("robot") }, outbound)] : []),
    ...(webhook ? [createWebhook({ ...webhook, personal: personal.includes("webhook") }, outbound)] : []),
    ...(mail ? [createMail({ ...mail, personal: personal.includes("mail"), requireTls: !allowPrivate }, outbound)] : []),
  ];
}
