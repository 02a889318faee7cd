import { parseArgs } from "node:util";
import type { Client } from "pg";
import { systemClock } from "../../src/core/clock.ts";
import { edit, fillOrganisation } from "./organisation.ts";
import { idOf } from "./people.ts";
import { forgetPeak, peakRssMbOf } from "./processes.ts";
import { seedReal } from "./seed-real.ts";
import { onStage, runBench, type Simulator, type Stage, withDatabase } from "./stage.ts";
import { expecting } from "./workloads.ts";

/*
 * The nightly comparison of everything, at two sizes: how long, how much memory it takes at most, and the
 * pages it reads beside the fewest possible.
 *   npm run build && node tests/support/run-typescript.cjs tests/bench/comparison.ts --people 20000,200000
 * The simulator holds everybody (a hundred to a department, at most 10,000 departments, DingTalk's own
 * limit), and the directory knows them as the worker would have left them. Before the comparison an
 * administrator changes some titles and removes some people: just those have to be found.
 */

const { values: options } = parseArgs({
  options: { people: { type: "string", default: "20000,200000" }, json: { type: "boolean", default: false } },
});
const MAX_DEPARTMENTS = 10_000;
const PER_DEPARTMENT = 100;
/** People whose title an administrator changed, and those they removed; the first ones, in this order. */
const CHANGED = 10;
const REMOVED = 5;
const PAGES_BAR = 1.05;
const PAGES = { departments: "/topapi/v2/department/listsub", people: "/topapi/v2/user/list" } as const;

interface Row {
  readonly people: number;
  readonly departments: number;
  readonly seconds: number;
  readonly beforeMb: number;
  readonly peakMb: number;
  readonly pages: number;
  readonly fewestPages: number;
}

interface Found {
  readonly compared: number;
  readonly differing: number;
  readonly missing: number;
  readonly orphans: number;
}

async function comparison(stage: Stage): Promise<number> {
  const rows: Row[] = [];
  for (const people of options.people.split(",").map(Number)) {
    const row = await compareAll(stage, people);
    rows.push(row);
    if (!options.json) process.stdout.write(`${rowText(row)}\n`);
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ rows })}\n`);
  return rows.every(({ pages, fewestPages }) => pages <= PAGES_BAR * fewestPages) ? 0 : 1;
}

async function compareAll(stage: Stage, people: number): Promise<Row> {
  const departments = Math.min(MAX_DEPARTMENTS, Math.ceil(people / PER_DEPARTMENT));
  const name = `people_${people}`;
  const database = await stage.database(name);
  const dingtalk = await stage.simulator(0);
  const server = await stage.server(name, database, {
    clients: 1,
    dingtalk,
    more: { DINGTALK_QPS: "1000", DINGTALK_STREAM: "off" },
  });
  const [pid] = server.pids as readonly [number];
  return withDatabase(database, async (db) => {
    await seedReal(db, server, { users: people, departments });
    await quiet(db);
    await fillOrganisation(dingtalk, db, { people, departments });
    for (let n = 0; n < CHANGED; n++)
      await edit(dingtalk, "/topapi/v2/user/update", { userid: idOf("seed", n), title: "Changed by hand" });
    for (let n = CHANGED; n < CHANGED + REMOVED; n++)
      await edit(dingtalk, "/topapi/v2/user/delete", { userid: idOf("seed", n) });

    const [callsBefore, beforeMb] = [await pagesRead(dingtalk), server.rssMb()];
    forgetPeak(pid);
    const began = systemClock.monotonicMs();
    await expecting(server, { method: "POST", path: "/api/sync/reconcile", body: "{}" }, 202);
    const found = await ended(db);
    const seconds = (systemClock.monotonicMs() - began) / 1_000;
    demand(found, people, departments);
    const perDepartment = Math.ceil(people / departments);
    return {
      people,
      departments,
      seconds,
      beforeMb,
      peakMb: peakRssMbOf(pid),
      pages: (await pagesRead(dingtalk)) - callsBefore,
      // The children of the root and of every department, and the pages of people of each.
      fewestPages: departments + 1 + departments * Math.ceil(perDepartment / PER_DEPARTMENT) + 1,
    };
  });
}

/** The worker has nothing to do: what it made for the seeding is gone. */
async function quiet(db: Client): Promise<void> {
  while ((await db.query("select 1 from entity_states where state <> 'inSync' limit 1")).rows.length > 0)
    await systemClock.sleep(100);
}

async function pagesRead(dingtalk: Simulator): Promise<number> {
  const { calls } = await dingtalk.get<{ calls: Record<string, { count: number } | undefined> }>("calls");
  return (calls[PAGES.departments]?.count ?? 0) + (calls[PAGES.people]?.count ?? 0);
}

/**
 * What the comparison said at its end. History is looked into only then: searching it by code reads all of
 * it.
 */
async function ended(db: Client): Promise<Found> {
  while ((await db.query("select 1 from target_states where swept_at is not null")).rows.length === 0)
    await systemClock.sleep(100);
  const { rows } = await db.query<{ detail: Found }>(
    "select detail from history where code = 'operator.reconcile' order by id desc limit 1",
  );
  return rows[0]!.detail;
}

function demand({ compared, differing, missing }: Found, people: number, departments: number): void {
  const wrong = {
    compared: compared - (people + departments - REMOVED),
    differing: differing - CHANGED,
    missing: missing - REMOVED,
  };
  if (Object.values(wrong).some((more) => more !== 0))
    throw new Error(`the comparison found other than it should: ${JSON.stringify(wrong)} more`);
}

const rowText = ({ people, departments, seconds, beforeMb, peakMb, pages, fewestPages }: Row): string =>
  `${people} people in ${departments} departments: ${seconds.toFixed(1)} s, memory ${beforeMb.toFixed(0)} MB before, ${peakMb.toFixed(0)} MB at most; ` +
  `${pages} pages, fewest ${fewestPages}: ${(pages / fewestPages).toFixed(3)} (bar ${PAGES_BAR})`;

runBench(() => onStage(comparison));
