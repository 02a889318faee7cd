import { z } from "zod";
import { CHANNEL_NAMES, type ChannelName } from "../alerts/channels/channel.ts";
import { ROLES } from "../http/auth/roles.ts";
import { RUNNING_OF_A_CLIENT } from "../http/connection/client-share.ts";
import { CONNECTIONS_OF_AN_ADDRESS } from "../http/connection/connections.ts";
import { readTrustedProxies } from "../http/connection/trusted-proxies.ts";
import { isOfEveryTenant } from "../http/oidc/settings.ts";
import { DEFAULT_RETENTION, LEAST_RETENTION, type RetentionJob } from "../privacy/retention.ts";
import { SYNC_MODES } from "../reconcile/policy.ts";
import { LANGUAGES } from "../words/languages.ts";
import {
  isBaseAddress,
  isChannelName,
  isDatabaseUrl,
  isHost,
  isHttpAddress,
  isIssuer,
  isMailbox,
  isOrigin,
  isSmtpUrl,
  listOf,
  originsOf,
  roleNamesOf,
  withoutSlash,
} from "./forms.ts";

/* The form and the default of each setting. contradictions.ts has rules about several settings. */

export const DEFAULT_PORT = 8080;
const PORT_RULE = "must be a whole number from 1 to 65535";
const MIN_BOOTSTRAP_LENGTH = 32;

const wholeNumber = (min: number, max: number, rule: string) =>
  z
    .string()
    .regex(/^\d{1,15}$/, rule)
    .transform(Number)
    .refine((value) => value >= min && value <= max, rule);
const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `must be one of ${words.join(", ")}` });
const text = z.string().trim().min(1, "must not be blank");
const baseAddress = z
  .string()
  .refine(isBaseAddress, "must be an http or https address without user, query and fragment")
  .transform(withoutSlash);

/** An address that we call. Its path and query are usually secret. */
const outboundAddress = z
  .string()
  .refine(isHttpAddress, "must be an http or https address without user and fragment");
const MAILBOX_RULE = "must be an e-mail address, such as alerts@example.com or Alerts <alerts@example.com>";

const MOST_DAYS = 36_500;
const days = (job: RetentionJob) =>
  wholeNumber(
    LEAST_RETENTION[job],
    MOST_DAYS,
    `must be a whole number from ${LEAST_RETENTION[job]} to ${MOST_DAYS}`,
  ).default(DEFAULT_RETENTION[job]);

/** All settings, in the order of the manual. */
export const RULES = {
  PORT: wholeNumber(1, 65_535, PORT_RULE).default(DEFAULT_PORT),
  HOST: z.string().refine(isHost, "must be an IP address or a host name").default("127.0.0.1"),
  PUBLIC_URL: z
    .string()
    .refine(
      isOrigin,
      "must be an http or https address with scheme, host and port only, such as https://scim.example.com",
    )
    .transform(withoutSlash)
    .optional(),
  DATABASE_URL: z
    .string()
    .refine(isDatabaseUrl, "must be an address such as postgresql://user:password@host:5432/database")
    .optional(),
  DATABASE_READ_URL: z
    .string()
    .refine(isDatabaseUrl, "must be an address such as postgresql://user:password@replica:5432/database")
    .optional(),
  DATA_DIR: text.default("./.data"),
  BOOTSTRAP_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]*$/, "must have only printable ASCII characters, without spaces")
    .min(MIN_BOOTSTRAP_LENGTH, `must have at least ${MIN_BOOTSTRAP_LENGTH} characters`)
    .optional(),
  ROLE: oneOf(["api", "worker", "all"]).default("all"),
  DINGTALK_APP_KEY: text.optional(),
  DINGTALK_APP_SECRET: text.optional(),
  DINGTALK_CORP_ID: text.optional(),
  DINGTALK_OAPI_URL: baseAddress.default("https://oapi.dingtalk.com"),
  DINGTALK_API_URL: baseAddress.default("https://api.dingtalk.com"),
  DINGTALK_QPS: wholeNumber(1, 1_000, "must be a whole number from 1 to 1000").default(15),
  DINGTALK_MANAGED_ROOT: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "must be the id of a department, a positive whole number")
    .default("1"),
  DINGTALK_STREAM: oneOf(["on", "off"]).default("on"),
  SIMULATOR_PORT: wholeNumber(1, 65_535, PORT_RULE).optional(),
  SYNC_MODE: oneOf(SYNC_MODES).optional(),
  MAPPING_FILE: text.optional(),
  POLICY_FILE: text.optional(),
  FEED_FILE: text.optional(),
  ENCRYPTION_KEY_FILE: text.optional(),
  HISTORY_KEY_FILE: text.optional(),
  HISTORY_WITNESS_POLICY: text.optional(),
  HISTORY_ANCHORS_FILE: text.optional(),
  WORKDAY_FILE: text.optional(),
  WORKDAY_USERNAME: text.optional(),
  WORKDAY_PASSWORD: text.optional(),
  WORKDAY_CLIENT_SECRET: text.optional(),
  WORKDAY_REFRESH_TOKEN: text.optional(),
  RATE_LIMIT_PER_CLIENT: wholeNumber(0, 1_000_000, "must be a whole number from 0 to 1000000").default(50),
  CONCURRENT_REQUESTS_PER_CLIENT: wholeNumber(0, 1_000, "must be a whole number from 0 to 1000").default(
    RUNNING_OF_A_CLIENT,
  ),
  TRUST_PROXY: z
    .string()
    .transform(readTrustedProxies)
    .refine(
      (proxies) => proxies !== undefined,
      "must be the number of proxies before this server (at most 10), or addresses, CIDR ranges, loopback, linklocal and uniquelocal separated by commas",
    )
    .optional(),
  CONNECTIONS_PER_ADDRESS: wholeNumber(1, 100_000, "must be a whole number from 1 to 100000").default(
    CONNECTIONS_OF_AN_ADDRESS,
  ),
  METRICS_OPEN_ON_LOOPBACK: oneOf(["true", "false"]).optional(),
  ALLOW_REMOVE_ALL_MEMBERS: oneOf(["true", "false"]).default("false"),
  ASSERTION_KEY_HOSTS: z
    .string()
    .transform(originsOf)
    .refine(
      (origins) => !origins.includes(undefined),
      "must be host names separated by commas, such as login.microsoftonline.com (for tests also http://127.0.0.1:PORT)",
    )
    .default(["https://login.microsoftonline.com", "https://login.windows.net"]),
  OIDC_ISSUER: z
    .string()
    .refine(
      isIssuer,
      "must be an https address without user, query and fragment (http for 127.0.0.1 and [::1])",
    )
    .refine(
      (value) => !isIssuer(value) || !isOfEveryTenant(value),
      "must name one tenant, such as https://login.microsoftonline.com/TENANT-ID/v2.0, not common, organizations or consumers",
    )
    .optional(),
  OIDC_CLIENT_ID: text.optional(),
  OIDC_CLIENT_SECRET: text.optional(),
  OIDC_ROLES_CLAIM: text.default("roles"),
  OIDC_ROLE_NAMES: z
    .string()
    .transform(roleNamesOf)
    .refine(
      (names) => names !== undefined,
      `must be pairs such as SCIM-Admins=admin, separated by commas; roles are ${ROLES.join(", ")}`,
    )
    .optional(),
  ALERT_DINGTALK_ROBOT_URL: outboundAddress.optional(),
  ALERT_DINGTALK_ROBOT_SECRET: text.optional(),
  ALERT_DINGTALK_ROBOT_KEYWORD: text.optional(),
  ALERT_WEBHOOK_URL: outboundAddress.optional(),
  ALERT_WEBHOOK_SECRET: text.min(8, "must have at least 8 characters").optional(),
  ALERT_SMTP_URL: z
    .string()
    .refine(isSmtpUrl, "must be an address such as smtp://user:password@mail.example.com:587")
    .optional(),
  ALERT_MAIL_FROM: z.string().refine(isMailbox, MAILBOX_RULE).optional(),
  ALERT_MAIL_TO: z
    .string()
    .transform(listOf)
    .refine((all) => all.length > 0 && all.every(isMailbox), "must be e-mail addresses separated by commas")
    .optional(),
  ALERT_HEARTBEAT_URL: outboundAddress.optional(),
  ALERT_LANGUAGE: oneOf(LANGUAGES).default("en"),
  NEWCOMER_NOTE_AGENT_ID: wholeNumber(
    1,
    9_999_999_999_999,
    "must be the AgentId of the app, a whole number",
  ).optional(),
  ALERT_PERSONAL: z
    .string()
    .transform(listOf)
    .refine(
      (all): all is ChannelName[] => all.every(isChannelName),
      `must be some of ${CHANNEL_NAMES.join(", ")}, separated by commas`,
    )
    .optional(),
  ALERT_CHECKPOINT_HOURS: wholeNumber(
    0,
    8_760,
    "must be a whole number of hours from 0 (never) to 8760",
  ).default(0),
  ALERT_ALLOW_PRIVATE: oneOf(["true", "false"]).default("false"),
  RETAIN_LEAVERS_DAYS: days("leavers"),
  RETAIN_VALUES_DAYS: days("values"),
  RETAIN_EVENTS_DAYS: days("events"),
  RETAIN_ACCESS_DAYS: days("access"),
  RETAIN_ENDED_DAYS: days("ended"),
  RETAIN_MESSAGES_DAYS: days("messages"),
  LATENCY_TARGET_SECONDS: wholeNumber(1, 86_400, "must be a whole number from 1 to 86400").default(45),
  LEAVER_SLA_MINUTES: wholeNumber(1, 43_200, "must be a whole number from 1 to 43200").default(60),
  LOG_LEVEL: oneOf(["debug", "info", "warn", "error", "silent"]).default("info"),
};

export type Values = z.output<z.ZodObject<typeof RULES>>;

/** Names of all settings. */
export const SETTINGS = Object.keys(RULES) as readonly (keyof typeof RULES)[];
