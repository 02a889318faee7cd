import { type AppContext, syncComponents } from "./components.ts";
import { CannotStart } from "../core/errors.ts";
import { createErasuresFile } from "../database/erasures-file.ts";
import { createSeenFile } from "../database/seen-file.ts";
import { createUserDirectory } from "../directory/users.ts";
import type { ReadinessCheck } from "../http/health.ts";
import { observePeople } from "./observe-people.ts";
import { personDeps } from "./person-deps.ts";
import { keepPersons } from "../persons/keep.ts";
import { policyAdvice } from "../policy/advice.ts";
import { keepErasures } from "../privacy/keep-erasures.ts";
import { keepRetention } from "../privacy/retention.ts";
import { assess } from "../reconcile/assess/assess.ts";
import { sweep } from "../reconcile/compare/sweep.ts";
import { listenToTarget } from "../reconcile/hints/listen.ts";
import { tellOfNewcomers } from "../reconcile/newcomers/tell.ts";
import { startWhenChecked } from "../reconcile/process/loop-start.ts";
import { createSteering, modeInForce } from "../reconcile/process/orders.ts";
import { watchPauses } from "../reconcile/process/pause-watch.ts";
import { preflight } from "../reconcile/process/preflight.ts";
import { createOwnRest } from "../reconcile/process/presence.ts";
import { watchForRestores } from "../reconcile/process/restore.ts";
import { createWorker } from "../reconcile/process/worker.ts";
import { createRulesWatch } from "../reconcile/rules/watch.ts";
import { weighRules } from "../reconcile/rules/weighing.ts";
import { createLoopLog } from "../reconcile/run/end/loop-log.ts";
import { createReconciler } from "../reconcile/run/reconciler.ts";
import { startSchedule } from "../schedule/run.ts";
import { createDirectoryStore } from "../store/create.ts";
import { recordsOf } from "../store/facts/records.ts";
import { createNewcomers } from "../store/loop/newcomers.ts";
import { createPresence } from "../store/loop/processes.ts";
import { startQueue } from "../store/loop/queue.ts";
import { createRestoreStore } from "../store/loop/restore.ts";
import { createSyncOperations } from "../store/operations.ts";
import { createScheduleStore } from "../store/people/due.ts";
import { createJoinSearch } from "../store/people/search.ts";
import { createPersonUpkeep, unknownSources } from "../store/people/upkeep.ts";
import { createErasures } from "../store/privacy/erase.ts";
import { createRetention } from "../store/privacy/retention.ts";
import { openRehearsal } from "../store/rehearse.ts";
import { pinOrganisation } from "../store/target/organisation.ts";
import { TARGET } from "../targets/target-name.ts";
import { type DingTalkConfig, settingsDigest } from "../targets/dingtalk/config.ts";

/* The reconcile loop of one process. */

/** Entities worked on at a time: enough to fill DingTalk's rate at usual round trips, few enough that facts stay fresh. */
const CONCURRENCY = 32;

/** The same without a rate: nobody waits for a turn, and what goes side by side shares its statements (measured: 0.9 ms of CPU an entity, 1.6 with 16). */
const CONCURRENCY_UNPACED = 128;

/** The worker looks every second; several misses in a row mean that it hangs or cannot reach the database. */
const STALLED_MS = 10_000;

export interface RunningSync {
  readonly checks: Readonly<Record<"worker" | "queue", ReadinessCheck>>;
  stop(graceMs: number): Promise<void>;
}

/** The reconcile loop of this process. Throws CannotStart when the organisation is not the one this directory belongs to. */
export async function startSync(app: AppContext, organisation: DingTalkConfig): Promise<RunningSync> {
  const { config, pool, clock, logger, traffic } = app;
  const pinned = await pinOrganisation(pool, TARGET, organisation.corpId);
  if (pinned !== organisation.corpId) {
    throw new CannotStart([`this directory belongs to the DingTalk organisation ${pinned}; DINGTALK_CORP_ID names another one`]);
  }
  const log = createLoopLog(logger, clock, TARGET);
  const { target, store, mapping, policy } = syncComponents(app, organisation, log);
  for (const { text, remedy } of policyAdvice(policy, mapping.settings)) logger.warn({ target: TARGET, remedy }, text);
  for (const source of await unknownSources(pool, mapping.sources))
    logger.warn(
      { source, remedy: "dingtalk-scim source list names those there are" },
      "the mapping file names a source that does not exist",
    );
  const rest = createOwnRest(clock);
  const presence = createPresence(pool, TARGET, {
    mode: config.syncMode,
    mappingVersion: mapping.version,
    policyVersion: policy.version,
    settings: settingsDigest(organisation),
  });
  const steering = createSteering({ store, ceiling: config.syncMode, clock, logger, wake: () => worker.wake() });
  // Before anything is claimed.
  await steering.look();
  const persons = personDeps(mapping, app.vault);
  const reconcile = createReconciler({
    log,
    rest,
    store,
    target,
    mapping,
    mode: config.syncMode,
    term: steering.term,
    policy,
    observe: observePeople(createUserDirectory({ store: createDirectoryStore(pool, [TARGET], app.vault, persons), clock }), (personId) =>
      recordsOf(pool, personId),
    ),
    clock,
    logger,
    random: Math.random,
  });
  const { requestSweep } = createSyncOperations(pool, TARGET, clock);
  const {
    inForce: { mode },
  } = await store.rules();
  const rules = createRulesWatch({
    store,
    own: { mapping, policy, mode: config.syncMode, target: TARGET, clock },
    processId: presence.id,
    async weigh(written, signal) {
      const { orderedMode } = await store.rules();
      const rehearsal = await openRehearsal(pool, { target: TARGET, everybody: true, sources: persons.rules, dates: persons.dates });
      return weighRules({ rehearsal, target, mapping, policy, mode: modeInForce(config.syncMode, orderedMode), clock, written }, signal);
    },
    clock,
    logger,
    wake: () => worker.wake(),
  });
  await rules.begin();
  // In observe the plans are all there is to see, and what changed at the target while nobody looked belongs to them.
  if (config.syncMode === "observe" && mode !== "observe") await requestSweep("system");
  const worker = createWorker({
    store,
    reconcile,
    clock,
    logger,
    concurrency: organisation.qps > 0 ? CONCURRENCY : CONCURRENCY_UNPACED,
    shouldYield: () => traffic.busy,
    isResting: () => rest.problem() !== undefined || steering.isHalted() || !rules.isWorking(),
  });
  const stopping = new AbortController();
  const restores = { store: createRestoreStore(pool, TARGET), file: createSeenFile(config.dataDir), clock, logger, target: TARGET };
  // Before the loop adds events of its own.
  await watchForRestores({ ...restores, compare: () => requestSweep("system") }, stopping.signal);
  const erasures = createErasures({ pool, vault: app.vault, clock, targets: [TARGET] });
  await keepErasures({ store: erasures, file: createErasuresFile(config.dataDir), clock, logger }, stopping.signal);
  const retention = keepRetention({ store: createRetention(pool, app.vault), days: config.retention, clock, logger }, stopping.signal);
  const schedule = startSchedule({ store: createScheduleStore(pool, persons), version: mapping.datesVersion, clock, logger });
  const upkeep = keepPersons({ upkeep: createPersonUpkeep(pool, persons), isWorking: rules.isWorking, clock, logger }, stopping.signal);
  const queue = startQueue(
    { pool: pool.asyncCommit, clock, logger },
    {
      wake: worker.wake,
      assess: async (actor) => {
        const { findings } = await assess({ store, target, mapping, policy, clock }, actor, stopping.signal);
        logger.info({ target: TARGET, count: findings }, "both sides were assessed");
        worker.wake();
      },
      sweep: async (actor) => {
        const { orphanExamples: _named, ...result } = await sweep({ store, target, mapping, policy, clock }, actor, stopping.signal);
        logger.info({ target: TARGET, ...result }, "everything was compared with the target");
        const found = await createJoinSearch(pool, persons).all({ at: clock.now(), actor: "system", causes: [] });
        if (found.joined + found.proposed > 0) logger.info({ ...found }, "records of several sources were compared");
        worker.wake();
      },
    },
  );
  const watching = { target, store, presence, rest, clock, logger };
  const following = steering.watch(stopping.signal);
  let watch: Promise<unknown> = Promise.resolve();
  const listening = { store, target, clock, logger, wake: () => worker.wake(), compare: () => requestSweep("system") };
  const telling = { store: createNewcomers(pool, TARGET), target, language: config.alerts.language, clock, logger, random: Math.random };
  let startedMs: number | undefined;
  const loopStart = startWhenChecked({
    check: (signal) => preflight(watching, signal),
    start() {
      startedMs = clock.monotonicMs();
      worker.start();
      watch = Promise.all([
        watchPauses({ ...watching, log, rules, wake: worker.wake }, stopping.signal),
        // What is not remembered of an object has to be read for a comparison: not before that is possible.
        rules.watch(stopping.signal),
        ...(config.dingtalkStream ? [listenToTarget(listening, stopping.signal)] : []),
        ...(config.newcomerNoteAgentId === undefined ? [] : [tellOfNewcomers(telling, stopping.signal)]),
      ]);
    },
    clock,
    logger,
  });
  return {
    checks: {
      async worker() {
        loopStart.assertPossible();
        const lookedMs = worker.lastLookMs() ?? startedMs;
        if (lookedMs !== undefined && clock.monotonicMs() - lookedMs > STALLED_MS)
          throw new Error("the worker has not looked for work lately");
      },
      queue: async () => queue.check(),
    },
    async stop(graceMs) {
      stopping.abort(new Error("the server is stopping"));
      await Promise.all([loopStart.stop(), queue.stop(graceMs), worker.stop(graceMs), schedule.stop()]);
      await Promise.all([watch, following, retention, upkeep]);
      await presence.leave().catch((error: unknown) => logger.warn({ target: TARGET, error }, "the stop could not be told to the others"));
      target.close();
    },
  };
}
