import type { Sensitivity } from "./classification.ts";

/* Settings that are more than configuration. An address counts as secret where its path or query gives the right to write to it. */

const SECRET: ReadonlySet<string> = new Set([
  "DATABASE_URL",
  "BOOTSTRAP_TOKEN",
  "DINGTALK_APP_SECRET",
  "OIDC_CLIENT_SECRET",
  "ALERT_DINGTALK_ROBOT_URL",
  "ALERT_DINGTALK_ROBOT_SECRET",
  "ALERT_WEBHOOK_URL",
  "ALERT_WEBHOOK_SECRET",
  "ALERT_SMTP_URL",
  "ALERT_HEARTBEAT_URL",
  "WORKDAY_PASSWORD",
  "WORKDAY_CLIENT_SECRET",
  "WORKDAY_REFRESH_TOKEN",
]);

const PERSONAL: ReadonlySet<string> = new Set(["ALERT_MAIL_FROM", "ALERT_MAIL_TO"]);

const PUBLIC: ReadonlySet<string> = new Set(
  [
    "PORT HOST PUBLIC_URL DATA_DIR ROLE",
    "DINGTALK_APP_KEY DINGTALK_CORP_ID DINGTALK_OAPI_URL DINGTALK_API_URL DINGTALK_QPS DINGTALK_MANAGED_ROOT SIMULATOR_PORT",
    "SYNC_MODE MAPPING_FILE POLICY_FILE FEED_FILE ENCRYPTION_KEY_FILE WORKDAY_FILE WORKDAY_USERNAME",
    "RATE_LIMIT_PER_CLIENT CONCURRENT_REQUESTS_PER_CLIENT TRUST_PROXY CONNECTIONS_PER_ADDRESS METRICS_OPEN_ON_LOOPBACK",
    "ALLOW_REMOVE_ALL_MEMBERS ASSERTION_KEY_HOSTS",
    "OIDC_ISSUER OIDC_CLIENT_ID OIDC_ROLES_CLAIM OIDC_ROLE_NAMES",
    "ALERT_DINGTALK_ROBOT_KEYWORD ALERT_LANGUAGE ALERT_PERSONAL ALERT_ALLOW_PRIVATE",
    "LATENCY_TARGET_SECONDS LEAVER_SLA_MINUTES LOG_LEVEL",
  ].flatMap((line) => line.split(" ")),
);

/** Undefined for what nobody has classified. */
export function classOfSetting(name: string): Sensitivity | undefined {
  if (SECRET.has(name)) return "secret";
  if (PERSONAL.has(name)) return "personal";
  return PUBLIC.has(name) ? "public" : undefined;
}
