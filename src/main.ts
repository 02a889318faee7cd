import { type House, prepareAccess, startApi, startSync } from "./compose.ts";
import type { Config } from "./config.ts";
import { systemClock } from "./core/clock.ts";
import { openDatabase } from "./database/open.ts";
import { createTraffic } from "./http/traffic.ts";
import { createLogger } from "./log.ts";
import { migrationsDirectory } from "./paths.ts";
import { openOrganisation } from "./sandbox.ts";
import { createPool } from "./store/pool.ts";

export interface Server {
  /** What an operator wants to read when it is ready, line by line. Holds the first token, if one was made. */
  readonly notice: readonly string[];
  /** Ends everything in order: no new requests, running ones finish, then the loop, the sandbox and the database. May be called twice. */
  stop(): Promise<void>;
}

/** Connections of one process for requests and the rest; look-ups, the loop, the queue and scans have up to fifteen more (store/pool.ts). PostgreSQL allows 100 by default. */
const POOL_SIZE = 15;
const GRACE_MS = 20_000;
const READY_MS = 5_000;
const READY_LOOK_MS = 20;

/** Starts what ROLE asks for. Rejects CannotStart with every problem, and leaves nothing running then. */
export async function startServer(config: Config): Promise<Server> {
  const logger = createLogger({ level: config.logLevel });
  const clock = systemClock;
  const running: (() => Promise<void>)[] = [];
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= running.reduceRight((before, end) => before.then(end), Promise.resolve());
    return stopped;
  };

  try {
    const database = await openDatabase({
      url: config.databaseUrl?.reveal(),
      dataDir: config.dataDir,
      migrations: migrationsDirectory,
      logger,
    });
    running.push(() => database.stop());
    const pool = createPool({ url: database.url, max: POOL_SIZE, logger });
    running.push(() => pool.end());
    const house: House = { config, pool, clock, logger, traffic: createTraffic() };
    const checks: Record<string, (signal: AbortSignal) => Promise<void>> = {
      database: async () => void (await pool.query("select 1")),
    };
    let sandboxUrl: string | undefined;
    if (config.role !== "api") {
      const organisation = await openOrganisation(config, logger);
      running.push(() => organisation.stop());
      sandboxUrl = organisation.sandboxUrl;
      const sync = await startSync(house, organisation.settings);
      running.push(() => sync.stop(GRACE_MS));
      checks["worker"] = sync.check;
    }
    if (config.role !== "worker") {
      const api = await startApi(house, checks);
      running.push(() => api.stop(GRACE_MS));
    }
    await firstReady(checks);
    // Last of all: a token that is made and then not shown, because the start failed, would be lost.
    const newToken = config.role === "worker" ? undefined : (await prepareAccess(house)).newToken;
    return { notice: noticeOf(config, { sandboxUrl, newToken: newToken?.reveal() }), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** "Ready" is said when /readyz says it too. What is not ready by then is the probes' and the log's to tell. */
async function firstReady(checks: Readonly<Record<string, (signal: AbortSignal) => Promise<void>>>): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + READY_MS;
  const signal = AbortSignal.timeout(READY_MS);
  for (const check of Object.values(checks)) {
    for (;;) {
      const passed = await check(signal).then(
        () => true,
        () => false,
      );
      if (passed || systemClock.monotonicMs() > deadlineMs) break;
      await systemClock.sleep(READY_LOOK_MS);
    }
  }
}

function noticeOf(
  config: Config,
  facts: { readonly sandboxUrl: string | undefined; readonly newToken: string | undefined },
): readonly string[] {
  const { publicUrl, role, syncMode } = config;
  const where = facts.sandboxUrl === undefined ? "the configured organisation" : `sandbox (simulated DingTalk) at ${facts.sandboxUrl}`;
  return [
    "dingtalk-scim is ready",
    ...(role === "worker" ? [] : [`  SCIM (Tenant URL)   ${publicUrl}/scim/v2`, `  API, documented     ${publicUrl}/docs`]),
    ...(role === "api" ? [] : [`  DingTalk            ${where}, mode ${syncMode}`]),
    `  Database            ${config.databaseUrl ? "DATABASE_URL" : `embedded PostgreSQL in ${config.dataDir}`}`,
    ...(facts.newToken === undefined
      ? []
      : [
          "",
          "  Secret token, shown this once (all scopes; keep it safe):",
          `  ${facts.newToken}`,
          '  Another one: npx dingtalk-scim token create --name "Entra ID"',
        ]),
  ];
}
