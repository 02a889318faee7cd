import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createRefusalTally } from "../../src/alerts/refusals.ts";
import { startAlerting } from "../../src/compose/alerts.ts";
import type { ServerContext } from "../../src/compose/components.ts";
import { composeApi } from "../../src/compose/http/server.ts";
import { organisationSettings } from "../../src/compose/sandbox.ts";
import { type RunningSync, startSync } from "../../src/compose/sync/start.ts";
import { type Clock, systemClock } from "../../src/core/clock.ts";
import { type Logger, silentLogger } from "../../src/core/logger.ts";
import { createMeter } from "../../src/core/meter.ts";
import type { Turns } from "../../src/core/turns.ts";
import { createApp, renderFor } from "../../src/http/app.ts";
import type { Scope } from "../../src/http/auth/scopes.ts";
import { startHttpServer } from "../../src/http/connection/server.ts";
import { createTraffic } from "../../src/http/monitoring/traffic.ts";
import type { Mount } from "../../src/http/mount.ts";
import type { Environment } from "../../src/settings/environment.ts";
import { parseConfig } from "../../src/settings/load-config.ts";
import { createSimulator } from "../../src/simulator/server.ts";
import { createPrisma } from "../../src/store/access/prisma.ts";
import { createSources } from "../../src/store/access/sources.ts";
import { createTokens } from "../../src/store/access/tokens.ts";
import { createPool, type Pool } from "../../src/store/postgres/pool.ts";
import { RAISED_POLICY_FILE } from "./policies.ts";
import { createTestDatabase } from "./postgres/test-database.ts";
import { temporaryRoot } from "./temporary-root.ts";
import { testVault } from "./vault.ts";

/**
 * The whole product in this process: all addresses on a free port, the simulator as DingTalk, and the loop
 * after `startSync`.
 */
export interface Product {
  readonly base: string;
  /** A token with all scopes. */
  readonly bootstrap: string;
  readonly pool: Pool;
  readonly mounts: readonly Mount[];
  send(method: string, path: string, options?: SendOptions): Promise<Reply>;
  /** Creates a token for the source with this name, and the source if it does not exist. */
  token(scopes: readonly Scope[], source?: string): Promise<string>;
  /** Starts the loop with these additional settings. `close` stops it, unless it is stopped before. */
  startSync(settings?: Environment, own?: { readonly clock?: Clock }): Promise<RunningSync>;
  /** Starts the alerts with these additional settings. `close` stops them. */
  startAlerts(settings?: Environment): Turns;
  /** URL of the simulator. */
  readonly dingtalk: string;
  /** Resolves when `condition` resolves to true. Rejects after 25 seconds. */
  until(condition: () => Promise<boolean>): Promise<void>;
  /** Resolves when no entity is due or waiting. */
  quiet(): Promise<void>;
  /** Sends a POST to a control address of the simulator, e.g. `switches`. */
  control(address: string, body: object): Promise<void>;
  remote(): Promise<Remote>;
  /** Number of calls that the simulator received, by path. */
  calls(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

export interface Remote {
  readonly users: readonly { readonly userid: string; readonly name: string; readonly title?: string }[];
  readonly departments: readonly { readonly dept_id: number; readonly name: string }[];
}

export interface SendOptions {
  /** The default is the bootstrap token, with all scopes. With "" no token is sent. */
  readonly token?: string;
  readonly body?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape, and every access is an assertion.
  readonly body: any;
}

export interface ProductOptions {
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Switches of the organisation, in the form of `POST /_sim/reset`. */
  readonly switches?: object;
  /** Settings in addition to those of every test. */
  readonly settings?: Environment;
  /**
   * Whether the product has no credentials: the simulator is then its sandbox, and the built-in policy
   * applies.
   */
  readonly sandbox?: boolean;
}

const BOOTSTRAP = "a-bootstrap-token-of-forty-characters-00";

export async function openProduct({
  clock = systemClock,
  logger = silentLogger,
  switches,
  settings = {},
  sandbox = false,
}: ProductOptions = {}): Promise<Product> {
  const database = await createTestDatabase();
  const dataDir = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-data-"));
  const pool = createPool({ url: database.url, max: 12, logger: silentLogger });
  const simulator = createSimulator({ qps: 0 });
  const { url: dingtalk } = await simulator.start();
  // All parts share them, as in a process of the product.
  const meter = createMeter();
  const refusals = createRefusalTally(clock);
  const contextWith = (settings: Environment): ServerContext => {
    const environment = {
      BOOTSTRAP_TOKEN: BOOTSTRAP,
      RATE_LIMIT_PER_CLIENT: "0",
      ...(sandbox
        ? { SIMULATOR_PORT: new URL(dingtalk).port }
        : {
            DINGTALK_APP_KEY: "sandbox",
            DINGTALK_APP_SECRET: "sandbox",
            DINGTALK_CORP_ID: "dingsandbox",
            DINGTALK_OAPI_URL: dingtalk,
            DINGTALK_API_URL: dingtalk,
            POLICY_FILE: RAISED_POLICY_FILE,
          }),
      DINGTALK_QPS: "1000",
      SYNC_MODE: "sync",
      DATA_DIR: dataDir,
      ...settings,
    };
    return {
      config: parseConfig(environment),
      pool,
      vault: testVault,
      clock,
      logger,
      traffic: createTraffic(),
      meter,
      refusals,
    };
  };
  const env = contextWith(settings);
  const options = await composeApi(env, { database: async () => void (await pool.query("select 1")) });
  const server = await startHttpServer({
    host: "127.0.0.1",
    port: 0,
    handler: createApp(options),
    clock: systemClock,
    logger,
    renderFor: renderFor(options.mounts),
  });
  const base = `http://127.0.0.1:${server.port}`;
  const loops = new Set<RunningSync>();
  const telling: Turns[] = [];
  const prisma = createPrisma(pool);
  const sources = createSources(prisma, clock);
  const tokens = createTokens({ database: prisma, clock, environment: "test" });

  async function control(address: string, body: object): Promise<void> {
    const answer = await fetch(`${dingtalk}/_sim/${address}`, { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`the simulator refused ${address}: ${await answer.text()}`);
  }
  if (switches) await control("reset", switches);
  const get = async <T>(address: string): Promise<T> =>
    (await (await fetch(`${dingtalk}/_sim/${address}`)).json()) as T;

  const until: Product["until"] = async (condition) => {
    const deadline = systemClock.monotonicMs() + 90_000;
    while (!(await condition())) {
      if (systemClock.monotonicMs() > deadline)
        throw new Error("the condition has not come true in 90 seconds");
      await systemClock.sleep(20);
    }
  };

  return {
    base,
    dingtalk,
    bootstrap: BOOTSTRAP,
    pool,
    mounts: options.mounts,
    until,
    control,

    async send(method, path, { token = BOOTSTRAP, body, form, headers } = {}) {
      const type = form
        ? "application/x-www-form-urlencoded"
        : path.startsWith("/scim/")
          ? "application/scim+json"
          : "application/json";
      const sent = form
        ? new URLSearchParams(form).toString()
        : body === undefined
          ? undefined
          : JSON.stringify(body);
      const answer = await fetch(`${base}${path}`, {
        method,
        redirect: "manual",
        headers: {
          ...headers,
          ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
          ...(sent === undefined ? {} : { "content-type": type }),
        },
        ...(sent === undefined ? {} : { body: sent }),
      });
      const text = await answer.text();
      const isJson = /[/+]json/.test(answer.headers.get("content-type") ?? "");
      return {
        status: answer.status,
        headers: answer.headers,
        text,
        body: isJson && text !== "" ? JSON.parse(text) : undefined,
      };
    },

    async token(scopes, source = "default") {
      const found =
        (await sources.findByName(source)) ?? (await sources.create("cli", { name: source, kind: "other" }));
      return (await tokens.create("cli", { name: "test", sourceId: found.id, scopes })).text;
    },

    async startSync(settings = {}, parts = {}) {
      const own = { ...contextWith(settings), ...parts };
      const running = await startSync(own, organisationSettings(own.config));
      loops.add(running);
      return {
        checks: running.checks,
        async stop(graceMs) {
          loops.delete(running);
          await running.stop(graceMs);
        },
      };
    },

    startAlerts(own = {}) {
      const running = startAlerting(contextWith({ ...settings, ...own }), { paceMs: 200, everyMs: 100 });
      telling.push(running);
      return running;
    },

    quiet: () =>
      until(
        async () =>
          (await pool.query("select 1 from entity_states where state in ('due', 'waiting') limit 1")).rows
            .length === 0,
      ),

    remote: () => get<Remote>("state"),

    async calls() {
      const { calls } = await get<{ calls: Record<string, { count: number }> }>("calls");
      return Object.fromEntries(Object.entries(calls).map(([path, { count }]) => [path, count]));
    },

    async close() {
      for (const running of telling) await running.stop();
      for (const loop of loops) await loop.stop(2_000);
      await server.stop(1_000);
      await simulator.stop();
      await pool.end();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
