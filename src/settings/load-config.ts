import { isIP } from "node:net";
import { z } from "zod";
import { CannotStart } from "../core/errors.ts";
import { Secret } from "../core/secrets/secret.ts";
import { isLoopbackName } from "../http/connection/host.ts";
import { NO_PROXIES } from "../http/connection/trusted-proxies.ts";
import type { OidcSettings } from "../http/oidc/settings.ts";
import type { Retention } from "../privacy/retention.ts";
import { alertsOf } from "./alerts.ts";
import type { Config, DingTalkSettings, WorkdaySettings } from "./config.ts";
import { contradictions } from "./contradictions.ts";
import { type Environment, readSources, unknownSettings } from "./environment.ts";
import { RULES, SETTINGS, type Values } from "./rules.ts";

/**
 * Reads and checks the configuration. `warn` gets one line for each setting that may be a mistake. Throws
 * CannotStart.
 */
export function loadConfig(warn: (line: string) => void): Config {
  const { environment, inFile } = readSources();
  const config = parseConfig(environment);
  for (const line of unknownSettings(environment, inFile)) warn(line);
  return config;
}

/**
 * Throws CannotStart with all problems. A problem names the variable and its rule. It never repeats the
 * value, which may be a secret.
 */
export function parseConfig(environment: Environment): Config {
  const given = Object.fromEntries(SETTINGS.map((name) => [name, environment[name] || undefined]));
  const parsed = z.object(RULES).safeParse(given);
  const problems = [...(parsed.success ? [] : parsed.error.issues.map(describe)), ...contradictions(given)];
  if (!parsed.success || problems.length > 0) throw new CannotStart(problems);
  return toConfig(parsed.data);
}

const describe = (issue: z.core.$ZodIssue): string => `${String(issue.path[0])} ${issue.message}`;

function toConfig(values: Values): Config {
  const dingtalk = Object.freeze(dingTalkOf(values));
  return Object.freeze({
    port: values.PORT,
    host: values.HOST,
    publicUrl:
      values.PUBLIC_URL ??
      `http://${isIP(values.HOST) === 6 ? `[${values.HOST}]` : values.HOST}:${values.PORT}`,
    ...(values.DATABASE_URL === undefined ? {} : { databaseUrl: new Secret(values.DATABASE_URL) }),
    ...(values.DATABASE_READ_URL === undefined
      ? {}
      : { databaseReadUrl: new Secret(values.DATABASE_READ_URL) }),
    dataDir: values.DATA_DIR,
    ...(values.BOOTSTRAP_TOKEN === undefined ? {} : { bootstrapToken: new Secret(values.BOOTSTRAP_TOKEN) }),
    role: values.ROLE,
    dingtalk,
    dingtalkStream: values.DINGTALK_STREAM === "on",
    ...(values.NEWCOMER_NOTE_AGENT_ID === undefined
      ? {}
      : { newcomerNoteAgentId: values.NEWCOMER_NOTE_AGENT_ID }),
    // A real organisation is not changed before an operator sets the mode.
    syncMode: values.SYNC_MODE ?? (dingtalk.kind === "sandbox" ? "sync" : "observe"),
    ...(values.MAPPING_FILE === undefined ? {} : { mappingFile: values.MAPPING_FILE }),
    ...(values.POLICY_FILE === undefined ? {} : { policyFile: values.POLICY_FILE }),
    ...(values.HISTORY_WITNESS_POLICY === undefined
      ? {}
      : { historyWitnessPolicy: values.HISTORY_WITNESS_POLICY }),
    ...(values.HISTORY_ANCHORS_FILE === undefined ? {} : { historyAnchorsFile: values.HISTORY_ANCHORS_FILE }),
    ...(values.HISTORY_KEY_FILE === undefined ? {} : { historyKeyFile: values.HISTORY_KEY_FILE }),
    ...(values.FEED_FILE === undefined ? {} : { feedFile: values.FEED_FILE }),
    ...(values.ENCRYPTION_KEY_FILE === undefined ? {} : { encryptionKeyFile: values.ENCRYPTION_KEY_FILE }),
    ...(values.WORKDAY_FILE === undefined ? {} : { workday: workdayOf(values, values.WORKDAY_FILE) }),
    rateLimitPerClient: values.RATE_LIMIT_PER_CLIENT,
    concurrencyPerClient: values.CONCURRENT_REQUESTS_PER_CLIENT,
    trustedProxies: values.TRUST_PROXY ?? NO_PROXIES,
    connectionsPerAddress: values.CONNECTIONS_PER_ADDRESS,
    metricsOpenOnLoopback:
      values.METRICS_OPEN_ON_LOOPBACK === undefined
        ? !hasProxy(values)
        : values.METRICS_OPEN_ON_LOOPBACK === "true",
    allowRemoveAllMembers: values.ALLOW_REMOVE_ALL_MEMBERS === "true",
    assertionKeyOrigins: values.ASSERTION_KEY_HOSTS.filter((origin) => origin !== undefined),
    ...oidcOf(values),
    alerts: alertsOf(values),
    retention: retentionOf(values),
    latencyTargetSeconds: values.LATENCY_TARGET_SECONDS,
    leaverMinutes: values.LEAVER_SLA_MINUTES,
    logLevel: values.LOG_LEVEL,
  });
}

function oidcOf({ OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, ...values }: Values): {
  readonly oidc?: OidcSettings;
} {
  const { OIDC_CLIENT_SECRET: secret, OIDC_ROLES_CLAIM: rolesClaim, OIDC_ROLE_NAMES: roleNames } = values;
  if (issuer === undefined || clientId === undefined || secret === undefined) return {};
  return {
    oidc: {
      issuer,
      clientId,
      clientSecret: new Secret(secret),
      rolesClaim,
      ...(roleNames ? { roleNames } : {}),
    },
  };
}
const retentionOf = (values: Values): Retention =>
  Object.freeze({
    leavers: values.RETAIN_LEAVERS_DAYS,
    values: values.RETAIN_VALUES_DAYS,
    events: values.RETAIN_EVENTS_DAYS,
    access: values.RETAIN_ACCESS_DAYS,
    ended: values.RETAIN_ENDED_DAYS,
    messages: values.RETAIN_MESSAGES_DAYS,
  });

/**
 * True: a proxy is probably in front of this server. This server has no certificate, so a public address
 * needs a proxy. The proxy may run on this machine without sending forwarding headers.
 */
const hasProxy = ({ PUBLIC_URL, TRUST_PROXY }: Values): boolean =>
  TRUST_PROXY !== undefined || (PUBLIC_URL !== undefined && !isLoopbackName(new URL(PUBLIC_URL).hostname));

function dingTalkOf(values: Values): DingTalkSettings {
  const { DINGTALK_APP_KEY: appKey, DINGTALK_APP_SECRET: appSecret, DINGTALK_CORP_ID: corpId } = values;
  const { DINGTALK_QPS: qps, DINGTALK_MANAGED_ROOT: managedRoot } = values;
  if (appKey === undefined || appSecret === undefined || corpId === undefined) {
    return { kind: "sandbox", simulatorPort: values.SIMULATOR_PORT ?? values.PORT + 1, qps, managedRoot };
  }
  const { DINGTALK_OAPI_URL: oapiUrl, DINGTALK_API_URL: apiUrl } = values;
  return {
    kind: "organisation",
    appKey,
    appSecret: new Secret(appSecret),
    corpId,
    oapiUrl,
    apiUrl,
    qps,
    managedRoot,
  };
}

function workdayOf(values: Values, file: string): WorkdaySettings {
  const { WORKDAY_USERNAME: userName, WORKDAY_PASSWORD: password } = values;
  const { WORKDAY_CLIENT_SECRET: clientSecret, WORKDAY_REFRESH_TOKEN: refreshToken } = values;
  return Object.freeze({
    file,
    ...(userName === undefined ? {} : { userName }),
    ...(password === undefined ? {} : { password: new Secret(password) }),
    ...(clientSecret === undefined ? {} : { clientSecret: new Secret(clientSecret) }),
    ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
  });
}
