import { randomUUID } from "node:crypto";
import { type Clock, systemClock } from "../../src/core/clock.ts";
import type { JsonObject } from "../../src/core/entity.ts";
import { silentLogger } from "../../src/core/logger.ts";
import type { RequestContext } from "../../src/directory/context.ts";
import { createGroupDirectory, type GroupDirectory } from "../../src/directory/groups.ts";
import { createUserDirectory, type UserDirectory } from "../../src/directory/users.ts";
import { compileMapping } from "../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../src/mapping/file/default-mapping.ts";
import type { Mapping } from "../../src/mapping/mapping.ts";
import { compilePolicy } from "../../src/policy/compile.ts";
import type { SyncMode } from "../../src/reconcile/policy.ts";
import { createWorker, type Worker } from "../../src/reconcile/process/worker.ts";
import { createReconciler } from "../../src/reconcile/run/reconciler.ts";
import type { TargetAdapter } from "../../src/reconcile/target.ts";
import { readGroup, readUser } from "../../src/scim/resource/resource.ts";
import { createSimulator } from "../../src/simulator/server.ts";
import {
  createDirectoryStore,
  createReconcileStore,
  type ReconcileStorage,
  type StoreOptions,
} from "../../src/store/create.ts";
import type { Pool } from "../../src/store/postgres/pool.ts";
import { createRateLimiter } from "../../src/store/target/limiter.ts";
import { createSharedToken } from "../../src/store/target/shared-token.ts";
import { createDingTalkTarget } from "../../src/targets/dingtalk/index.ts";
import { raisedPolicy } from "./policies.ts";
import { takeDatabase } from "./postgres/kept-database.ts";
import { testVault } from "./vault.ts";

/** The product without HTTP: directory, PostgreSQL, workers, and the simulator as DingTalk. */
export interface TestEnvironment {
  readonly pool: Pool;
  readonly users: UserDirectory;
  readonly groups: GroupDirectory;
  readonly context: RequestContext;
  /** URL of the simulator. */
  readonly dingtalk: string;
  readonly databaseUrl: string;
  /** Creates a person from a SCIM document. Resolves with their id. */
  addUser(document: JsonObject): Promise<string>;
  addGroup(displayName: string, members?: readonly string[]): Promise<string>;
  /** Starts a worker with a pool of its own. `close` stops it, unless it is stopped before. */
  startWorker(options?: WorkerOptions): Running;
  /** The parts of a worker, for tests that call them directly. */
  connect(): Connection;
  /**
   * Resolves when no entity is due or waiting, except those whose next run is more than half an hour away.
   * Rejects after `ms`.
   */
  quiet(ms?: number): Promise<void>;
  state(): Promise<Organisation>;
  calls(): Promise<Readonly<Record<string, { readonly count: number; readonly refused: number }>>>;
  control(path: string, body: JsonObject): Promise<void>;
  close(): Promise<void>;
}

export interface WorkerOptions {
  readonly mode?: SyncMode;
  /** Text of the policy. The default has limits that no test reaches. */
  readonly policy?: string;
  readonly mapping?: string;
  readonly concurrency?: number;
  /** Another URL of DingTalk, for example of a proxy. */
  readonly dingtalk?: string;
  /** The clock of runs. The database has its own clock. */
  readonly clock?: Clock;
}

export interface Running extends Worker {
  readonly pool: Pool;
}

export interface Connection {
  readonly pool: Pool;
  readonly store: ReconcileStorage;
  readonly target: TargetAdapter;
  readonly mapping: Mapping;
  readonly clock: Clock;
}

export interface RemoteUser {
  readonly userid: string;
  readonly name: string;
  readonly dept_id_list: readonly number[];
  readonly manager_userid?: string;
  readonly [field: string]: unknown;
}

export interface RemoteDepartment {
  readonly dept_id: number;
  readonly name: string;
  readonly parent_id: number;
  /** Id of the entity for which it was created. Absent on departments of others. */
  readonly source_identifier?: string;
  readonly dept_manager_userid_list: readonly string[];
}

export interface Organisation {
  readonly users: readonly RemoteUser[];
  readonly departments: readonly RemoteDepartment[];
}

export interface TestEnvironmentOptions {
  readonly qps?: number;
  readonly mapping?: string;
  /** Text of the policy. The default has limits that no test reaches. */
  readonly policy?: string;
  readonly managedRoot?: string;
  /** Pause before the first retry in ms. The default is short, because tests of faults have many retries. */
  readonly retryBaseMs?: number;
  readonly times?: Omit<StoreOptions, "vault">;
  /** Time limit for an answer of DingTalk in ms. */
  readonly timeoutMs?: number;
}

const mappings = new Map<string, Mapping>();

/** Compiles a mapping, or returns the compiled one: most tests have the same mapping. */
function compiled(text: string): Mapping {
  const mapping = mappings.get(text) ?? compileMapping(text);
  mappings.set(text, mapping);
  return mapping;
}

/**
 * How long a change that may be half of a rename waits, in ms. It is short, because few tests are about
 * renames.
 */
const SETTLE_MS = 50;

export async function openTestEnvironment(options: TestEnvironmentOptions = {}): Promise<TestEnvironment> {
  const database = await takeDatabase();
  const pool = database.pool();
  const simulator = createSimulator({ qps: 0 });
  const { url: dingtalk } = await simulator.start();
  const deps = { store: createDirectoryStore(pool, ["dingtalk"], testVault), clock: systemClock };
  const users = createUserDirectory(deps);
  const groups = createGroupDirectory(deps);
  const sourceId = randomUUID();
  await pool.query("insert into sources (id, name) values ($1, $2)", [sourceId, "test"]);
  const context = (): RequestContext => ({ sourceId, actor: "token:test", requestId: randomUUID() });
  const workers: Worker[] = [];
  const closers: (() => Promise<void>)[] = [];

  function connect(text = options.mapping ?? DEFAULT_MAPPING, url = dingtalk): Connection {
    const own = database.pool();
    const store = createReconcileStore(own, "dingtalk", {
      vault: testVault,
      settleMs: SETTLE_MS,
      ...options.times,
    });
    const limiter = createRateLimiter(own, systemClock, {
      target: "dingtalk",
      perSecond: options.qps ?? 0,
      burst: 0,
    });
    const target = createDingTalkTarget(
      {
        appKey: "sandbox",
        appSecret: "sandbox",
        corpId: "dingsandbox",
        oapiUrl: url,
        apiUrl: url,
        qps: options.qps ?? 0,
        ...(options.managedRoot === undefined ? {} : { managedRoot: options.managedRoot }),
        ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      },
      { clock: systemClock, limiter, tokens: createSharedToken(own, "dingtalk", systemClock) },
    );
    closers.push(async () => {
      target.close();
      await store.close();
    });
    return { pool: own, store, target, mapping: compiled(text), clock: systemClock };
  }

  const get = async <T>(path: string): Promise<T> => (await (await fetch(`${dingtalk}${path}`)).json()) as T;

  return {
    pool,
    users,
    groups,
    get context() {
      return context();
    },
    dingtalk,
    databaseUrl: database.url,
    addUser: async (document) => (await users.create(context(), readUser(document))).id,
    addGroup: async (displayName, members = []) =>
      (await groups.create(context(), readGroup({ displayName }).content, members)).id,

    connect: () => connect(),

    startWorker({
      mode = "sync",
      policy = options.policy,
      mapping,
      concurrency = 8,
      dingtalk: url,
      clock = systemClock,
    } = {}) {
      const connection = connect(mapping, url);
      const { store, target, pool: own } = connection;
      const deps = { store, target, mapping: connection.mapping, clock, logger: silentLogger };
      const reconcile = createReconciler({
        ...deps,
        policy: policy === undefined ? raisedPolicy : compilePolicy(policy),
        mode,
        random: Math.random,
        retryBaseMs: options.retryBaseMs ?? 20,
      });
      const worker = createWorker({
        store,
        reconcile,
        clock: systemClock,
        logger: silentLogger,
        concurrency,
      });
      worker.start();
      workers.push(worker);
      closers.push(() => worker.stop(5_000));
      return { ...worker, pool: own };
    },

    async quiet(ms = 60_000) {
      const deadline = systemClock.monotonicMs() + ms;
      for (;;) {
        for (const worker of workers) worker.wake();
        const { rows } = await pool.query(
          // An entity that waits for a person has its next run only after hours.
          "select kind, entity_id, state, reason, attempts from entity_states where state in ('due', 'waiting') and (next_at is null or next_at < now() + interval '30 min')",
        );
        if (rows.length === 0) return;
        if (systemClock.monotonicMs() > deadline)
          throw new Error(`not quiet after ${ms} ms: ${JSON.stringify(rows.slice(0, 5))}`);
        await systemClock.sleep(20);
      }
    },

    state: () => get<Organisation>("/_sim/state"),
    calls: async () =>
      (await get<{ calls: Record<string, { count: number; refused: number }> }>("/_sim/calls")).calls,

    async control(path, body) {
      const answer = await fetch(`${dingtalk}/_sim/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`simulator refused ${path}: ${await answer.text()}`);
    },

    async close() {
      for (const close of closers.reverse()) await close();
      await simulator.stop();
      await database.giveBack();
    },
  };
}
