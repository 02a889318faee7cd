import { parseArgs } from "node:util";
import type { Subject } from "./client.ts";
import { peakRssMbOf } from "./processes.ts";
import { seedBaseline } from "./seed-baseline.ts";
import { seedReal } from "./seed-real.ts";
import { onStage, runBench, type Stage, withDatabase } from "./stage.ts";
import { type Contender, inTurns, percentile } from "./turns.ts";
import { type Workload, workloads } from "./workloads.ts";

/*
 * Memory of one server at two sizes of its directory, beside the baseline's at the first: with the sandbox in
 * its process, as it starts without credentials, and with DingTalk (the simulator) in a process of its own.
 *   npm run build && node tests/support/run-typescript.cjs tests/bench/memory.ts --sizes 10000,50000 --rounds 15
 * Everybody does the same mixture of reads, matches, lists, creates and updates, turn by turn; memory is
 * looked at after every round, and its median counts. The sandbox holds those who are created and changed
 * meanwhile, at DingTalk's rate.
 */

const { values: options } = parseArgs({
  options: {
    sizes: { type: "string", default: "10000,50000" },
    rounds: { type: "string", default: "15" },
    clients: { type: "string", default: "8" },
    json: { type: "boolean", default: false },
  },
});
const [few, many] = options.sizes.split(",").map(Number) as [number, number];
const clients = Number(options.clients);
const MIXTURE = [
  "read by id",
  "match userName, hit",
  "match externalId, miss",
  "list of 100, any page",
  "create",
  "update",
];
const BARS = { baseline: 2, growth: 0.1 } as const;

interface Watched extends Contender {
  readonly samplesMb: number[];
}

async function memory(stage: Stage): Promise<number> {
  const baselineDatabase = await stage.database("baseline");
  const baselineServer = await stage.baseline(baselineDatabase, clients);
  await withDatabase(baselineDatabase, (db) => seedBaseline(db, few, []));
  const baseline = watched(baselineServer, few, "baseline");
  const real = async (name: string, users: number, sandbox: boolean): Promise<Watched> => {
    const database = await stage.database(name);
    const server = await stage.server(
      name,
      database,
      sandbox ? { clients } : { clients, dingtalk: await stage.simulator(20) },
    );
    await withDatabase(database, (db) => seedReal(db, server, { users }));
    return watched(server, users, "real");
  };
  const pairs = {
    "with the sandbox": [await real("sandbox_few", few, true), await real("sandbox_many", many, true)],
    "DingTalk elsewhere": [await real("alone_few", few, false), await real("alone_many", many, false)],
  } as const;
  const all = [baseline, ...Object.values(pairs).flat()];
  for (let round = 0; round < Number(options.rounds); round++) {
    await inTurns(all, { clients, turns: 1 });
    for (const { subject, samplesMb } of all) samplesMb.push(subject.rssMb());
  }

  const rows = Object.entries(pairs).map(([name, [small, large]]) => {
    const [atFew, atMany] = [figuresOf(small), figuresOf(large)];
    return {
      name,
      few: atFew,
      many: atMany,
      toBaseline: atFew.medianMb / figuresOf(baseline).medianMb,
      growth: atMany.medianMb / atFew.medianMb - 1,
    };
  });
  const say = (text: string): void => void (options.json || process.stdout.write(`${text}\n`));
  say(`baseline at ${few} users: ${memoryText(figuresOf(baseline))}`);
  for (const row of rows)
    say(
      `${row.name}: at ${few} users ${memoryText(row.few)}, ${row.toBaseline.toFixed(2)} of the baseline (bar ${BARS.baseline}); ` +
        `at ${many} ${memoryText(row.many)}, ${(100 * row.growth).toFixed(1)} % more (bar ${100 * BARS.growth} %)`,
    );
  if (options.json)
    process.stdout.write(`${JSON.stringify({ sizes: [few, many], baseline: figuresOf(baseline), rows })}\n`);
  return rows.some(({ toBaseline, growth }) => toBaseline > BARS.baseline || growth > BARS.growth) ? 1 : 0;
}

function watched(subject: Subject, users: number, side: "baseline" | "real"): Watched {
  const all = workloads({ users, groupSizes: [] });
  const mixture = MIXTURE.map((name) => all.find((each) => each.name === name) as Workload);
  return { subject, samplesMb: [], iteration: (n) => mixture[n % mixture.length]![side](subject, n) };
}

const figuresOf = ({ subject, samplesMb }: Watched) => ({
  medianMb: percentile(samplesMb, 0.5),
  peakMb: peakRssMbOf(subject.pids[0]!),
});

const memoryText = ({ medianMb, peakMb }: ReturnType<typeof figuresOf>): string =>
  `${medianMb.toFixed(0)} MB (at most ${peakMb.toFixed(0)})`;

runBench(() => onStage(memory));
