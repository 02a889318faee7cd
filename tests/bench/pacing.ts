import { type ChildProcess, fork } from "node:child_process";
import { setMaxListeners } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/core/clock.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { startEmbeddedPostgres } from "../../src/database/embedded/embedded.ts";
import { migrate } from "../../src/database/migrate.ts";
import { TargetError } from "../../src/reconcile/target-failures.ts";
import { createSimulator } from "../../src/simulator/server.ts";
import { createPool } from "../../src/store/postgres/pool.ts";
import { createRateLimiter } from "../../src/store/target/limiter.ts";
import { createSharedToken } from "../../src/store/target/shared-token.ts";
import { API } from "../../src/targets/dingtalk/client/apis.ts";
import { createClient } from "../../src/targets/dingtalk/client/client.ts";
import { temporaryRoot } from "../support/temporary-root.ts";

/*
 * How much of the allowed rate several processes use together, how many calls the far end refuses with its
 * fixed windows of one second, and how soon the rate is back after a storm in which it refuses everything:
 *   node tests/support/run-typescript.cjs tests/bench/pacing.ts --processes 3 --rate 20 --round-trip 50-500 --seconds 60 --storm 10
 * The calls go the product's own way: limiter, token, HTTP, envelope, and a pause for every process when a
 * throttle answer names one.
 */

const CALLED = API.departmentChildren;
/**
 * Until connections stand, the token is there, the code is compiled, and it is known where the far end's
 * seconds begin.
 */
const WARM_UP_MS = 12_000;
/** A rate is looked at over this long: long enough that one call more or less is no change. */
const WINDOW_MS = 2_000;
/** Part of the rate before the storm that counts as back. */
const BACK = 0.95;
const GIVE_UP_MS = 60_000;

const { values } = parseArgs({
  options: {
    role: { type: "string", default: "bench" },
    processes: { type: "string", default: "1" },
    /** Calls a second that DingTalk allows, and the callers want. */
    rate: { type: "string", default: "20" },
    seconds: { type: "string", default: "60" },
    /** Milliseconds, or a range: `50-500`. */
    "round-trip": { type: "string", default: "0" },
    /** Seconds in which everything is refused; 0 for none. */
    storm: { type: "string", default: "0" },
    /** Calls that one process may have under way, as a worker has people. */
    lanes: { type: "string", default: "16" },
    database: { type: "string", default: "" },
    address: { type: "string", default: "" },
  },
});
const rate = Number(values.rate);

async function bench(): Promise<void> {
  const processes = Number(values.processes);
  const folder = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-pacing-"));
  const postgres = await startEmbeddedPostgres({ dataDir: folder, logger: silentLogger });
  const children: ChildProcess[] = [];
  const start = (role: string, ...args: string[]): ChildProcess => {
    const child = fork(
      process.argv[1]!,
      ["--role", role, "--rate", values.rate, "--lanes", values.lanes, ...args],
      {
        execArgv: [join(__dirname, "..", "support", "run-typescript.cjs")],
      },
    );
    children.push(child);
    return child;
  };
  try {
    const directory = join(__dirname, "..", "..", "prisma", "migrations");
    await migrate({ connectionString: postgres.url, logger: silentLogger, directory });
    const simulator = start("simulator");
    const address = await new Promise<string>((resolve) =>
      simulator.once("message", (url) => resolve(String(url))),
    );
    const [minMs, maxMs = minMs] = values["round-trip"].split("-").map(Number);
    await control(address, "latency", { minMs, maxMs });
    for (let n = 0; n < processes; n++) start("caller", "--database", postgres.url, "--address", address);
    await systemClock.sleep(WARM_UP_MS);

    const before = await measured(address, Number(values.seconds) * 1_000);
    print(`${processes} processes, ${rate}/s allowed, round trip ${values["round-trip"]} ms`, {
      used: `${before.perSecond.toFixed(2)}/s (${((100 * before.perSecond) / rate).toFixed(1)} %)`,
      refused: `${before.refused} of ${before.made} (${((100 * before.refused) / before.made).toFixed(2)} %)`,
    });
    if (values.storm !== "0") await storm(address, Number(values.storm), before.perSecond);
  } finally {
    for (const child of children) child.kill();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Refuses everything for a while, then looks when the rate is back: the beginning of the first window that is
 * as good as before.
 */
async function storm(address: string, seconds: number, perSecondBefore: number): Promise<void> {
  await control(address, "faults", { match: CALLED.path, fault: "rate_limit", times: 1_000_000_000 });
  const during = await measured(address, seconds * 1_000);
  await control(address, "faults", {});
  const endedMs = systemClock.monotonicMs();
  const samples: { readonly atMs: number; readonly done: number }[] = [];
  for (;;) {
    const { count, refused } = await counted(address);
    const now = { atMs: systemClock.monotonicMs(), done: count - refused };
    samples.push(now);
    const since = samples.findLast(({ atMs }) => now.atMs - atMs >= WINDOW_MS);
    const back =
      since && ((now.done - since.done) * 1_000) / (now.atMs - since.atMs) >= BACK * perSecondBefore;
    if (back || now.atMs - endedMs > GIVE_UP_MS) {
      print(`a storm of ${seconds} s`, {
        refused: `${during.refused} of ${during.made}`,
        back: back
          ? `${((since.atMs - endedMs) / 1_000).toFixed(1)} s after its end`
          : `not within ${GIVE_UP_MS / 1_000} s`,
      });
      return;
    }
    await systemClock.sleep(50);
  }
}

const print = (title: string, figures: Readonly<Record<string, string>>): void => {
  const list = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  process.stdout.write(`${title}: ${list.join(", ")}\n`);
};

interface Measured {
  readonly made: number;
  readonly refused: number;
  /** Calls that were carried out. */
  readonly perSecond: number;
}

async function measured(address: string, ms: number): Promise<Measured> {
  const before = await counted(address);
  const startedMs = systemClock.monotonicMs();
  await systemClock.sleep(ms);
  const after = await counted(address);
  const passed = (systemClock.monotonicMs() - startedMs) / 1_000;
  const made = after.count - before.count;
  const refused = after.refused - before.refused;
  return { made, refused, perSecond: (made - refused) / passed };
}

async function counted(address: string): Promise<{ readonly count: number; readonly refused: number }> {
  const { calls } = (await (await fetch(`${address}/_sim/calls`)).json()) as {
    calls: Record<string, { count: number; refused: number }>;
  };
  return calls[CALLED.path] ?? { count: 0, refused: 0 };
}

async function control(address: string, what: string, body: object): Promise<void> {
  const answer = await fetch(`${address}/_sim/${what}`, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`the simulator refused ${what}: ${await answer.text()}`);
}

async function call(): Promise<void> {
  const pool = createPool({ url: values.database, max: 3, logger: silentLogger });
  const client = createClient(
    {
      appKey: "sandbox",
      appSecret: "sandbox",
      corpId: "dingsandbox",
      oapiUrl: values.address,
      apiUrl: values.address,
      qps: rate,
    },
    {
      clock: systemClock,
      limiter: createRateLimiter(pool, systemClock, { target: "dingtalk", perSecond: rate, burst: 0 }),
      tokens: createSharedToken(pool, "dingtalk", systemClock),
      random: Math.random,
    },
  );
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const lane = async (): Promise<void> => {
    for (;;) {
      try {
        await client.open({ signal }).call(CALLED, { dept_id: 1 });
      } catch (error) {
        // What a worker does: the pause is known to all by now, so it takes the next one.
        if (!(error instanceof TargetError)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Number(values.lanes) }, lane));
}

if (values.role === "simulator")
  void createSimulator({ qps: rate })
    .start()
    .then(({ url }) => process.send!(url));
else if (values.role === "caller") void call();
else void bench();
