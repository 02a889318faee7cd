import { type ChildProcess, fork } from "node:child_process";
import { setMaxListeners } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/core/clock.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { startEmbeddedPostgres } from "../../src/database/embedded.ts";
import { migrate } from "../../src/database/migrate.ts";
import { createSimulator } from "../../src/simulator/server.ts";
import { createRateLimiter } from "../../src/store/limiter.ts";
import { createPool } from "../../src/store/postgres.ts";
import { temporaryRoot } from "../support/temporary-root.ts";

/*
 * How much of the allowed rate several processes use together, and how many calls the far end refuses, with its fixed windows of one second:
 *   node tests/support/run-typescript.cjs tests/bench/pacing.ts --processes 3 --rate 20 --seconds 60
 */

const API = "/topapi/v2/department/listsub";
const LANES = 12;

async function bench(processes: number, rate: number, seconds: number): Promise<void> {
  const folder = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-pacing-"));
  const postgres = await startEmbeddedPostgres({ dataDir: folder, logger: silentLogger });
  const children: ChildProcess[] = [];
  const start = (...args: string[]): ChildProcess => {
    const child = fork(process.argv[1]!, args, { execArgv: [join(__dirname, "..", "support", "run-typescript.cjs")] });
    children.push(child);
    return child;
  };
  try {
    const directory = join(__dirname, "..", "..", "prisma", "migrations");
    await migrate({ connectionString: postgres.url, logger: silentLogger, directory });
    const simulator = start("--role", "simulator", "--rate", String(rate));
    const address = await new Promise<string>((resolve) => simulator.once("message", (url) => resolve(String(url))));
    for (let n = 0; n < processes; n++) start("--role", "caller", "--rate", String(rate), "--database", postgres.url, "--address", address);
    await systemClock.sleep(3_000);
    const before = await counted(address);
    const startedMs = systemClock.monotonicMs();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    const after = await counted(address);
    const passed = (systemClock.monotonicMs() - startedMs) / 1_000;
    const made = after.count - before.count;
    const refused = after.refused - before.refused;
    process.stdout.write(
      `${processes} processes, ${rate}/s allowed: ${(made / passed).toFixed(2)}/s (${((100 * made) / passed / rate).toFixed(1)} %), ${refused} of ${made} refused\n`,
    );
  } finally {
    for (const child of children) child.kill();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function counted(address: string): Promise<{ readonly count: number; readonly refused: number }> {
  const { calls } = (await (await fetch(`${address}/_sim/calls`)).json()) as { calls: Record<string, { count: number; refused: number }> };
  return calls[API] ?? { count: 0, refused: 0 };
}

async function call(database: string, address: string, rate: number): Promise<void> {
  const limiter = createRateLimiter(createPool({ url: database, max: 3, logger: silentLogger }), systemClock, {
    target: "dingtalk",
    perSecond: rate,
    burst: 0,
  });
  const answer = (await (await fetch(`${address}/gettoken?appkey=sandbox&appsecret=sandbox`)).json()) as { access_token: string };
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const lane = async (): Promise<void> => {
    for (;;) {
      await limiter.take(API, { signal, maxWaitMs: 30_000 });
      await fetch(`${address}${API}?access_token=${answer.access_token}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"dept_id":1}',
      });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

const { values } = parseArgs({
  options: {
    role: { type: "string", default: "bench" },
    processes: { type: "string", default: "1" },
    rate: { type: "string", default: "20" },
    seconds: { type: "string", default: "60" },
    database: { type: "string", default: "" },
    address: { type: "string", default: "" },
  },
});
const rate = Number(values.rate);
if (values.role === "simulator")
  void createSimulator({ qps: rate })
    .start()
    .then(({ url }) => process.send!(url));
else if (values.role === "caller") void call(values.database, values.address, rate);
else void bench(Number(values.processes), rate, Number(values.seconds));
