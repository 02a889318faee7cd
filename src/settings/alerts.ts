import type { AlertSettings } from "../alerts/settings.ts";
import { Secret } from "../core/secrets/secret.ts";
import type { Values } from "./rules.ts";

/** The channels for alerts, from the settings ALERT_…. */
export function alertsOf(values: Values): AlertSettings {
  const secret = (value: string | undefined) => (value === undefined ? {} : { secret: new Secret(value) });
  const {
    ALERT_DINGTALK_ROBOT_URL: robot,
    ALERT_WEBHOOK_URL: webhook,
    ALERT_SMTP_URL: smtp,
    ALERT_HEARTBEAT_URL: heartbeat,
  } = values;
  const { ALERT_DINGTALK_ROBOT_KEYWORD: keyword, ALERT_MAIL_FROM: from, ALERT_MAIL_TO: to } = values;
  return Object.freeze({
    ...(robot === undefined
      ? {}
      : {
          robot: {
            url: new Secret(robot),
            ...secret(values.ALERT_DINGTALK_ROBOT_SECRET),
            ...(keyword === undefined ? {} : { keyword }),
          },
        }),
    ...(webhook === undefined
      ? {}
      : { webhook: { url: new Secret(webhook), ...secret(values.ALERT_WEBHOOK_SECRET) } }),
    ...(smtp === undefined || from === undefined || to === undefined
      ? {}
      : { mail: { url: new Secret(smtp), from, to } }),
    ...(heartbeat === undefined ? {} : { heartbeat: new Secret(heartbeat) }),
    language: values.ALERT_LANGUAGE,
    allowPrivate: values.ALERT_ALLOW_PRIVATE === "true",
    personal: values.ALERT_PERSONAL ?? [],
    checkpointHours: values.ALERT_CHECKPOINT_HOURS,
  });
}
