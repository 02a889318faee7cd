import { parseArgs } from "node:util";
import { together } from "./client.ts";
import { cpuMsWithChildren } from "./processes.ts";
import { seedReal } from "./seed-real.ts";
import { onStage, runBench, type Stage, withDatabase } from "./stage.ts";
import { type Figures, figuresOf, figuresText, inTurns, type Taken } from "./turns.ts";
import { workloads } from "./workloads.ts";

/*
 * Two API processes on one PostgreSQL against one of them, turn by turn, and what each side of it takes of
 * the processors:
 *   npm run build && node tests/support/run-typescript.cjs tests/bench/nodes.ts --users 10000 --clients 16 --seconds 6
 * The bar of 1.6 is for machines where the second process has a processor of its own. "cores" says how many
 * were busy on average in each case, and how the time of a request divides: where one process already fills
 * them, a second has none to work on.
 */

const { values: options } = parseArgs({
  options: {
    users: { type: "string", default: "10000" },
    clients: { type: "string", default: "16" },
    seconds: { type: "string", default: "6" },
    json: { type: "boolean", default: false },
  },
});
const users = Number(options.users);
const clients = Number(options.clients);
const MEASURED = ["read by id", "match userName, hit", "list of 100, any page", "create", "update"];

interface Side extends Figures {
  readonly postgresMsPerRequest: number;
  readonly clientMsPerRequest: number;
  readonly busyCores: number;
}

async function nodes(stage: Stage): Promise<number> {
  const database = await stage.database("shared");
  const settings = { clients, more: { ROLE: "api" } };
  const [first, second] = [
    await stage.server("one", database, settings),
    await stage.server("other", database, settings),
  ];
  await withDatabase(database, (db) => seedReal(db, first, { users }));
  const both = together("both", [first, second]);
  const rows = [];
  for (const { name, real } of workloads({ users, groupSizes: [] }).filter((each) =>
    MEASURED.includes(each.name),
  )) {
    const contenders = [first, both].map((subject) => ({
      subject,
      iteration: (n: number) => real(subject, n),
    }));
    const [one, two] = (
      await inTurns(contenders, { clients, turns: Number(options.seconds), meters: metersOf(stage) })
    ).map(sideOf) as [Side, Side];
    const ratio = two.perSecond / one.perSecond;
    rows.push({ workload: name, one, two, ratio });
    if (!options.json)
      process.stdout.write(
        `${name.padEnd(24)} one: ${sideText(one)}  | two: ${sideText(two)}  | ratio ${ratio.toFixed(2)}\n`,
      );
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ users, clients, rows })}\n`);
  return 0;
}

const metersOf = ({ postgresPid }: Stage) => ({
  postgres: () => cpuMsWithChildren(postgresPid),
  client() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
});

function sideOf(taken: Taken): Side {
  const { requests, seconds, cpuMs } = taken;
  const { postgres = 0, client = 0 } = taken.metered;
  return {
    ...figuresOf(taken),
    postgresMsPerRequest: postgres / requests,
    clientMsPerRequest: client / requests,
    busyCores: (cpuMs + postgres + client) / 1_000 / seconds,
  };
}

const sideText = (side: Side): string =>
  `${figuresText(side)}, PostgreSQL ${side.postgresMsPerRequest.toFixed(3)}, client ${side.clientMsPerRequest.toFixed(3)}, cores ${side.busyCores.toFixed(2)}`;

runBench(() => onStage(nodes));
