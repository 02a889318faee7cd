import { createRefusalTally } from "./alerts/refusals.ts";
import { startAlerting } from "./compose/alerts.ts";
import { type ServerContext, startMeter } from "./compose/components.ts";
import { openFeed } from "./compose/feed.ts";
import { startChecking, startSealing } from "./compose/history.ts";
import { prepareAccess } from "./compose/http/access.ts";
import { startApi } from "./compose/http/server.ts";
import { startWorkday } from "./compose/import.ts";
import { startFigures } from "./compose/kpis.ts";
import { loadRules } from "./compose/load-rules.ts";
import { openOrganisation } from "./compose/sandbox.ts";
import { type RunningSync, startSync } from "./compose/sync/start.ts";
import { systemClock } from "./core/clock.ts";
import { Unavailable } from "./core/errors.ts";
import { uuidv7 } from "./core/id.ts";
import { createMeter } from "./core/meter.ts";
import { openDatabase } from "./database/open.ts";
import type { ReadinessCheck } from "./http/monitoring/health.ts";
import { createTraffic } from "./http/monitoring/traffic.ts";
import { openVault } from "./keys/open-vault.ts";
import { readBuild } from "./process/build.ts";
import { type Ending, endInOrder, type Stage } from "./process/ending.ts";
import { createLogger } from "./process/log.ts";
import { migrationsDirectory } from "./process/paths.ts";
import type { Config } from "./settings/config.ts";
import { readSources } from "./settings/environment.ts";
import { digestOfSettings } from "./settings/settings-digest.ts";
import { createEventAppender } from "./store/history/event-appender.ts";
import { createPool, type Pool } from "./store/postgres/pool.ts";
import { type Replica, watchReplica } from "./store/replica.ts";
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
  /** Ends everything in order: no new requests, running ones finish, then the loop, the sandbox and the database. May be called twice. */
  stop(): Promise<void>;
}

/** Connections of one process for requests and the rest; look-ups, the loop, the queue and scans have up to fifteen more (store/postgres/pool.ts). PostgreSQL allows 100 by default. */
const POOL_SIZE = 15;
/** To a replica: for the history and the dashboard. */
const REPLICA_POOL_SIZE = 5;
/** For requests and the loop's runs; those that call DingTalk may take longer, and are settled as unknown by the next start. */
const GRACE_MS = 10_000;
/** Longer than a part needs that ends by its grace. */
const SLACK_MS = 1_500;
/** A database that came up a moment ago may go once more (a failover, a restart for settings). */
const START_PATIENCE_MS = 60_000;
const START_AGAIN_MS = 500;
const READY_MS = 5_000;
const READY_LOOK_MS = 20;

/**
 * Starts what ROLE asks for. Rejects CannotStart with every problem, or the reason of `signal`, and leaves nothing running then.
 * `signal`: gives up a start that has not come to its end.
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
    // All at once: none needs the others, and each may wait for a database that says nothing.
    const working: Ending[] = [];
    begun.push(working);
    const work = (name: string, part: { stop(graceMs: number): Promise<void> }): void =>
      void working.push({ name, mostMs: GRACE_MS + SLACK_MS, leastMs: GRACE_MS, end: () => part.stop(GRACE_MS) });
    if (sync) work("loop", sync);
    if (config.role !== "worker") work("requests", await patiently(signal, () => startApi(app, checks)));
    if (config.role !== "api") {
      const sealer = startSealing(app);
      working.push({ name: "sealer", mostMs: 3_000, leastMs: 500, end: () => sealer.stop() });
      const checker = startChecking(app);
      working.push({ name: "check of the history", mostMs: 3_000, leastMs: 500, end: () => checker.stop() });
    }
    // Whatever else fails later: from here on somebody is told.
    const alerts = startAlerting(app);
    working.push({ name: "alerts", mostMs: 2_000, leastMs: 500, end: () => alerts.stop() });
    if (config.role !== "api") {
      const feed = await openFeed(app);
      working.push({ name: "feed", mostMs: 2_000, leastMs: 500, end: () => feed.stop() });
    }
    const figures = startFigures(app);
    working.push({ name: "figures", mostMs: 2_000, leastMs: 500, end: () => figures.stop() });
    if (config.workday && config.role !== "api") {
      const workday = startWorkday(app, config.workday);
      working.push({ name: "reader of Workday", mostMs: 5_000, leastMs: 500, end: () => workday.stop() });
    }
    await firstReady(checks);
    // Last of all: a token that is made and then not shown, because the start failed, would be lost.
    const newToken = config.role === "worker" ? undefined : (await patiently(signal, () => prepareAccess(app))).newToken;
    await patiently(signal, () => noteStart(pool, config));
    const { publicUrl, role, syncMode: mode, databaseUrl, dataDir } = config;
    const facts = { publicUrl, role, mode, sandboxUrl, database: databaseUrl ? undefined : dataDir, newToken: newToken?.reveal() };
    return { facts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function openReplica(
  { databaseReadUrl }: Config,
  { pool, clock, logger }: Pick<ServerContext, "pool" | "clock" | "logger">,
): Replica | undefined {
  if (databaseReadUrl === undefined) return undefined;
  return watchReplica({
    primary: pool,
    pool: createPool({ url: databaseReadUrl.reveal(), max: REPLICA_POOL_SIZE, logger }),
    clock,
    logger,
  });
}

/** With what this process runs, as an event: names of settings, and a digest that changes with them. */
async function noteStart(pool: Pool, { role }: Config): Promise<void> {
  const at = systemClock.now();
  const { settings, digest } = digestOfSettings(readSources().environment);
  const detail = { version: readBuild().version, role, settings, digest };
  await createEventAppender(pool).append({ id: uuidv7(at.getTime()), at, code: "server.started", actor: "system", causes: [], detail });
}

/** Repeats a part of the start while the database is not available. */
async function patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const deadlineMs = systemClock.monotonicMs() + START_PATIENCE_MS;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unavailable) || systemClock.monotonicMs() > deadlineMs) throw error;
      await systemClock.sleep(START_AGAIN_MS, signal);
    }
  }
}

/** A standby answers too. */
async function takesWrites(pool: Pool): Promise<void> {
  const { rows } = await pool.query("select current_setting('transaction_read_only') = 'on' as read_only");
  if (!rows[0].read_only) return;
  pool.renew();
  throw new Error("the database takes no writes");
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
