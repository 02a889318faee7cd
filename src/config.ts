import { existsSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
import { loadEnvFile } from "node:process";
import { parseEnv } from "node:util";
import { z } from "zod";
import { CHANNEL_NAMES, type ChannelName } from "./alerts/channels/channel.ts";
import type { AlertSettings } from "./alerts/settings.ts";
import { LANGUAGES } from "./alerts/words/languages.ts";
import { nearest } from "./core/did-you-mean.ts";
import { CannotStart } from "./core/errors.ts";
import { Secret } from "./core/secret.ts";
import { RUNNING_OF_A_CLIENT } from "./http/connection/client-share.ts";
import { CONNECTIONS_OF_AN_ADDRESS } from "./http/connection/connections.ts";
import { isLoopbackName } from "./http/connection/host.ts";
import { NO_PROXIES, readTrustedProxies, type TrustedProxies } from "./http/connection/trusted-proxies.ts";
import { SYNC_MODES, type SyncMode } from "./reconcile/policy.ts";

/*
 * The one place that reads the environment. Everything is checked at once, so that a wrong set-up is mended in one go. An empty variable counts as unset,
 * which is how container tools hand over what nobody has filled in.
 */

export type Role = "api" | "worker" | "all";
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

export type DingTalkSettings =
  /** No credentials are set: the simulator of this process is the organisation. */
  | { readonly kind: "sandbox"; readonly simulatorPort: number; readonly qps: number; readonly managedRoot: string }
  | {
      readonly kind: "organisation";
      readonly appKey: string;
      readonly appSecret: Secret;
      readonly corpId: string;
      /** Base addresses without a slash at the end. */
      readonly oapiUrl: string;
      readonly apiUrl: string;
      readonly qps: number;
      /** Id of the department below which we work. */
      readonly managedRoot: string;
    };

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Scheme, host and port; no slash at the end. */
  readonly publicUrl: string;
  /** With its password; unset = embedded. */
  readonly databaseUrl?: Secret;
  readonly dataDir: string;
  readonly bootstrapToken?: Secret;
  readonly role: Role;
  readonly dingtalk: DingTalkSettings;
  readonly syncMode: SyncMode;
  /** Unset = the built-in mapping. */
  readonly mappingFile?: string;
  /** Unset = the built-in policy. */
  readonly policyFile?: string;
  /** SCIM requests per second; 0 = no limit. */
  readonly rateLimitPerClient: number;
  /** Requests of one client that run at the same time; 0 = no limit. */
  readonly concurrencyPerClient: number;
  /** Whose forwarding headers are believed. */
  readonly trustedProxies: TrustedProxies;
  /** Connections that one address may have open. */
  readonly connectionsPerAddress: number;
  /** Whether `/metrics` asks no token of callers on this machine. */
  readonly metricsOpenOnLoopback: boolean;
  /** Whether a PATCH that removes `members` without naming any empties the group; otherwise it is refused. */
  readonly allowRemoveAllMembers: boolean;
  /** Origins from which the keys of trusted issuers may be fetched. */
  readonly assertionKeyOrigins: readonly string[];
  readonly alerts: AlertSettings;
  /** What latencies are held against. */
  readonly latencyTargetSeconds: number;
  readonly logLevel: LogLevel;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const ENV_FILE = ".env";

export interface Sources {
  readonly environment: Environment;
  /** Names in the file `.env`, and those of them that the environment does not decide. */
  readonly inFile: readonly string[];
  readonly fromFile: ReadonlySet<string>;
}

/** The environment, completed by the file `.env` of the working folder; what both set, the environment decides. */
export function readSources(): Sources {
  const before = new Set(Object.keys(process.env));
  let inFile: readonly string[] = [];
  if (existsSync(ENV_FILE)) {
    try {
      inFile = Object.keys(parseEnv(readFileSync(ENV_FILE, "utf8")));
      loadEnvFile(ENV_FILE);
    } catch (cause) {
      throw new CannotStart([`the file ${ENV_FILE} of this folder cannot be read; change its permissions or move it away`], { cause });
    }
  }
  return { environment: process.env, inFile, fromFile: new Set(inFile.filter((name) => !before.has(name))) };
}

/** `warn` gets what may be a mistake, a line each. */
export function loadConfig(warn: (line: string) => void): Config {
  const { environment, inFile } = readSources();
  const config = parseConfig(environment);
  for (const line of unknownSettings(environment, inFile)) warn(line);
  return config;
}

/** First words of settings that are ours alone: whoever sets such a variable means this program. */
const OURS = /^(DINGTALK|SCIM|SYNC|SIMULATOR|ASSERTION|MAPPING|POLICY|BOOTSTRAP|ALERT)_/;

/** Variables that no part of the program reads and that were most likely meant for it: all of `.env`, and of the environment those that look like ours. */
export function unknownSettings(environment: Environment, inFile: readonly string[] = []): readonly string[] {
  const known: readonly string[] = SETTINGS;
  return Object.keys(environment).flatMap((name) => {
    if (known.includes(name)) return [];
    const meant = name === name.toUpperCase() && !ELSEWHERE.has(name) ? meantBy(name) : undefined;
    if (meant === undefined && !inFile.includes(name) && !OURS.test(name)) return [];
    return [
      `${name} is no setting of this program and has no effect${meant === undefined ? "; .env.example lists all" : `; did you mean ${meant}?`}`,
    ];
  });
}

/** Strict, as most of an environment belongs to other programs. */
function meantBy(name: string): string | undefined {
  const joined = (each: string): string => each.replace(/_/g, "");
  const meant = nearest(joined(name), SETTINGS.map(joined), ({ length }) => (length >= 8 ? 2 : 1));
  return SETTINGS.find((each) => joined(each) === meant);
}

/** Well-known variables of other programs whose names are near to ours. */
const ELSEWHERE: ReadonlySet<string> = new Set(["HOME", "HOSTS", "PORTS", "POST", "PGPORT", "LOGLEVEL"]);

/** Throws CannotStart with every problem; each names the variable and the rule, none repeats the value. */
export function parseConfig(environment: Environment): Config {
  const given = Object.fromEntries(SETTINGS.map((name) => [name, environment[name] || undefined]));
  const parsed = z.object(RULES).safeParse(given);
  const problems = [...(parsed.success ? [] : parsed.error.issues.map(describe)), ...contradictions(given)];
  if (!parsed.success || problems.length > 0) throw new CannotStart(problems);
  return toConfig(parsed.data);
}

const DEFAULT_PORT = 8080;
const PORT_RULE = "must be a whole number from 1 to 65535";
const MIN_BOOTSTRAP_LENGTH = 32;

const wholeNumber = (min: number, max: number, rule: string) =>
  z
    .string()
    .regex(/^\d{1,9}$/, rule)
    .transform(Number)
    .refine((value) => value >= min && value <= max, rule);
const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `must be one of ${words.join(", ")}` });
const text = z.string().trim().min(1, "must not be blank");
const baseAddress = z
  .string()
  .refine(isBaseAddress, "must be an http or https address without user, query and fragment")
  .transform(withoutSlash);

const outboundAddress = z.string().refine(isOutboundAddress, "must be an http or https address without user and fragment");
const MAILBOX_RULE = "must be an e-mail address, such as alerts@example.com or Alerts <alerts@example.com>";

/** In the order of the manual. */
const RULES = {
  PORT: wholeNumber(1, 65_535, PORT_RULE).default(DEFAULT_PORT),
  HOST: z.string().refine(isHost, "must be an IP address or a host name").default("127.0.0.1"),
  PUBLIC_URL: z
    .string()
    .refine(isOrigin, "must be an http or https address of scheme, host and port only, such as https://scim.example.com")
    .transform(withoutSlash)
    .optional(),
  DATABASE_URL: z.string().refine(isDatabaseUrl, "must be an address such as postgresql://user:password@host:5432/database").optional(),
  DATA_DIR: text.default("./.data"),
  BOOTSTRAP_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]*$/, "must hold printable ASCII characters without spaces only")
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
  SIMULATOR_PORT: wholeNumber(1, 65_535, PORT_RULE).optional(),
  SYNC_MODE: oneOf(SYNC_MODES).optional(),
  MAPPING_FILE: text.optional(),
  POLICY_FILE: text.optional(),
  RATE_LIMIT_PER_CLIENT: wholeNumber(0, 1_000_000, "must be a whole number from 0 to 1000000").default(50),
  CONCURRENT_REQUESTS_PER_CLIENT: wholeNumber(0, 1_000, "must be a whole number from 0 to 1000").default(RUNNING_OF_A_CLIENT),
  TRUST_PROXY: z
    .string()
    .transform(readTrustedProxies)
    .refine(
      (proxies) => proxies !== undefined,
      "must be the number of proxies before this server (at most 10), or addresses, CIDR ranges, loopback, linklocal and uniquelocal separated by commas",
    )
    .optional(),
  CONNECTIONS_PER_ADDRESS: wholeNumber(1, 100_000, "must be a whole number from 1 to 100000").default(CONNECTIONS_OF_AN_ADDRESS),
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
  ALERT_DINGTALK_ROBOT_URL: outboundAddress.optional(),
  ALERT_DINGTALK_ROBOT_SECRET: text.optional(),
  ALERT_DINGTALK_ROBOT_KEYWORD: text.optional(),
  ALERT_WEBHOOK_URL: outboundAddress.optional(),
  ALERT_WEBHOOK_SECRET: text.min(8, "must have at least 8 characters").optional(),
  ALERT_SMTP_URL: z.string().refine(isSmtpUrl, "must be an address such as smtp://user:password@mail.example.com:587").optional(),
  ALERT_MAIL_FROM: z.string().refine(isMailbox, MAILBOX_RULE).optional(),
  ALERT_MAIL_TO: z
    .string()
    .transform(listOf)
    .refine((all) => all.length > 0 && all.every(isMailbox), "must be e-mail addresses separated by commas")
    .optional(),
  ALERT_HEARTBEAT_URL: outboundAddress.optional(),
  ALERT_LANGUAGE: oneOf(LANGUAGES).default("en"),
  ALERT_PERSONAL: z
    .string()
    .transform(listOf)
    .refine((all): all is ChannelName[] => all.every(isChannelName), `must be some of ${CHANNEL_NAMES.join(", ")}, separated by commas`)
    .optional(),
  ALERT_ALLOW_PRIVATE: oneOf(["true", "false"]).default("false"),
  LATENCY_TARGET_SECONDS: wholeNumber(1, 86_400, "must be a whole number from 1 to 86400").default(45),
  LOG_LEVEL: oneOf(["debug", "info", "warn", "error", "silent"]).default("info"),
};

type Values = z.output<z.ZodObject<typeof RULES>>;

/** Names of all settings. */
export const SETTINGS = Object.keys(RULES) as readonly (keyof typeof RULES)[];

const describe = (issue: z.core.$ZodIssue): string => `${String(issue.path[0])} ${issue.message}`;

const CREDENTIALS = ["DINGTALK_APP_KEY", "DINGTALK_APP_SECRET", "DINGTALK_CORP_ID"] as const;

/** What single settings cannot show. */
function contradictions(given: Environment): string[] {
  const problems: string[] = [...alertContradictions(given)];
  const missing = CREDENTIALS.filter((name) => given[name] === undefined);
  if (missing.length > 0 && missing.length < CREDENTIALS.length) {
    problems.push(`${missing.join(" and ")} must be set too: ${CREDENTIALS.join(", ")} are set together, or not at all for the sandbox`);
  }
  if (missing.length === CREDENTIALS.length) {
    const port = Number(given.PORT ?? DEFAULT_PORT);
    if (given.SIMULATOR_PORT === undefined && port === 65_535) problems.push("SIMULATOR_PORT must be set: PORT + 1 is beyond 65535");
    if (given.SIMULATOR_PORT !== undefined && Number(given.SIMULATOR_PORT) === port) problems.push("SIMULATOR_PORT must differ from PORT");
  }
  return problems;
}

const PLAIN = ["ALERT_DINGTALK_ROBOT_URL", "ALERT_WEBHOOK_URL", "ALERT_HEARTBEAT_URL"] as const;

function alertContradictions(given: Environment): string[] {
  const problems: string[] = [];
  if (given.ALERT_ALLOW_PRIVATE !== "true")
    for (const name of PLAIN)
      if (given[name]?.toLowerCase().startsWith("http:"))
        problems.push(`${name} must begin with https:// unless ALERT_ALLOW_PRIVATE is true`);
  const mail = ["ALERT_SMTP_URL", "ALERT_MAIL_FROM", "ALERT_MAIL_TO"].filter((name) => given[name] === undefined);
  if (mail.length > 0 && mail.length < 3)
    problems.push(`${mail.join(" and ")} must be set too: ALERT_SMTP_URL, ALERT_MAIL_FROM and ALERT_MAIL_TO are set together`);
  for (const [name, of] of [
    ["ALERT_DINGTALK_ROBOT_SECRET", "ALERT_DINGTALK_ROBOT_URL"],
    ["ALERT_DINGTALK_ROBOT_KEYWORD", "ALERT_DINGTALK_ROBOT_URL"],
    ["ALERT_WEBHOOK_SECRET", "ALERT_WEBHOOK_URL"],
  ] as const)
    if (given[name] !== undefined && given[of] === undefined) problems.push(`${of} must be set too: ${name} belongs to it`);
  return problems;
}

function alertsOf(values: Values): AlertSettings {
  const secret = (value: string | undefined) => (value === undefined ? {} : { secret: new Secret(value) });
  const { ALERT_DINGTALK_ROBOT_URL: robot, ALERT_WEBHOOK_URL: webhook, ALERT_SMTP_URL: smtp, ALERT_HEARTBEAT_URL: heartbeat } = values;
  const { ALERT_DINGTALK_ROBOT_KEYWORD: keyword, ALERT_MAIL_FROM: from, ALERT_MAIL_TO: to } = values;
  return Object.freeze({
    ...(robot === undefined
      ? {}
      : {
          robot: { url: new Secret(robot), ...secret(values.ALERT_DINGTALK_ROBOT_SECRET), ...(keyword === undefined ? {} : { keyword }) },
        }),
    ...(webhook === undefined ? {} : { webhook: { url: new Secret(webhook), ...secret(values.ALERT_WEBHOOK_SECRET) } }),
    ...(smtp === undefined || from === undefined || to === undefined ? {} : { mail: { url: new Secret(smtp), from, to } }),
    ...(heartbeat === undefined ? {} : { heartbeat: new Secret(heartbeat) }),
    language: values.ALERT_LANGUAGE,
    allowPrivate: values.ALERT_ALLOW_PRIVATE === "true",
    personal: values.ALERT_PERSONAL ?? [],
  });
}

function toConfig(values: Values): Config {
  const dingtalk = Object.freeze(dingTalkOf(values));
  return Object.freeze({
    port: values.PORT,
    host: values.HOST,
    publicUrl: values.PUBLIC_URL ?? `http://${isIP(values.HOST) === 6 ? `[${values.HOST}]` : values.HOST}:${values.PORT}`,
    ...(values.DATABASE_URL === undefined ? {} : { databaseUrl: new Secret(values.DATABASE_URL) }),
    dataDir: values.DATA_DIR,
    ...(values.BOOTSTRAP_TOKEN === undefined ? {} : { bootstrapToken: new Secret(values.BOOTSTRAP_TOKEN) }),
    role: values.ROLE,
    dingtalk,
    // Nothing real is changed before somebody says so.
    syncMode: values.SYNC_MODE ?? (dingtalk.kind === "sandbox" ? "sync" : "observe"),
    ...(values.MAPPING_FILE === undefined ? {} : { mappingFile: values.MAPPING_FILE }),
    ...(values.POLICY_FILE === undefined ? {} : { policyFile: values.POLICY_FILE }),
    rateLimitPerClient: values.RATE_LIMIT_PER_CLIENT,
    concurrencyPerClient: values.CONCURRENT_REQUESTS_PER_CLIENT,
    trustedProxies: values.TRUST_PROXY ?? NO_PROXIES,
    connectionsPerAddress: values.CONNECTIONS_PER_ADDRESS,
    metricsOpenOnLoopback: values.METRICS_OPEN_ON_LOOPBACK === undefined ? !hasProxy(values) : values.METRICS_OPEN_ON_LOOPBACK === "true",
    allowRemoveAllMembers: values.ALLOW_REMOVE_ALL_MEMBERS === "true",
    assertionKeyOrigins: values.ASSERTION_KEY_HOSTS.filter((origin) => origin !== undefined),
    alerts: alertsOf(values),
    latencyTargetSeconds: values.LATENCY_TARGET_SECONDS,
    logLevel: values.LOG_LEVEL,
  });
}

/** A public address needs a certificate, which this server has none of; a proxy may run on this machine and say nothing of itself. */
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

function isHost(value: string): boolean {
  return isIP(value) !== 0 || /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i.test(value);
}

function isOrigin(value: string): boolean {
  return isBaseAddress(value) && new URL(value).pathname === "/";
}

function isBaseAddress(value: string): boolean {
  if (!URL.canParse(value) || /[?#]/.test(value)) return false;
  const { protocol, username, password } = new URL(value);
  return (protocol === "http:" || protocol === "https:") && username === "" && password === "";
}

/** Its path and query are secrets as a rule. */
function isOutboundAddress(value: string): boolean {
  if (!URL.canParse(value) || value.includes("#")) return false;
  const { protocol, username, password } = new URL(value);
  return (protocol === "http:" || protocol === "https:") && username === "" && password === "";
}

function isSmtpUrl(value: string): boolean {
  return URL.canParse(value) && /^smtps?:$/.test(new URL(value).protocol) && new URL(value).hostname !== "";
}

/** An address alone or behind a name; no line breaks, which would be headers. */
function isMailbox(value: string): boolean {
  return /^[^<>\p{Cc}]*<[^\s<>@,]+@[^\s<>@,]+>$|^[^\s<>@,]+@[^\s<>@,]+$/u.test(value.trim());
}

const isChannelName = (value: string): value is ChannelName => (CHANNEL_NAMES as readonly string[]).includes(value);

function listOf(value: string): string[] {
  return value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function isDatabaseUrl(value: string): boolean {
  return URL.canParse(value) && /^postgres(ql)?:$/.test(new URL(value).protocol);
}

/** HTTPS for every name. Plain HTTP is for this machine only, and has to be written out; addresses by number name no certificate. */
function originsOf(value: string): (string | undefined)[] {
  return value.split(",").map((part) => {
    const entry = part.trim().toLowerCase();
    if (/^http:\/\/(127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.test(entry)) return URL.canParse(entry) ? new URL(entry).origin : undefined;
    const host = /^(.+?)(:\d{1,5})?$/.exec(entry)?.[1];
    const isName = host !== undefined && isHost(host) && isIP(host) === 0 && URL.canParse(`https://${entry}`);
    return isName ? new URL(`https://${entry}`).origin : undefined;
  });
}

/** The address as its parser writes it: host in lower case, no default port. */
function withoutSlash(value: string): string {
  return new URL(value).href.replace(/\/+$/, "");
}
