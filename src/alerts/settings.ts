import type { Secret } from "../core/secrets/secret.ts";
import type { Language } from "../words/languages.ts";
import type { Channel, ChannelName } from "./channels/channel.ts";
import { createMail } from "./channels/mail.ts";
import type { Outbound } from "./channels/outbound.ts";
import { createRobot } from "./channels/robot.ts";
import { createWebhook } from "./channels/webhook.ts";

/** Settings of ALERT_…. A channel without an address is not used. */
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
  /** Interval of checkpoints in hours; 0: never. */
  readonly checkpointHours: number;
}

/**
 * Minimum number of kinds of channels for a real organisation. DingTalk's robot does not work when DingTalk
 * itself fails.
 */
const LEAST_CHANNELS = 2;

export interface Advice {
  readonly code: string;
  readonly text: string;
  readonly remedy: string;
}

/** Missing settings for reliable notification of incidents. */
export function adviceOf(
  { robot, webhook, mail }: AlertSettings,
  { isReal }: { readonly isReal: boolean },
): readonly Advice[] {
  const kinds = [robot, webhook, mail].filter((channel) => channel !== undefined).length;
  if (!isReal || kinds >= LEAST_CHANNELS) return [];
  const text =
    kinds === 0
      ? "nobody is notified of incidents: no channel is set"
      : "only one kind of channel is set: nobody is notified if it fails";
  return [
    {
      code: "alertChannels",
      text,
      remedy: "set two of ALERT_DINGTALK_ROBOT_URL, ALERT_WEBHOOK_URL and ALERT_SMTP_URL (docs/alerts.md)",
    },
  ];
}

export function channelsOf(
  { robot, webhook, mail, allowPrivate, personal }: AlertSettings,
  outbound: Outbound,
): readonly Channel[] {
  return [
    ...(robot ? [createRobot({ ...robot, personal: personal.includes("robot") }, outbound)] : []),
    ...(webhook ? [createWebhook({ ...webhook, personal: personal.includes("webhook") }, outbound)] : []),
    ...(mail
      ? [createMail({ ...mail, personal: personal.includes("mail"), requireTls: !allowPrivate }, outbound)]
      : []),
  ];
}
