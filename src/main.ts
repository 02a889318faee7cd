import { createRefusalTally } from "./alerts/refusals.ts";
import { type ServerContext, startMeter } from "./compose/components.ts";
import { prepareAccess } from "./compose/http/access.ts";
import { loadRules } from "./compose/load-rules.ts";
import { openOrganisation } from "./compose/sandbox.ts";
import { noteStart } from "./compose/startup/note-start.ts";
import { startParts } from "./compose/startup/parts.ts";
import { patiently } from "./compose/startup/patience.ts";
import { firstReady, takesWrites } from "./compose/startup/readiness.ts";
import { openReplica } from "./compose/startup/replica.ts";
import { type RunningSync, startSync } from "./compose/sync/start.ts";
import { systemClock } from "./core/clock.ts";
import { createMeter } from "./core/meter.ts";
import { openDatabase } from "./database/open.ts";
import type { ReadinessCheck } from "./http/monitoring/health.ts";
import { createTraffic } from "./http/monitoring/traffic.ts";
import { openVault } from "./keys/open-vault.ts";
import { type Ending, endInOrder, type Stage } from "./process/ending.ts";
import { createLogger } from "./process/log.ts";
import { migrationsDirectory } from "./process/paths.ts";
import type { Config } from "./settings/config.ts";
import { createPool } from "./store/postgres/pool.ts";
import { TARGET } from "./targets/target-name.ts";

/** What an operator wants to know when it is ready. */
export interface ReadyFacts {
  readonly publicUrl: string;
  readonly role: Config["role"];
  readonly mode: Config["syncMode"];
  /** Of the simulator, when it is the organisation. */
  readonly sandboxUrl: string | undefined;
  /** Where the embedded database is; undefined when there is another one. */
  readonly database: string | undefined;
  /** The first token, if one was made. */
  readonly newToken: string | undefined;
}

export interface Server {
  readonly facts: ReadyFacts;
  /**
   * Ends everything in order: no new requests, running ones finish, then the loop, the sandbox and the
   * database. May be called twice.
   */
  stop(): Promise<void>;
}

/**
 * Connections of one process for requests and the rest; look-ups, the loop, the queue and scans have up to
 * fifteen more (store/postgres/pool.ts). PostgreSQL allows 100 by default.
 */
const POOL_SIZE = 15;

/**
 * Starts what ROLE asks for. Rejects CannotStart with every problem, or the reason of `signal`, and leaves
 * nothing running then. `signal`: gives up a start that has not come to its end.
 */
export async function startServer(config: Config, signal = new AbortController().signal): Promise<Server> {
  const logger = createLogger({ level: config.logLevel });
  const clock = systemClock;
  const begun: Stage[] = [];
  const begin = (...stage: readonly Ending[]): void => void begun.push(stage);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= endInOrder(begun, clock, logger);
    return stopped;
  };

  try {
    // A mistake in a file costs no database: each part reads them again.
    loadRules(config, TARGET);
    const database = await openDatabase({
      url: config.databaseUrl?.reveal(),
      dataDir: config.dataDir,
      migrations: migrationsDirectory,
      logger,
    });
    begin({ name: "database", mostMs: 20_000, leastMs: 7_000, end: (graceMs) => database.stop(graceMs) });
    const pool = createPool({ url: () => database.url, max: POOL_SIZE, logger });
    begin({ name: "connections", mostMs: 4_000, leastMs: 3_000, end: () => pool.end() });
    const vault = await patiently(signal, () => openVault({ config, pool, clock }));
    const replica = config.role === "worker" ? undefined : openReplica(config, { pool, clock, logger });
    if (replica) begin({ name: "replica", mostMs: 3_000, leastMs: 500, end: () => replica.stop() });
    const app: ServerContext = {
      ...(replica ? { replica } : {}),
      config,
      pool,
      vault,
      clock,
      logger,
      traffic: createTraffic(),
      meter: createMeter(),
      refusals: createRefusalTally(clock),
    };
    const meter = startMeter(app);
    begin({ name: "counters", mostMs: 3_000, leastMs: 0, end: () => meter.stop() });
    const checks: Record<string, ReadinessCheck> = { database: () => takesWrites(pool) };
    let sandboxUrl: string | undefined;
    let sync: RunningSync | undefined;
    if (config.role !== "api") {
      const organisation = await openOrganisation(config, logger);
      begin({ name: "sandbox", mostMs: 2_000, leastMs: 1_000, end: () => organisation.stop() });
      sandboxUrl = organisation.sandboxUrl;
      sync = await patiently(signal, () => startSync(app, organisation.settings));
      Object.assign(checks, sync.checks);
    }
    const working: Ending[] = [];
    begun.push(working);
    await startParts(app, working, { sync, checks, signal });
    await firstReady(checks);
    // Last of all: a token that is made and then not shown, because the start failed, would be lost.
    const newToken =
      config.role === "worker" ? undefined : (await patiently(signal, () => prepareAccess(app))).newToken;
    await patiently(signal, () => noteStart(pool, config));
    const { publicUrl, role, syncMode: mode, databaseUrl, dataDir } = config;
    const facts = {
      publicUrl,
      role,
      mode,
      sandboxUrl,
      database: databaseUrl ? undefined : dataDir,
      newToken: newToken?.reveal(),
    };
    return { facts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
