import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/core/clock.ts";
import { runCommand } from "../support/server.ts";
import { temporaryRoot } from "../support/temporary-root.ts";
import { forgetPeak, peakRssMbOf, rssMbOf } from "./processes.ts";
import { onStage, runBench, type Simulator, type Stage, withDatabase } from "./stage.ts";

/*
 * A report of Workday with many workers, read by the schedule of the built product: how long, how much memory
 * above an idle server, that a second reading writes nothing, that a server killed in the middle goes on, and
 * that a report with 89 of 100 of them applies nothing.
 *   npm run build && node tests/support/run-typescript.cjs tests/bench/workday.ts --workers 10000
 */

const { values: options } = parseArgs({ options: { workers: { type: "string", default: "10000" } } });
const workers = Number(options.workers);
const BAR_MB = 100;
/** What is alive after a start is collected by then. */
const IDLE_MS = 15_000;

const worker = (number: number) => ({
  Employee_ID: String(100_000 + number),
  Preferred_Name: `Worker ${number}`,
  Business_Title: "Clerk",
  Work_Email: `worker${number}@example.com`,
  Mobile: `+852 6${String(number).padStart(7, "0")}`,
  Department: `Works/Hall ${number % 100}`,
  Manager_Employee_ID: String(100_000 + (number % 100)),
  Hire_Date: "2020-01-31",
  Status: "Active",
});
const report = (dingtalk: Simulator, count: number) =>
  dingtalk.post("workday", { report: "Workers", rows: Array.from({ length: count }, (_, at) => worker(at)) });

async function bench(stage: Stage, folder: string): Promise<number> {
  const dingtalk = await stage.simulator(0);
  const file = join(folder, "workday.yaml");
  writeFileSync(
    file,
    `version: 1\nreport: { url: ${dingtalk.address}/ccx/service/customreport2/acme/ISU/Workers }\neveryMinutes: 1440\n`,
  );
  const settings = {
    SYNC_MODE: "observe",
    WORKDAY_FILE: file,
    WORKDAY_USERNAME: "sandbox",
    WORKDAY_PASSWORD: "sandbox",
  };
  const serve = (name: string, database: string, more = {}) => {
    mkdirSync(join(folder, name), { recursive: true });
    return stage.server(name, database, {
      clients: 1,
      dingtalk,
      more: { SYNC_MODE: "observe", DATA_DIR: join(folder, name), ...more },
    });
  };
  const pidOf = ({ pids }: { readonly pids: readonly number[] }): number => pids[0]!;

  const idle = await serve("idle", await stage.database("idle"));
  await systemClock.sleep(IDLE_MS);
  const idleMb = rssMbOf(pidOf(idle));
  process.kill(pidOf(idle), "SIGTERM");

  await report(dingtalk, workers);
  const database = await stage.database("pulled");
  return withDatabase(database, async (db) => {
    const count = async (text: string): Promise<number> =>
      Number((await db.query<{ n: string }>(`select count(*) as n ${text}`)).rows[0]!.n);
    const people = () => count("from users").catch(() => 0);
    const until = async (condition: () => Promise<boolean>): Promise<void> => {
      while (!(await condition())) await systemClock.sleep(50);
    };
    const command = async (...args: readonly string[]) => {
      const run = runCommand(["workday", ...args, "--json"], {
        ...settings,
        DATABASE_URL: database,
        DATA_DIR: join(folder, "pulled"),
        ENCRYPTION_KEY_FILE: process.env["ENCRYPTION_KEY_FILE"]!,
      });
      const code = await run.ended();
      return {
        code,
        result: JSON.parse(run.stdout) as {
          readonly result: string;
          readonly people: readonly unknown[];
          readonly unchanged: number;
        },
      };
    };

    const killed = await serve("pulled", database, settings);
    await until(async () => (await people()) >= workers / 3);
    process.kill(pidOf(killed), "SIGKILL");
    const half = await people();
    const began = systemClock.monotonicMs();
    const server = await serve("pulled", database, settings);
    forgetPeak(pidOf(server));
    await until(async () => (await count("from history where code = 'people.imported'")) > 0);
    const seconds = (systemClock.monotonicMs() - began) / 1_000;
    const aboveMb = peakRssMbOf(pidOf(server)) - idleMb;
    const [all, versions] = [await people(), await count("from users where version > 1")];

    const events = () => count("from history where code like 'user.%' or code like 'group.%'");
    const before = await events();
    const second = await command("pull", "--full");
    const wrote = (await events()) - before;
    await report(dingtalk, Math.floor(workers * 0.89));
    const fewer = await command("pull", "--full");
    const active = await count("from users where active");
    process.stdout.write(
      `killed with ${half} of ${workers} workers; then ${seconds.toFixed(1)} s to ${all}, ${versions} of them written twice; ` +
        `${aboveMb.toFixed(0)} MB above the ${idleMb.toFixed(0)} MB of an idle server (bar ${BAR_MB}); ` +
        `second reading ${second.result.unchanged} unchanged, ${wrote} written; with 89 of 100: ${fewer.result.result}, ${active} still active\n`,
    );
    const isRight =
      half < workers &&
      all === workers &&
      versions === 0 &&
      wrote === 0 &&
      fewer.code === 1 &&
      active === workers;
    return isRight && aboveMb < BAR_MB ? 0 : 1;
  });
}

runBench(async () => {
  const folder = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-workday-"));
  try {
    return await onStage((stage) => bench(stage, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
