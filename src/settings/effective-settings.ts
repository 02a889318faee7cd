import { CannotStart } from "../core/errors.ts";
import { classOfSetting } from "../privacy/settings.ts";
import type { Config } from "./config.ts";
import type { Environment } from "./environment.ts";
import { parseConfig } from "./load-config.ts";
import { SETTINGS } from "./rules.ts";

export interface EffectiveSetting {
  readonly name: string;
  /** The value for display, with secrets masked. Undefined: the setting is not set and has no default. */
  readonly value: string | undefined;
  readonly from: "environment" | ".env" | "default";
}

/**
 * All settings with their values, in the order of the manual, and all problems. `fromFile`: names of the
 * settings that the file `.env` has set.
 */
export function effectiveSettings(
  environment: Environment,
  fromFile: ReadonlySet<string>,
): { readonly settings: readonly EffectiveSetting[]; readonly problems: readonly string[] } {
  const { config, problems } = parsed(environment);
  const defaults = defaultsOf(config ?? parseConfig({}));
  const settings = SETTINGS.map((name): EffectiveSetting => {
    const given = environment[name] || undefined;
    if (given === undefined) return { name, value: defaults[name], from: "default" };
    return { name, value: masked(name, given), from: fromFile.has(name) ? ".env" : "environment" };
  });
  return { settings, problems };
}

function parsed(environment: Environment): {
  readonly config?: Config;
  readonly problems: readonly string[];
} {
  try {
    return { config: parseConfig(environment), problems: [] };
  } catch (error) {
    if (error instanceof CannotStart) return { problems: error.problems };
    throw error;
  }
}

/** The defaults. Some of them follow from other settings. A setting that is not here has no default. */
const defaultsOf = (config: Config): Readonly<Record<string, string>> => ({
  PORT: String(config.port),
  HOST: config.host,
  PUBLIC_URL: config.publicUrl,
  DATA_DIR: config.dataDir,
  ROLE: config.role,
  DINGTALK_QPS: String(config.dingtalk.qps),
  DINGTALK_MANAGED_ROOT: config.dingtalk.managedRoot,
  DINGTALK_STREAM: config.dingtalkStream ? "on" : "off",
  ...(config.dingtalk.kind === "sandbox"
    ? { SIMULATOR_PORT: String(config.dingtalk.simulatorPort) }
    : { DINGTALK_OAPI_URL: config.dingtalk.oapiUrl, DINGTALK_API_URL: config.dingtalk.apiUrl }),
  SYNC_MODE: config.syncMode,
  RATE_LIMIT_PER_CLIENT: String(config.rateLimitPerClient),
  CONCURRENT_REQUESTS_PER_CLIENT: String(config.concurrencyPerClient),
  CONNECTIONS_PER_ADDRESS: String(config.connectionsPerAddress),
  METRICS_OPEN_ON_LOOPBACK: String(config.metricsOpenOnLoopback),
  ALLOW_REMOVE_ALL_MEMBERS: String(config.allowRemoveAllMembers),
  ASSERTION_KEY_HOSTS: config.assertionKeyOrigins.map((origin) => new URL(origin).host).join(","),
  OIDC_ROLES_CLAIM: config.oidc?.rolesClaim ?? "roles",
  ALERT_LANGUAGE: config.alerts.language,
  ALERT_ALLOW_PRIVATE: String(config.alerts.allowPrivate),
  RETAIN_LEAVERS_DAYS: String(config.retention.leavers),
  RETAIN_VALUES_DAYS: String(config.retention.values),
  RETAIN_EVENTS_DAYS: String(config.retention.events),
  RETAIN_ACCESS_DAYS: String(config.retention.access),
  RETAIN_ENDED_DAYS: String(config.retention.ended),
  RETAIN_MESSAGES_DAYS: String(config.retention.messages),
  LATENCY_TARGET_SECONDS: String(config.latencyTargetSeconds),
  LEAVER_SLA_MINUTES: String(config.leaverMinutes),
  LOG_LEVEL: config.logLevel,
});

const MASK = "[secret]";

/**
 * The value for display. Secrets are masked by the class of the setting. In addresses the password before the
 * host and the keys after it are masked. The value of an unknown setting is masked.
 */
export function masked(name: string, value: string): string {
  const sensitivity = classOfSetting(name) ?? "secret";
  if (sensitivity === "secret" && !name.endsWith("_URL")) return MASK;
  if (!URL.canParse(value) || !/^[a-z]+:\/\//i.test(value)) return value;
  const url = new URL(value);
  if (name.startsWith("ALERT_")) return `${url.protocol}//${url.host}/…`;
  const user = url.username === "" ? "" : `${url.username}${url.password === "" ? "" : `:${MASK}`}@`;
  const query = [...url.searchParams.keys()].map((key) => `${key}=…`).join("&");
  return `${url.protocol}//${user}${url.host}${url.pathname === "/" ? "" : url.pathname}${query === "" ? "" : `?${query}`}`;
}
