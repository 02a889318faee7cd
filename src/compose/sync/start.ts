import type { ReadinessCheck } from "../../http/monitoring/health.ts";
import { startWhenChecked } from "../../reconcile/process/loop-start.ts";
import { createSteering } from "../../reconcile/process/orders.ts";
import { watchPauses } from "../../reconcile/process/pause-watch.ts";
import { preflight } from "../../reconcile/process/preflight.ts";
import { createProcessPause } from "../../reconcile/process/presence.ts";
import { createWorker } from "../../reconcile/process/worker.ts";
import { createLoopLog } from "../../reconcile/run/end/loop-log.ts";
import { createReconciler } from "../../reconcile/run/reconciler.ts";
import { recordsOf } from "../../store/facts/records.ts";
import { createPresence } from "../../store/loop/processes.ts";
import { startQueue } from "../../store/loop/queue.ts";
import { createSyncOperations } from "../../store/operations.ts";
import { type DingTalkConfig, settingsDigest } from "../../targets/dingtalk/config.ts";
import { TARGET } from "../../targets/target-name.ts";
import { type AppContext, syncComponents } from "../components.ts";
import { openDirectory } from "../directory.ts";
import { giveAdvice, requireSameOrganisation } from "./advice.ts";
import { startMaintenance } from "./maintenance.ts";
import { observePeople } from "./observe-people.ts";
import { peopleByRules } from "./people-by-rules.ts";
import { queueTasks } from "./queue-tasks.ts";
import { talk } from "./talk.ts";
import { watchRules } from "./watch-rules.ts";

/* The reconcile loop of one process. */

/**
 * Number of entities in work: enough for DingTalk's rate at usual latencies, and few enough for fresh facts.
 */
const CONCURRENCY = 32;

/**
 * The number without a rate limit: no run waits, and concurrent runs share statements (measured: 0.9 ms of
 * CPU an entity, 1.6 with 16).
 */
const CONCURRENCY_UNPACED = 128;

/** The worker polls every second. Without a poll for this time it hangs or cannot reach the database. */
const STALLED_MS = 10_000;

export interface RunningSync {
  readonly checks: Readonly<Record<"worker" | "queue", ReadinessCheck>>;
  stop(graceMs: number): Promise<void>;
}

/**
 * The reconcile loop of this process. Throws CannotStart if the organisation differs from that of this
 * directory.
 */
export async function startSync(app: AppContext, organisation: DingTalkConfig): Promise<RunningSync> {
  const { config, pool, clock, logger, traffic } = app;
  await requireSameOrganisation(app, organisation);
  const log = createLoopLog(logger, clock, TARGET);
  const parts = syncComponents(app, organisation, log);
  const { target, store, mapping, policy } = parts;
  await giveAdvice(app, parts);
  const rest = createProcessPause(clock);
  const presence = createPresence(pool, TARGET, {
    mode: config.syncMode,
    mappingVersion: mapping.version,
    policyVersion: policy.version,
    settings: settingsDigest(organisation),
  });
  const wake = () => worker.wake();
  const { requestSweep } = createSyncOperations(pool, TARGET, clock);
  const compare = () => requestSweep("system");
  const steering = createSteering({ store, ceiling: config.syncMode, clock, logger, wake });
  // Before the first claim.
  await steering.look();
  const people = peopleByRules(pool, mapping, app);
  const { persons } = people;
  const stopping = new AbortController();
  const { signal } = stopping;
  const reconcile = createReconciler({
    ...{ log, rest, store, target, mapping, policy, clock, logger, random: Math.random },
    mode: config.syncMode,
    term: steering.term,
    observe: observePeople(openDirectory(app, persons).users, (personId) => recordsOf(pool, personId)),
  });
  const { inForce } = await store.rules();
  const rules = watchRules(app, parts, {
    processId: presence.id,
    persons,
    prepare: () => people.prepare(signal),
    wake,
  });
  await rules.begin();
  // In observe the plans are the only result, and changes made at the target in the meantime belong to them.
  if (config.syncMode === "observe" && inForce.mode !== "observe") await compare();
  const worker = createWorker({
    ...{ store, reconcile, clock, logger },
    concurrency: organisation.qps > 0 ? CONCURRENCY : CONCURRENCY_UNPACED,
    shouldYield: () => traffic.busy,
    isPaused: () =>
      rest.problem() !== undefined || steering.isHalted() || !(rules.isWorking() || rules.isForLeavers()),
    isForLeavers: rules.isForLeavers,
  });
  const maintenance = await startMaintenance(app, { mapping, people, rules, compare }, signal);
  const queue = startQueue(
    { pool: pool.asyncCommit, clock, logger },
    queueTasks(app, parts, { persons, presence, wake }, signal),
  );
  const watching = { target, store, presence, rest, clock, logger };
  const following = steering.watch(signal);
  let watch: Promise<unknown> = Promise.resolve();
  let startedMs: number | undefined;
  const loopStart = startWhenChecked({
    check: (signal) => preflight(watching, signal),
    start() {
      startedMs = clock.monotonicMs();
      worker.start();
      // A comparison of rules needs observations of all objects, so it waits until reads are possible.
      watch = Promise.all([
        watchPauses({ ...watching, log, rules, wake }, signal),
        rules.watch(signal),
        talk(app, parts, { wake, compare }, signal),
      ]);
    },
    clock,
    logger,
  });
  return {
    checks: checksOf({ loopStart, worker, queue, clock, startedMs: () => startedMs }),
    async stop(graceMs) {
      stopping.abort(new Error("the server is stopping"));
      await Promise.all([loopStart.stop(), queue.stop(graceMs), worker.stop(graceMs), maintenance.stop()]);
      await Promise.all([watch, following]);
      await presence
        .leave()
        .catch((error: unknown) =>
          logger.warn({ target: TARGET, error }, "the other processes could not be notified of the stop"),
        );
      target.close();
    },
  };
}

interface Checked {
  readonly loopStart: ReturnType<typeof startWhenChecked>;
  readonly worker: ReturnType<typeof createWorker>;
  readonly queue: ReturnType<typeof startQueue>;
  readonly clock: AppContext["clock"];
  readonly startedMs: () => number | undefined;
}

const checksOf = ({ loopStart, worker, queue, clock, startedMs }: Checked): RunningSync["checks"] => ({
  async worker() {
    loopStart.assertPossible();
    const lookedMs = worker.lastLookMs() ?? startedMs();
    if (lookedMs !== undefined && clock.monotonicMs() - lookedMs > STALLED_MS)
      throw new Error("the worker has not polled for work recently");
  },
  queue: async () => queue.check(),
});
