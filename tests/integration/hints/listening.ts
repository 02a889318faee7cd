import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { takeBackOne } from "../../../src/reconcile/compare/found.ts";
import { type ListenDeps, listenToTarget } from "../../../src/reconcile/hints/listen.ts";
import type { Connection, Running, TestEnvironment } from "../../support/test-environment.ts";

export interface RunningListener {
  stop(): Promise<void>;
}

const takingBack =
  (connection: Connection): ListenDeps["takeBack"] =>
  (kind, remoteId, signal) =>
    takeBackOne(connection, kind, remoteId, signal);

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
      takeBack: takingBack(connection),
      compare: async () => undefined,
    },
    stopping.signal,
  );
  await until(async () => (await env.pool.query("select 1 from listening where state = 'listening'")).rows.length > 0);
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
  until(async () => (await env.pool.query("select 1 from hints where outcome is null limit 1")).rows.length === 0);

export const outcomes = async (env: TestEnvironment): Promise<Readonly<Record<string, number>>> => {
  const { rows } = await env.pool.query("select outcome, count(*)::int as n from hints group by outcome order by outcome");
  return Object.fromEntries(rows.map(({ outcome, n }) => [String(outcome), n]));
};
