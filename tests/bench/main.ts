import { parseArgs } from "node:util";
import type { Subject } from "./client.ts";
import { type Growth, growthText, isTooSteep, measureGrowth } from "./growth.ts";
import { seedBaseline } from "./seed-baseline.ts";
import { seedReal } from "./seed-real.ts";
import { onStage, runBench, type Stage, withDatabase } from "./stage.ts";
import { type Contender, type Figures, figuresOf, figuresText, inTurns } from "./turns.ts";
import {
  groupWorkloads,
  lostCycleMembers,
  makeCycleGroups,
  requireMembers,
  type Workload,
  workloads,
} from "./workloads.ts";

/*
 * Runs the baseline and the real server side by side on one PostgreSQL and prints how near the real one
 * comes, workload by workload:
 *   npm run bench -- --users 10000 --clients 8 --seconds 6
 * With `--sizes 1000,50000` two real servers of these sizes instead, and how costs grow from one to the
 * other; and from the first group of `--groups` to the last.
 */

const { values: options } = parseArgs({
  options: {
    users: { type: "string", default: "10000" },
    clients: { type: "string", default: "8" },
    seconds: { type: "string", default: "6" },
    groups: { type: "string", default: "10,1000,10000" },
    sizes: { type: "string" },
    only: { type: "string" },
    json: { type: "boolean", default: false },
    loose: { type: "string" },
  },
});
const users = Number(options.users);
const clients = Number(options.clients);
const seconds = Number(options.seconds);
const groupSizes = options.groups.split(",").map(Number);
const turns = { clients, turns: seconds };
const PEOPLE_BAR = 0.1;
const MEMBERS_BAR = 0.05;

interface Row {
  readonly workload: string;
  readonly real: Figures;
  readonly baseline: Figures;
  readonly ratio: number;
  readonly cpuRatio: number;
  readonly bar: number | undefined;
}

async function besideTheBaseline(stage: Stage): Promise<number> {
  const baselineDatabase = await stage.database("baseline");
  const baseline = await stage.baseline(baselineDatabase, clients);
  await withDatabase(baselineDatabase, (client) => seedBaseline(client, users, groupSizes));
  const real = await startSeeded(stage, "real", users, groupSizes);
  await makeCycleGroups(real);
  const rows: Row[] = [];
  for (const workload of wanted(workloads({ users, groupSizes }))) {
    const [below, above] = await inTurns([onBaseline(workload, baseline), onReal(workload, real)], turns);
    const row = rowOf(workload, figuresOf(below!), figuresOf(above!));
    rows.push(row);
    say(line(row));
  }
  await requireMembers(real, groupSizes);
  const lost = await lostCycleMembers(real);
  say(
    `memory: real ${real.rssMb().toFixed(0)} MB, baseline ${baseline.rssMb().toFixed(0)} MB; members lost in the first cycle: ${lost}`,
  );
  tell({
    users,
    clients,
    seconds,
    rows,
    lostMembers: lost,
    rssMb: { baseline: baseline.rssMb(), real: real.rssMb() },
  });
  const factor = Number(options.loose ?? 1);
  const missed = rows.filter(({ bar, ratio }) => bar !== undefined && ratio < bar * factor);
  for (const { workload, ratio, bar } of missed)
    say(`below the bar: ${workload} ${ratio.toFixed(2)} < ${bar! * factor}`);
  return missed.length > 0 || lost !== 0 ? 1 : 0;
}

async function bySize(stage: Stage, [few, many]: readonly number[]): Promise<number> {
  const [smallest, largest] = [groupSizes[0]!, groupSizes.at(-1)!];
  const small = await startSeeded(stage, "small", few!, []);
  const large = await startSeeded(stage, "large", many!, []);
  const grouped = await startSeeded(stage, "grouped", largest, [smallest, largest]);
  const growths: Growth[] = [];
  const note = (growth: Growth): void => {
    growths.push(growth);
    say(growthText(growth));
  };
  const ofMany = workloads({ users: many!, groupSizes: [] });
  for (const [at, workload] of workloads({ users: few!, groupSizes: [] }).entries()) {
    if (!workload.steady || !isWanted(workload)) continue;
    const contenders = [
      { size: few!, ...onReal(workload, small) },
      { size: many!, ...onReal(ofMany[at]!, large) },
    ] as const;
    note(await measureGrowth(workload.name, PEOPLE_BAR, ...contenders, turns));
  }
  const ofLargest = groupWorkloads(largest);
  for (const [at, workload] of groupWorkloads(smallest).entries()) {
    if (!isWanted(workload)) continue;
    const contenders = [
      { size: smallest, ...onReal(workload, grouped) },
      { size: largest, ...onReal(ofLargest[at]!, grouped) },
    ] as const;
    note(await measureGrowth(workload.name, MEMBERS_BAR, ...contenders, turns));
  }
  await requireMembers(grouped, [smallest, largest]);
  tell({ clients, seconds, growths });
  return growths.some(isTooSteep) ? 1 : 0;
}

async function startSeeded(
  stage: Stage,
  name: string,
  count: number,
  sizes: readonly number[],
): Promise<Subject> {
  const database = await stage.database(name);
  const real = await stage.server(name, database, { clients });
  await withDatabase(database, (client) => seedReal(client, real, { users: count, groupSizes: sizes }));
  return real;
}

const isWanted = ({ name }: Workload): boolean => options.only === undefined || name.includes(options.only);
const wanted = (all: readonly Workload[]): readonly Workload[] => all.filter(isWanted);
const onBaseline = (workload: Workload, subject: Subject): Contender => ({
  subject,
  iteration: (n) => workload.baseline(subject, n),
});
const onReal = (workload: Workload, subject: Subject): Contender => ({
  subject,
  iteration: (n) => workload.real(subject, n),
});

const say = (text: string): void => void (options.json || process.stdout.write(`${text}\n`));
const tell = (result: unknown): void =>
  void (options.json && process.stdout.write(`${JSON.stringify(result)}\n`));

const rowOf = ({ name, bar }: Workload, baseline: Figures, real: Figures): Row => ({
  workload: name,
  real,
  baseline,
  ratio: real.perSecond / baseline.perSecond,
  cpuRatio: real.cpuMsPerRequest / baseline.cpuMsPerRequest,
  bar,
});

const line = ({ workload, real, baseline, ratio, cpuRatio, bar }: Row): string =>
  [
    workload.padEnd(42),
    figuresText(real),
    `| baseline ${baseline.perSecond.toFixed(0).padStart(6)}/s p50 ${baseline.p50Ms.toFixed(2)} cpu ${baseline.cpuMsPerRequest.toFixed(3)}`,
    `| ratio ${ratio.toFixed(2)}${bar === undefined ? "" : ` (bar ${bar})`} cpu x${cpuRatio.toFixed(2)}`,
  ].join("  ");

const sizes = options.sizes?.split(",").map(Number);
runBench(() => onStage((stage) => (sizes ? bySize(stage, sizes) : besideTheBaseline(stage))));
