import { parseArgs } from "node:util";
import type { Client } from "pg";
import { systemClock } from "../../src/core/clock.ts";
import { fillOrganisation } from "./organisation.ts";
import { forgetPeak, peakRssMbOf } from "./processes.ts";
import { seedReal } from "./seed-real.ts";
import { onStage, runBench, type Simulator, type Stage, withDatabase } from "./stage.ts";
import { expecting } from "./workloads.ts";

/*
 * An assessment of a directory and an organisation that know nothing of each other: how long, how much memory
 * it takes at most, and the calls it makes.
 *   npm run build && node tests/support/run-typescript.cjs tests/bench/assess.ts --people 20000
 * Everybody is on both sides and has to be found by e-mail address and name. The server observes, and the
 * memory is that of the whole process.
 */

const { values: options } = parseArgs({
  options: { people: { type: "string", default: "20000" }, json: { type: "boolean", default: false } },
});
const people = Number(options.people);
const PER_DEPARTMENT = 100;
const departments = Math.ceil(people / PER_DEPARTMENT);
const BAR_MB = 300;

interface Report {
  readonly people: {
    readonly target: number;
    readonly directory: number;
    readonly tiers: Readonly<Record<string, number>>;
  };
  readonly departments: { readonly tiers: Readonly<Record<string, number>> };
}

async function assessment(stage: Stage): Promise<number> {
  const database = await stage.database("assess");
  const dingtalk = await stage.simulator(0);
  const server = await stage.server("assess", database, {
    clients: 1,
    dingtalk,
    more: { DINGTALK_QPS: "1000", SYNC_MODE: "observe", DINGTALK_STREAM: "off" },
  });
  const [pid] = server.pids as readonly [number];
  return withDatabase(database, async (db) => {
    await seedReal(db, server, { users: people, departments });
    await fillOrganisation(dingtalk, db, { people, departments });
    await db.query("delete from links");
    const [before, beforeMb] = [await callsOf(dingtalk), server.rssMb()];
    forgetPeak(pid);
    const began = systemClock.monotonicMs();
    await expecting(server, { method: "POST", path: "/api/sync/assess", body: "{}" }, 202);
    const report = await ended(db);
    const seconds = (systemClock.monotonicMs() - began) / 1_000;
    const [calls, peakMb] = [difference(await callsOf(dingtalk), before), peakRssMbOf(pid)];
    const made = Object.values(calls).reduce((sum, count) => sum + count, 0);
    const fewest = 2 * (departments + 1);
    const found = { people: report.people.tiers, departments: report.departments.tiers };
    if (options.json)
      process.stdout.write(
        `${JSON.stringify({ people, departments, seconds, beforeMb, peakMb, made, fewest, calls, found })}\n`,
      );
    else
      process.stdout.write(
        `${people} people in ${departments} departments on both sides: ${seconds.toFixed(1)} s, memory ${beforeMb.toFixed(0)} MB before, ` +
          `${peakMb.toFixed(0)} MB at most (bar ${BAR_MB}); ${made} calls, fewest ${fewest}; proposed ${JSON.stringify(found)}\n`,
      );
    const all = Object.values(report.people.tiers).reduce((sum, count) => sum + count, 0);
    return peakMb <= BAR_MB && made === fewest && all === people ? 0 : 1;
  });
}

async function ended(db: Client): Promise<Report> {
  for (;;) {
    const { rows } = await db.query<{ state: string; reason: string | null; report: Report }>(
      "select state, reason, report from assessments",
    );
    if (rows[0]?.state === "done") return rows[0].report;
    if (rows[0]?.state === "failed") throw new Error(`the assessment failed: ${rows[0].reason}`);
    await systemClock.sleep(100);
  }
}

async function callsOf(dingtalk: Simulator): Promise<Readonly<Record<string, number>>> {
  const { calls } = await dingtalk.get<{ calls: Record<string, { count: number }> }>("calls");
  return Object.fromEntries(Object.entries(calls).map(([path, { count }]) => [path, count]));
}

const difference = (
  after: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(after).flatMap(([path, count]) =>
      count === (before[path] ?? 0) ? [] : [[path, count - (before[path] ?? 0)]],
    ),
  );

runBench(() => onStage(assessment));
