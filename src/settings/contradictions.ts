import type { Environment } from "./environment.ts";
import { DEFAULT_PORT } from "./rules.ts";

const CREDENTIALS = ["DINGTALK_APP_KEY", "DINGTALK_APP_SECRET", "DINGTALK_CORP_ID"] as const;

/** Problems that only the combination of several settings shows. */
export function contradictions(given: Environment): string[] {
  const problems: string[] = [
    ...alertContradictions(given),
    ...workdayContradictions(given),
    ...oidcContradictions(given),
  ];
  if (given.DATABASE_READ_URL !== undefined && given.DATABASE_URL === undefined)
    problems.push("DATABASE_URL must be set too: DATABASE_READ_URL is a replica of it");
  const missing = CREDENTIALS.filter((name) => given[name] === undefined);
  if (missing.length > 0 && missing.length < CREDENTIALS.length) {
    problems.push(
      `${missing.join(" and ")} must be set too: ${CREDENTIALS.join(", ")} are set together, or not at all for the sandbox`,
    );
  }
  if (missing.length === CREDENTIALS.length) {
    const port = Number(given.PORT ?? DEFAULT_PORT);
    if (given.SIMULATOR_PORT === undefined && port === 65_535)
      problems.push("SIMULATOR_PORT must be set: PORT + 1 is beyond 65535");
    if (given.SIMULATOR_PORT !== undefined && Number(given.SIMULATOR_PORT) === port)
      problems.push("SIMULATOR_PORT must differ from PORT");
  }
  return problems;
}

const WORKDAY = [
  "WORKDAY_USERNAME",
  "WORKDAY_PASSWORD",
  "WORKDAY_CLIENT_SECRET",
  "WORKDAY_REFRESH_TOKEN",
] as const;

const workdayContradictions = (given: Environment): string[] =>
  given.WORKDAY_FILE === undefined
    ? WORKDAY.filter((name) => given[name] !== undefined).map(
        (name) => `WORKDAY_FILE must be set too: ${name} belongs to it`,
      )
    : [];

const PLAIN = ["ALERT_DINGTALK_ROBOT_URL", "ALERT_WEBHOOK_URL", "ALERT_HEARTBEAT_URL"] as const;

const CHANNELS = ["ALERT_DINGTALK_ROBOT_URL", "ALERT_WEBHOOK_URL", "ALERT_SMTP_URL"] as const;

const OIDC = ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"] as const;

function oidcContradictions(given: Environment): string[] {
  const unset = OIDC.filter((name) => given[name] === undefined);
  if (unset.length > 0 && unset.length < OIDC.length)
    return [`${unset.join(" and ")} must be set too: ${OIDC.join(", ")} are set together`];
  const alone = (["OIDC_ROLE_NAMES", "OIDC_ROLES_CLAIM"] as const).filter(
    (name) => given[name] !== undefined && unset.length > 0,
  );
  return alone.map((name) => `OIDC_ISSUER must be set too: ${name} belongs to it`);
}

function alertContradictions(given: Environment): string[] {
  const problems: string[] = [];
  if (given.ALERT_ALLOW_PRIVATE !== "true")
    for (const name of PLAIN)
      if (given[name]?.toLowerCase().startsWith("http:"))
        problems.push(`${name} must begin with https:// unless ALERT_ALLOW_PRIVATE is true`);
  const mail = ["ALERT_SMTP_URL", "ALERT_MAIL_FROM", "ALERT_MAIL_TO"].filter(
    (name) => given[name] === undefined,
  );
  if (mail.length > 0 && mail.length < 3)
    problems.push(
      `${mail.join(" and ")} must be set too: ALERT_SMTP_URL, ALERT_MAIL_FROM and ALERT_MAIL_TO are set together`,
    );
  for (const [name, of] of [
    ["ALERT_DINGTALK_ROBOT_SECRET", "ALERT_DINGTALK_ROBOT_URL"],
    ["ALERT_DINGTALK_ROBOT_KEYWORD", "ALERT_DINGTALK_ROBOT_URL"],
    ["ALERT_WEBHOOK_SECRET", "ALERT_WEBHOOK_URL"],
  ] as const)
    if (given[name] !== undefined && given[of] === undefined)
      problems.push(`${of} must be set too: ${name} belongs to it`);
  if (Number(given.ALERT_CHECKPOINT_HOURS ?? 0) > 0 && CHANNELS.every((name) => given[name] === undefined))
    problems.push(`one of ${CHANNELS.join(", ")} must be set too: ALERT_CHECKPOINT_HOURS needs a channel`);
  return problems;
}
