import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { createWorker } from "../../../src/reconcile/process/worker.ts";
import { createReconciler } from "../../../src/reconcile/run/reconciler.ts";
import { createReconcileStore } from "../../../src/store/create.ts";
import { createPool } from "../../../src/store/postgres/pool.ts";
import { createRateLimiter } from "../../../src/store/target/limiter.ts";
import { createSharedToken } from "../../../src/store/target/shared-token.ts";
import { createDingTalkTarget } from "../../../src/targets/dingtalk/index.ts";
import { raisedPolicy } from "../../support/policies.ts";
import { testVault } from "../../support/vault.ts";

/**
 * A worker in a process of its own, with the times it is given, so that it can be stopped and continued.
 * Prints "ready", and works until its input closes.
 */
const [, , databaseUrl, dingtalk, leaseMs, callLifeMs, perSecond] = process.argv.map(String);
const qps = Number(perSecond);
const pool = createPool({ url: String(databaseUrl), max: 6, logger: silentLogger });
const store = createReconcileStore(pool, "dingtalk", {
  vault: testVault,
  leaseMs: Number(leaseMs),
  callLifeMs: Number(callLifeMs),
});
const target = createDingTalkTarget(
  {
    appKey: "sandbox",
    appSecret: "sandbox",
    corpId: "dingsandbox",
    oapiUrl: String(dingtalk),
    apiUrl: String(dingtalk),
    qps,
  },
  {
    clock: systemClock,
    limiter: createRateLimiter(pool, systemClock, { target: "dingtalk", perSecond: qps, burst: 0 }),
    tokens: createSharedToken(pool, "dingtalk", systemClock),
  },
);
const deps = {
  store,
  target,
  policy: raisedPolicy,
  mapping: compileMapping(DEFAULT_MAPPING),
  clock: systemClock,
  logger: silentLogger,
};
const reconcile = createReconciler({ ...deps, mode: "sync", random: Math.random, retryBaseMs: 20 });
const worker = createWorker({ store, reconcile, clock: systemClock, logger: silentLogger, concurrency: 8 });
worker.start();
process.stdout.write("ready\n");
process.stdin.resume();
process.stdin.once("close", () => process.exit());
