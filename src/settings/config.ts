import { isIP } from "node:net";
import { z } from "zod";
import type { AlertSettings } from "../alerts/settings.ts";
import { CannotStart } from "../core/errors.ts";
import { Secret } from "../core/secrets/secret.ts";
import { isLoopbackName } from "../http/connection/host.ts";
import { NO_PROXIES, type TrustedProxies } from "../http/connection/trusted-proxies.ts";
import type { OidcSettings } from "../http/oidc/settings.ts";
import type { Retention } from "../privacy/retention.ts";
import type { SyncMode } from "../reconcile/policy.ts";
import { alertsOf } from "./alerts.ts";
import { contradictions } from "./contradictions.ts";
import { type Environment, readSources, unknownSettings } from "./environment.ts";
import { RULES, SETTINGS, type Values } from "./rules.ts";

/*
 * The configuration, made from the environment. All settings are checked before anything is reported, so that a user sees all mistakes together. An empty variable
 * counts as unset, because container tools pass unset values as empty variables.
 */

export type Role = "api" | "worker" | "all";
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

export type DingTalkSettings =
  /** No credentials are set. The simulator in this process takes the place of DingTalk. */
  | { readonly kind: "sandbox"; readonly simulatorPort: number; readonly qps: number; readonly managedRoot: string }
  | {
      readonly kind: "organisation";
      readonly appKey: string;
      readonly appSecret: Secret;
      readonly corpId: string;
      /** Base addresses, without a slash at the end. */
      readonly oapiUrl: string;
      readonly apiUrl: string;
      readonly qps: number;
      /** Id of the department below which we work. */
      readonly managedRoot: string;
    };

export interface WorkdaySettings {
  readonly file: string;
  readonly userName?: string;
  readonly password?: Secret;
  readonly clientSecret?: Secret;
  readonly refreshToken?: Secret;
}

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Scheme, host and port, without a slash at the end. */
  readonly publicUrl: string;
  /** Address with password. Unset = embedded database. */
  readonly databaseUrl?: Secret;
  /** Address of a replica, for reads of history and dashboard. */
  readonly databaseReadUrl?: Secret;
  readonly dataDir: string;
  readonly bootstrapToken?: Secret;
  readonly role: Role;
  readonly dingtalk: DingTalkSettings;
  /** Receive events from DingTalk. */
  readonly dingtalkStream: boolean;
  /** AgentId of the app that sends work notices about newcomers to their managers. Unset = no notices. */
  readonly newcomerNoteAgentId?: number;
  readonly syncMode: SyncMode;
  /** Unset = the built-in mapping. */
  readonly mappingFile?: string;
  /** Unset = the built-in policy. */
  readonly policyFile?: string;
  /** Unset = no feed of events. */
  readonly feedFile?: string;
  /** File of the key-encryption key. Unset = `encryption.key` in `dataDir`. */
  readonly encryptionKeyFile?: string;
  /** File of the key that signs the history. Only workers use it. Unset = `history.key` in `dataDir`. */
  readonly historyKeyFile?: string;
  /** tlog-policy file with the witnesses. Unset = no witnesses. */
  readonly historyWitnessPolicy?: string;
  /** File for checkpoints outside the database. Unset = no such file. */
  readonly historyAnchorsFile?: string;
  /** Unset = this process does not read Workday. */
  readonly workday?: WorkdaySettings;
  /** Limit of requests per second for each client. 0 = no limit. */
  readonly rateLimitPerClient: number;
  /** Limit of concurrent requests for each client. 0 = no limit. */
  readonly concurrencyPerClient: number;
  /** Proxies whose forwarding headers are used. */
  readonly trustedProxies: TrustedProxies;
  /** Limit of open connections for each address. */
  readonly connectionsPerAddress: number;
  /** Callers on this machine need no token for `/metrics`. */
  readonly metricsOpenOnLoopback: boolean;
  /** A PATCH that removes `members` without naming members empties the group. False = such a PATCH is refused. */
  readonly allowRemoveAllMembers: boolean;
  /** Origins from which the keys of trusted issuers may be fetched. */
  readonly assertionKeyOrigins: readonly string[];
  /** Sign-in to the dashboard by OIDC. Unset = only tokens and one-time links. */
  readonly oidc?: OidcSettings;
  readonly alerts: AlertSettings;
  readonly retention: Retention;
  /** Target for latencies, in KPIs and alerts. */
  readonly latencyTargetSeconds: number;
  /** Limit for the removal of a leaver, in minutes. */
  readonly leaverMinutes: number;
  readonly logLevel: LogLevel;
}

/** Reads and checks the configuration. `warn` gets one line for each setting that may be a mistake. Throws CannotStart. */
export function loadConfig(warn: (line: string) => void): Config {
  const { environment, inFile } = readSources();
  const config = parseConfig(environment);
  for (const line of unknownSettings(environment, inFile)) warn(line);
  return config;
}

/** Throws CannotStart with all problems. A problem names the variable and its rule. It never repeats the value, which may be a secret. */
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
    publicUrl: values.PUBLIC_URL ?? `http://${isIP(values.HOST) === 6 ? `[${values.HOST}]` : values.HOST}:${values.PORT}`,
    ...(values.DATABASE_URL === undefined ? {} : { databaseUrl: new Secret(values.DATABASE_URL) }),
    ...(values.DATABASE_READ_URL === undefined ? {} : { databaseReadUrl: new Secret(values.DATABASE_READ_URL) }),
    dataDir: values.DATA_DIR,
    ...(values.BOOTSTRAP_TOKEN === undefined ? {} : { bootstrapToken: new Secret(values.BOOTSTRAP_TOKEN) }),
    role: values.ROLE,
    dingtalk,
    dingtalkStream: values.DINGTALK_STREAM === "on",
    ...(values.NEWCOMER_NOTE_AGENT_ID === undefined ? {} : { newcomerNoteAgentId: values.NEWCOMER_NOTE_AGENT_ID }),
    // A real organisation is not changed before an operator sets the mode.
    syncMode: values.SYNC_MODE ?? (dingtalk.kind === "sandbox" ? "sync" : "observe"),
    ...(values.MAPPING_FILE === undefined ? {} : { mappingFile: values.MAPPING_FILE }),
    ...(values.POLICY_FILE === undefined ? {} : { policyFile: values.POLICY_FILE }),
    ...(values.HISTORY_WITNESS_POLICY === undefined ? {} : { historyWitnessPolicy: values.HISTORY_WITNESS_POLICY }),
    ...(values.HISTORY_ANCHORS_FILE === undefined ? {} : { historyAnchorsFile: values.HISTORY_ANCHORS_FILE }),
    ...(values.HISTORY_KEY_FILE === undefined ? {} : { historyKeyFile: values.HISTORY_KEY_FILE }),
    ...(values.FEED_FILE === undefined ? {} : { feedFile: values.FEED_FILE }),
    ...(values.ENCRYPTION_KEY_FILE === undefined ? {} : { encryptionKeyFile: values.ENCRYPTION_KEY_FILE }),
    ...(values.WORKDAY_FILE === undefined ? {} : { workday: workdayOf(values, values.WORKDAY_FILE) }),
    rateLimitPerClient: values.RATE_LIMIT_PER_CLIENT,
    concurrencyPerClient: values.CONCURRENT_REQUESTS_PER_CLIENT,
    trustedProxies: values.TRUST_PROXY ?? NO_PROXIES,
    connectionsPerAddress: values.CONNECTIONS_PER_ADDRESS,
    metricsOpenOnLoopback: values.METRICS_OPEN_ON_LOOPBACK === undefined ? !hasProxy(values) : values.METRICS_OPEN_ON_LOOPBACK === "true",
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

function oidcOf({ OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, ...values }: Values): { readonly oidc?: OidcSettings } {
  const { OIDC_CLIENT_SECRET: secret, OIDC_ROLES_CLAIM: rolesClaim, OIDC_ROLE_NAMES: roleNames } = values;
  if (issuer === undefined || clientId === undefined || secret === undefined) return {};
  return { oidc: { issuer, clientId, clientSecret: new Secret(secret), rolesClaim, ...(roleNames ? { roleNames } : {}) } };
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
 * True: a proxy is probably in front of this server. This server has no certificate, so a public address needs a proxy. The proxy may run on this machine without
 * sending forwarding headers.
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
  return { kind: "organisation", appKey, appSecret: new Secret(appSecret), corpId, oapiUrl, apiUrl, qps, managedRoot };
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
