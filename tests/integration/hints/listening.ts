import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { relinkOne } from "../../../src/reconcile/compare/found.ts";
import { listenToTarget } from "../../../src/reconcile/hints/listen.ts";
import type { ListenDeps } from "../../../src/reconcile/hints/receiver.ts";
import {
  type Connection,
  openTestEnvironment,
  type Running,
  type TestEnvironment,
  type TestEnvironmentOptions,
} from "../../support/test-environment.ts";

/** A test environment with a process that listens to DingTalk. */
export interface ListeningEnvironment extends TestEnvironment {
  /** Beside `worker`, which is a new one unless given. Whoever listened before is stopped. */
  listen(worker?: Running): Promise<void>;
  /** What somebody does in DingTalk: a call of its API, or an act that has none, such as `leave`. */
  edit(call: string, body: JsonObject): Promise<void>;
  /** Resolves when every event was decided about and nothing is left to do. */
  atRest(): Promise<void>;
}

export async function openListeningEnvironment(
  options: TestEnvironmentOptions = {},
): Promise<ListeningEnvironment> {
  const env = await openTestEnvironment({ retryBaseMs: 10, ...options });
  const { close } = env;
  let listener: RunningListener | undefined;
  return Object.assign(env, {
    async listen(worker = env.startWorker()) {
      await listener?.stop();
      // What the one before has shown there is no proof that the new one hears.
      await env.pool.query("delete from listening");
      listener = await startListening(env, worker);
    },
    edit: (call: string, body: JsonObject) => env.control("edit", { call, body }),
    async atRest() {
      for (let n = 0; n < 2; n++) {
        await settled(env);
        await env.quiet();
      }
    },
    async close() {
      await listener?.stop();
      await close();
    },
  });
}

export interface RunningListener {
  stop(): Promise<void>;
}

const takingBack =
  (connection: Connection): ListenDeps["relink"] =>
  (kind, remoteId, signal) =>
    relinkOne(connection, kind, remoteId, signal);

/** A process that listens, beside `worker`. Resolves once it hears. */
export async function startListening(env: TestEnvironment, worker: Running): Promise<RunningListener> {
  const connection = env.connect();
  const { store, target } = connection;
  const stopping = new AbortController();
  const listening = listenToTarget(
    {
      store,
      target,
      clock: systemClock,
      logger: silentLogger,
      wake: worker.wake,
      relink: takingBack(connection),
      compare: async () => undefined,
    },
    stopping.signal,
  );
  await until(
    async () => (await env.pool.query("select 1 from listening where state = 'listening'")).rows.length > 0,
  );
  return {
    async stop() {
      stopping.abort();
      await listening;
    },
  };
}

export async function until(holds: () => Promise<boolean>, ms = 30_000): Promise<number> {
  const beganMs = systemClock.monotonicMs();
  while (!(await holds())) {
    if (systemClock.monotonicMs() - beganMs > ms) throw new Error(`it did not come true within ${ms} ms`);
    await systemClock.sleep(10);
  }
  return systemClock.monotonicMs() - beganMs;
}

/** Resolves when every event that was reported was decided about. */
export const settled = (env: TestEnvironment): Promise<number> =>
  until(
    async () => (await env.pool.query("select 1 from hints where outcome is null limit 1")).rows.length === 0,
  );

export const outcomes = async (env: TestEnvironment): Promise<Readonly<Record<string, number>>> => {
  const { rows } = await env.pool.query(
    "select outcome, count(*)::int as n from hints group by outcome order by outcome",
  );
  return Object.fromEntries(rows.map(({ outcome, n }) => [String(outcome), n]));
};
