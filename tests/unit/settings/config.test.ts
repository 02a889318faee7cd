import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { adviceOf } from "../../../src/alerts/settings.ts";
import { CannotStart } from "../../../src/core/errors.ts";
import { NO_PROXIES } from "../../../src/http/connection/trusted-proxies.ts";
import type { Config } from "../../../src/settings/config.ts";
import { type Environment, unknownSettings } from "../../../src/settings/environment.ts";
import { parseConfig } from "../../../src/settings/load-config.ts";
import { SETTINGS } from "../../../src/settings/rules.ts";

const real = {
  DINGTALK_APP_KEY: "dingkey",
  DINGTALK_APP_SECRET: "app-secret-value",
  DINGTALK_CORP_ID: "ding123",
};

function problemsOf(environment: Environment): readonly string[] {
  try {
    parseConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof CannotStart) return error.problems;
    throw error;
  }
}

test("nothing set is the sandbox on this machine", () => {
  expect(parseConfig({})).toEqual({
    port: 8080,
    host: "127.0.0.1",
    publicUrl: "http://127.0.0.1:8080",
    dataDir: "./.data",
    role: "all",
    dingtalk: { kind: "sandbox", simulatorPort: 8081, qps: 15, managedRoot: "1" },
    dingtalkStream: true,
    syncMode: "sync",
    rateLimitPerClient: 50,
    concurrencyPerClient: 10,
    trustedProxies: NO_PROXIES,
    connectionsPerAddress: 500,
    metricsOpenOnLoopback: true,
    allowRemoveAllMembers: false,
    assertionKeyOrigins: ["https://login.microsoftonline.com", "https://login.windows.net"],
    alerts: { language: "en", checkpointHours: 0, allowPrivate: false, personal: [] },
    retention: { leavers: 90, values: 730, events: 2_555, access: 180, ended: 1, messages: 180 },
    latencyTargetSeconds: 45,
    leaverMinutes: 60,
    logLevel: "info",
  });
});

const OIDC = {
  OIDC_ISSUER: "https://login.microsoftonline.com/ce5f061f-abe6-4e40-9615-301f87bcb7f0/v2.0",
  OIDC_CLIENT_ID: "client",
  OIDC_CLIENT_SECRET: "hidden",
};

test.each<[string, Environment, (config: Config) => unknown, unknown]>([
  [
    "an empty variable is an unset one",
    { PORT: "", BOOTSTRAP_TOKEN: "", ROLE: "" },
    (c) => [c.port, c.bootstrapToken, c.role],
    [8080, undefined, "all"],
  ],
  [
    "the public address follows PORT and HOST",
    { PORT: "9000", HOST: "scim.internal" },
    (c) => c.publicUrl,
    "http://scim.internal:9000",
  ],
  ["an IPv6 address is bracketed", { HOST: "::1" }, (c) => c.publicUrl, "http://[::1]:8080"],
  [
    "a slash at the end is dropped",
    { PUBLIC_URL: "https://SCIM.example.com/" },
    (c) => c.publicUrl,
    "https://scim.example.com",
  ],
  [
    "a port stays",
    { PUBLIC_URL: "https://scim.example.com:8443" },
    (c) => c.publicUrl,
    "https://scim.example.com:8443",
  ],
  [
    "the simulator sits beside PORT",
    { PORT: "9000" },
    (c) => c.dingtalk,
    { kind: "sandbox", simulatorPort: 9001, qps: 15, managedRoot: "1" },
  ],
  [
    "or where it is told",
    { SIMULATOR_PORT: "7000", DINGTALK_QPS: "20" },
    (c) => c.dingtalk,
    { kind: "sandbox", simulatorPort: 7000, qps: 20, managedRoot: "1" },
  ],
  [
    "a real organisation is only observed",
    real,
    (c) => [c.dingtalk.kind, c.syncMode],
    ["organisation", "observe"],
  ],
  ["until it is said otherwise", { ...real, SYNC_MODE: "upsert" }, (c) => c.syncMode, "upsert"],
  ["the sandbox can be observed too", { SYNC_MODE: "observe" }, (c) => c.syncMode, "observe"],
  [
    "DingTalk's addresses are those of the .com hosts",
    real,
    (c) => c.dingtalk,
    expect.objectContaining({
      corpId: "ding123",
      oapiUrl: "https://oapi.dingtalk.com",
      apiUrl: "https://api.dingtalk.com",
    }),
  ],
  [
    "or those given",
    { ...real, DINGTALK_OAPI_URL: "http://127.0.0.1:9/", DINGTALK_API_URL: "http://127.0.0.1:9/new/" },
    (c) => c.dingtalk,
    expect.objectContaining({ oapiUrl: "http://127.0.0.1:9", apiUrl: "http://127.0.0.1:9/new" }),
  ],
  [
    "a group emptied by a bare remove",
    { ALLOW_REMOVE_ALL_MEMBERS: "true" },
    (c) => c.allowRemoveAllMembers,
    true,
  ],
  [
    "hosts of keys",
    { ASSERTION_KEY_HOSTS: "Login.Microsoftonline.us, login.example:8443,http://127.0.0.1:9,http://[::1]:9" },
    (c) => c.assertionKeyOrigins,
    [
      "https://login.microsoftonline.us",
      "https://login.example:8443",
      "http://127.0.0.1:9",
      "http://[::1]:9",
    ],
  ],
  [
    "an identity provider",
    { ...OIDC, OIDC_ROLE_NAMES: "dc=x=viewer, SCIM Admins = admin" },
    (c) => [c.oidc?.issuer, c.oidc?.rolesClaim, Object.fromEntries(c.oidc?.roleNames ?? [])],
    [OIDC.OIDC_ISSUER, "roles", { "dc=x": "viewer", "SCIM Admins": "admin" }],
  ],
  [
    "the local proxy",
    { TRUST_PROXY: "loopback" },
    (c) => [c.trustedProxies.trusts("127.0.0.1", 0), c.trustedProxies.trusts("10.0.0.1", 0)],
    [true, false],
  ],
  [
    "a public address means a proxy, which /metrics cannot tell from a caller",
    { PUBLIC_URL: "https://scim.example.com" },
    (c) => c.metricsOpenOnLoopback,
    false,
  ],
  ["a trusted proxy means one too", { TRUST_PROXY: "1" }, (c) => c.metricsOpenOnLoopback, false],
  [
    "a public address on this machine does not",
    { PUBLIC_URL: "http://localhost:9000" },
    (c) => c.metricsOpenOnLoopback,
    true,
  ],
  [
    "unless it is said otherwise",
    { PUBLIC_URL: "https://scim.example.com", METRICS_OPEN_ON_LOOPBACK: "true" },
    (c) => c.metricsOpenOnLoopback,
    true,
  ],
  [
    "nor open where it could be",
    { METRICS_OPEN_ON_LOOPBACK: "false" },
    (c) => c.metricsOpenOnLoopback,
    false,
  ],
  ["no rate limit", { RATE_LIMIT_PER_CLIENT: "0" }, (c) => c.rateLimitPerClient, 0],
  [
    "a database over a socket",
    { DATABASE_URL: "postgresql:///scim?host=/run/pg" },
    (c) => c.databaseUrl?.reveal(),
    "postgresql:///scim?host=/run/pg",
  ],
])("%s", (_name, environment, read, expected) => expect(read(parseConfig(environment))).toEqual(expected));

test.each<[string, Environment, readonly string[]]>([
  ["a port in words", { PORT: "eighty" }, ["PORT must be a whole number from 1 to 65535"]],
  ["port 0", { PORT: "0" }, ["PORT must be a whole number from 1 to 65535"]],
  [
    "a port beyond the last",
    { PORT: "65536", SIMULATOR_PORT: "1" },
    ["PORT must be a whole number from 1 to 65535"],
  ],
  ["no room for the simulator", { PORT: "65535" }, ["SIMULATOR_PORT must be set: PORT + 1 is beyond 65535"]],
  ["two listeners on one port", { SIMULATOR_PORT: "8080" }, ["SIMULATOR_PORT must differ from PORT"]],
  ["an address as host", { HOST: "http://x" }, ["HOST must be an IP address or a host name"]],
  [
    "a public address with a path",
    { PUBLIC_URL: "https://x.example/scim" },
    [
      "PUBLIC_URL must be an http or https address with scheme, host and port only, such as https://scim.example.com",
    ],
  ],
  [
    "a public address of another kind",
    { PUBLIC_URL: "ftp://x.example" },
    [
      "PUBLIC_URL must be an http or https address with scheme, host and port only, such as https://scim.example.com",
    ],
  ],
  [
    "another database",
    { DATABASE_URL: "mysql://x/y" },
    ["DATABASE_URL must be an address such as postgresql://user:password@host:5432/database"],
  ],
  [
    "a short bootstrap token",
    { BOOTSTRAP_TOKEN: "x".repeat(31) },
    ["BOOTSTRAP_TOKEN must have at least 32 characters"],
  ],
  [
    "a bootstrap token that no header can carry",
    { BOOTSTRAP_TOKEN: `${"x".repeat(32)} y` },
    ["BOOTSTRAP_TOKEN must have only printable ASCII characters, without spaces"],
  ],
  ["an unknown role", { ROLE: "server" }, ["ROLE must be one of api, worker, all"]],
  ["an unknown mode", { SYNC_MODE: "full" }, ["SYNC_MODE must be one of observe, upsert, sync"]],
  [
    "an unknown level",
    { LOG_LEVEL: "verbose" },
    ["LOG_LEVEL must be one of debug, info, warn, error, silent"],
  ],
  [
    "half of the credentials",
    { DINGTALK_APP_KEY: "k", DINGTALK_CORP_ID: "c", DINGTALK_APP_SECRET: "" },
    [
      "DINGTALK_APP_SECRET must be set too: DINGTALK_APP_KEY, DINGTALK_APP_SECRET, DINGTALK_CORP_ID are set together, or not at all for the sandbox",
    ],
  ],
  [
    "an API address with a query",
    { DINGTALK_API_URL: "https://x.example/?a=1" },
    ["DINGTALK_API_URL must be an http or https address without user, query and fragment"],
  ],
  [
    "a root that is no id",
    { DINGTALK_MANAGED_ROOT: "Asia" },
    ["DINGTALK_MANAGED_ROOT must be the id of a department, a positive whole number"],
  ],
  ["a fraction of a call", { DINGTALK_QPS: "1.5" }, ["DINGTALK_QPS must be a whole number from 1 to 1000"]],
  [
    "half a yes",
    { ALLOW_REMOVE_ALL_MEMBERS: "yes" },
    ["ALLOW_REMOVE_ALL_MEMBERS must be one of true, false"],
  ],
  [
    "a negative limit",
    { RATE_LIMIT_PER_CLIENT: "-1" },
    ["RATE_LIMIT_PER_CLIENT must be a whole number from 0 to 1000000"],
  ],
  ...[
    "http://login.example",
    "http://localhost:9",
    "10.0.0.1",
    "login.example/keys",
    "user@login.example",
    "*",
    "login.example,",
  ].map((value): [string, Environment, readonly string[]] => [
    `${value} as host of keys`,
    { ASSERTION_KEY_HOSTS: value },
    [
      "ASSERTION_KEY_HOSTS must be host names separated by commas, such as login.microsoftonline.com (for tests also http://127.0.0.1:PORT)",
    ],
  ]),
  ...["common", "organizations", "consumers", "contoso.onmicrosoft.com"].map(
    (tenant): [string, Environment, readonly string[]] => [
      `everybody's tenant ${tenant}`,
      { ...OIDC, OIDC_ISSUER: `https://login.microsoftonline.com/${tenant}/v2.0` },
      [
        "OIDC_ISSUER must name one tenant, such as https://login.microsoftonline.com/TENANT-ID/v2.0, not common, organizations or consumers",
      ],
    ],
  ),
  ...[
    "http://login.example",
    "http://localhost:9",
    "login.example",
    "https://u:p@login.example",
    "https://login.example/?x",
  ].map((OIDC_ISSUER): [string, Environment, readonly string[]] => [
    `the issuer ${OIDC_ISSUER}`,
    { ...OIDC, OIDC_ISSUER },
    ["OIDC_ISSUER must be an https address without user, query and fragment (http for 127.0.0.1 and [::1])"],
  ]),
  ...["admin", "x=", "=admin", "x=root", "x=admin,x=viewer"].map(
    (OIDC_ROLE_NAMES): [string, Environment, readonly string[]] => [
      `the role names ${OIDC_ROLE_NAMES}`,
      { ...OIDC, OIDC_ROLE_NAMES },
      [
        "OIDC_ROLE_NAMES must be pairs such as SCIM-Admins=admin, separated by commas; roles are viewer, operator, approver, auditor, admin",
      ],
    ],
  ),
  [
    "a provider without a client",
    { OIDC_ISSUER: OIDC.OIDC_ISSUER },
    [
      "OIDC_CLIENT_ID and OIDC_CLIENT_SECRET must be set too: OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET are set together",
    ],
  ],
  [
    "roles without a provider",
    { OIDC_ROLES_CLAIM: "groups" },
    ["OIDC_ISSUER must be set too: OIDC_ROLES_CLAIM belongs to it"],
  ],
  ...["true", "proxy.example", "10.0.0.0/0"].map((value): [string, Environment, readonly string[]] => [
    `the proxy ${value}`,
    { TRUST_PROXY: value },
    [
      "TRUST_PROXY must be the number of proxies before this server (at most 10), or addresses, CIDR ranges, loopback, linklocal and uniquelocal separated by commas",
    ],
  ]),
  [
    "no connection at all",
    { CONNECTIONS_PER_ADDRESS: "0" },
    ["CONNECTIONS_PER_ADDRESS must be a whole number from 1 to 100000"],
  ],
  ["a blank folder", { DATA_DIR: "  " }, ["DATA_DIR must not be blank"]],
  [
    "a robot over plain HTTP",
    { ALERT_DINGTALK_ROBOT_URL: "http://x/" },
    ["ALERT_DINGTALK_ROBOT_URL must begin with https:// unless ALERT_ALLOW_PRIVATE is true"],
  ],
  [
    "a secret of no webhook",
    { ALERT_WEBHOOK_SECRET: "12345678" },
    ["ALERT_WEBHOOK_URL must be set too: ALERT_WEBHOOK_SECRET belongs to it"],
  ],
  [
    "mail without its half",
    { ALERT_SMTP_URL: "smtp://mail.example.com" },
    [
      "ALERT_MAIL_FROM and ALERT_MAIL_TO must be set too: ALERT_SMTP_URL, ALERT_MAIL_FROM and ALERT_MAIL_TO are set together",
    ],
  ],
  [
    "a sender that is a header of its own",
    { ALERT_SMTP_URL: "smtp://x", ALERT_MAIL_TO: "a@b", ALERT_MAIL_FROM: "a\r\nBcc: x <a@b>" },
    ["ALERT_MAIL_FROM must be an e-mail address, such as alerts@example.com or Alerts <alerts@example.com>"],
  ],
  [
    "a checkpoint that nobody gets",
    { ALERT_CHECKPOINT_HOURS: "24" },
    [
      "one of ALERT_DINGTALK_ROBOT_URL, ALERT_WEBHOOK_URL, ALERT_SMTP_URL must be set too: ALERT_CHECKPOINT_HOURS needs a channel",
    ],
  ],
  [
    "a channel that does not exist",
    { ALERT_PERSONAL: "mail,pager" },
    ["ALERT_PERSONAL must be some of robot, webhook, mail, separated by commas"],
  ],
])("%s is refused", (_name, environment, problems) => expect(problemsOf(environment)).toEqual(problems));

test("all problems are told at once, of single settings and between them", () => {
  const problems = problemsOf({ PORT: "x", ROLE: "y", LOG_LEVEL: "z", DINGTALK_APP_KEY: "k" });
  expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
    "PORT",
    "ROLE",
    "LOG_LEVEL",
    "DINGTALK_APP_SECRET",
  ]);
});

test("secrets are nowhere in what is printed", () => {
  const secrets = {
    DATABASE_URL: "postgresql://u:database-password@h/d",
    BOOTSTRAP_TOKEN: "bootstrap-".repeat(4),
  };
  const config = parseConfig({ ...real, ...secrets });
  const printed = [
    JSON.stringify(config),
    inspect(config, { depth: 9, showHidden: true }),
    `${config.bootstrapToken} ${config.databaseUrl}`,
  ].join();
  for (const secret of [real.DINGTALK_APP_SECRET, "database-password", "bootstrap-"])
    expect(printed).not.toContain(secret);
  expect(config.bootstrapToken?.reveal()).toBe(secrets.BOOTSTRAP_TOKEN);
});

test("a refused secret is not repeated", () => {
  const problems = problemsOf({ BOOTSTRAP_TOKEN: "too-short-secret", DATABASE_URL: "http://u:hunter2@h" });
  expect(problems).toHaveLength(2);
  expect(problems.join()).not.toMatch(/too-short-secret|hunter2/);
});

test("nothing can be changed afterwards", () => {
  const config = parseConfig({});
  expect([Object.isFrozen(config), Object.isFrozen(config.dingtalk)]).toEqual([true, true]);
});

test(".env.example has every setting once, with its default", () => {
  const example = readFileSync(join(__dirname, "../../../.env.example"), "utf8");
  const entries = [...example.matchAll(/^#([A-Z_]+)=(.*)$/gm)].map(
    ([, name, value]) => [name!, value!] as const,
  );
  expect(entries.map(([name]) => name)).toEqual(SETTINGS);
  const defaults = Object.fromEntries(
    entries.filter(([name]) =>
      [
        "PORT",
        "HOST",
        "DATA_DIR",
        "ROLE",
        "DINGTALK_QPS",
        "DINGTALK_MANAGED_ROOT",
        "DINGTALK_STREAM",
        "SIMULATOR_PORT",
        "RATE_LIMIT_PER_CLIENT",
        "CONCURRENT_REQUESTS_PER_CLIENT",
        "CONNECTIONS_PER_ADDRESS",
        "ALLOW_REMOVE_ALL_MEMBERS",
        "ASSERTION_KEY_HOSTS",
        "LOG_LEVEL",
      ].includes(name),
    ),
  );
  expect(parseConfig(defaults)).toEqual(parseConfig({}));
});

test.each<[string, Environment, readonly string[], readonly string[]]>([
  [
    "a misspelt setting",
    { DATADIR: "x" },
    [],
    ["DATADIR is not a setting of this program and has no effect; did you mean DATA_DIR?"],
  ],
  [
    "a name under our own first word",
    { DINGTALK_TOKEN: "x" },
    [],
    ["DINGTALK_TOKEN is not a setting of this program and has no effect; .env.example lists all"],
  ],
  [
    "anything in the file .env",
    { COLOUR: "x" },
    ["COLOUR"],
    ["COLOUR is not a setting of this program and has no effect; .env.example lists all"],
  ],
  [
    "variables of other programs",
    { HOME: "/", PGPORT: "1", PATH: "", npm_config_port: "", EDITOR: "vi" },
    [],
    [],
  ],
  ["settings", { PORT: "1", DATA_DIR: "x" }, ["PORT"], []],
])("%s", (_what, environment, inFile, told) => expect(unknownSettings(environment, inFile)).toEqual(told));

test("channels are what is set, and their addresses are secrets", () => {
  const { alerts } = parseConfig({
    ALERT_DINGTALK_ROBOT_URL: "https://oapi.dingtalk.com/robot/send?access_token=hidden",
    ALERT_SMTP_URL: "smtp://user:hidden@mail.example.com",
    ALERT_MAIL_FROM: "Alerts <a@example.com>",
    ALERT_MAIL_TO: "b@example.com, c@example.com",
    ALERT_PERSONAL: "mail",
  });
  expect(inspect(alerts, { depth: 5 })).not.toContain("hidden");
  expect([alerts.mail?.to, alerts.personal, alerts.webhook]).toEqual([
    ["b@example.com", "c@example.com"],
    ["mail"],
    undefined,
  ]);
  expect([true, false].map((isReal) => adviceOf(alerts, { isReal }).length)).toEqual([0, 0]);
  const { webhook: _none, mail: _left, ...one } = alerts;
  expect([true, false].map((isReal) => adviceOf(one, { isReal }).length)).toEqual([1, 0]);
});
