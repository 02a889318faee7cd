import { parseArgs } from "node:util";
import type { Subject } from "./client.ts";
import { type Growth, growthText, isTooSteep, measureGrowth } from "./growth.ts";
import { peakRssMbOf } from "./processes.ts";
import { importsInto, memberRequestsOn, type Request, requestsOn } from "./scale-requests.ts";
import { type Company, seedReal } from "./seed-real.ts";
import { onStage, runBench, type Stage, withDatabase } from "./stage.ts";
import { figuresOf, figuresText, inTurns, percentile } from "./turns.ts";
import { walkByCursor } from "./walk.ts";
import { expecting, get, requireMembers, SCIM } from "./workloads.ts";

/*
 * One large directory beside a small one, each behind a server of its own:
 *   npm run build && node tests/support/run-typescript.cjs tests/bench/scale.ts --people 1000000 --departments 50000 --members 200000
 * Imports people by POST and by Bulk into the empty directory, fills both by SQL, and tells how the cost of a
 * request grows from the small one to the large: imports, matches, first, any and last pages, and a member of
 * a group of 10 against one of `--members`. Then walks the whole large directory by cursor. Smoke: --people
 * 20000 --departments 2000 --members 5000 --seconds 1.
 */

const { values: options } = parseArgs({
  options: {
    people: { type: "string", default: "1000000" },
    departments: { type: "string", default: "50000" },
    members: { type: "string", default: "200000" },
    clients: { type: "string", default: "8" },
    seconds: { type: "string", default: "4" },
    json: { type: "boolean", default: false },
  },
});
const SMALL = { users: 1_000, departments: 200 } as const;
const FEW = 10;
const most = Number(options.members);
const largeCompany = {
  users: Number(options.people),
  departments: Number(options.departments),
  groupSizes: [FEW, most],
};
const turns = { clients: Number(options.clients), turns: Number(options.seconds) };

async function scale(stage: Stage): Promise<number> {
  const [small, large] = [await start(stage, "small"), await start(stage, "large")];
  const memoryMb = { start: large.server.rssMb(), imported: 0, filled: 0, end: 0, peak: 0 };
  const imports = await importIntoEmpty(large.server);
  memoryMb.imported = large.server.rssMb();
  await fill(small, SMALL);
  const filledSeconds = await fill(large, largeCompany);
  say(
    `${largeCompany.users} people and ${largeCompany.departments} departments more in ${filledSeconds.toFixed(0)} s`,
  );
  memoryMb.filled = large.server.rssMb();

  const growths: Growth[] = [];
  const grow = async (
    sizes: readonly [number, number],
    servers: readonly [Subject, Subject],
    [few, many]: readonly [Request, Request],
  ) => {
    const contenders = [
      { size: sizes[0], subject: servers[0], iteration: few.iteration },
      { size: sizes[1], subject: servers[1], iteration: many.iteration },
    ] as const;
    const growth = await measureGrowth(many.name, many.bar, ...contenders, turns);
    growths.push(growth);
    say(growthText(growth));
  };
  const { users, departments } = largeCompany;
  const onLarge = requestsOn({ server: large.server, people: users, departments });
  for (const [at, few] of requestsOn({
    server: small.server,
    people: SMALL.users,
    departments: SMALL.departments,
  }).entries())
    await grow([SMALL.users, users], [small.server, large.server], [few, onLarge[at]!]);
  const onMost = memberRequestsOn(large.server, most);
  for (const [at, few] of memberRequestsOn(large.server, FEW).entries())
    await grow([FEW, most], [large.server, large.server], [few, onMost[at]!]);

  await requireMembers(large.server, [FEW, most]);
  const statusMs = { small: await statusMsOf(small.server), large: await statusMsOf(large.server) };
  say(
    `GET /api/sync/status, median of five: ${statusMs.small.toFixed(0)} ms, ${statusMs.large.toFixed(0)} ms`,
  );
  const walk = await walkByCursor(large.server);
  memoryMb.end = large.server.rssMb();
  memoryMb.peak = peakRssMbOf(large.server.pids[0]!);
  say(
    `${walk.people} people by cursor in ${walk.pages} pages, one client: ${walk.seconds.toFixed(1)} s; ` +
      `p50 of the first hundred pages ${walk.firstP50Ms.toFixed(2)} ms, of the last ${walk.lastP50Ms.toFixed(2)} ms`,
  );
  say(
    `memory of the large one's server in MB: ${JSON.stringify(memoryMb, (_, value) => (typeof value === "number" ? Math.round(value) : value))}`,
  );
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ ...largeCompany, ...turns, imports, filledSeconds, growths, statusMs, walk, memoryMb })}\n`,
    );
  return growths.some(isTooSteep) ? 1 : 0;
}

interface Started {
  readonly server: Subject;
  readonly database: string;
}

async function start(stage: Stage, name: string): Promise<Started> {
  const database = await stage.database(name);
  // A simulator of its own, so that the server's memory is the server's.
  return {
    database,
    server: await stage.server(name, database, {
      clients: turns.clients,
      dingtalk: await stage.simulator(20),
    }),
  };
}

async function fill({ server, database }: Started, company: Company): Promise<number> {
  const began = performance.now();
  await withDatabase(database, (db) => seedReal(db, server, company));
  return (performance.now() - began) / 1_000;
}

/** The first people of a directory, both ways. What was acknowledged is there afterwards. */
async function importIntoEmpty(server: Subject) {
  const before = await totalOf(server);
  let acknowledged = 0;
  const ways = importsInto(server).map(({ name, iteration }) => ({
    name,
    subject: server,
    async iteration(n: number) {
      const made = await iteration(n);
      acknowledged += made;
      return made;
    },
  }));
  const rows = (await inTurns(ways, turns)).map((measured, at) => ({
    name: ways[at]!.name,
    ...figuresOf(measured),
  }));
  const lost = before + acknowledged - (await totalOf(server));
  if (lost !== 0) throw new Error(`${server.name}: ${lost} people that were acknowledged are not there`);
  for (const row of rows) say(`${`${row.name}, the first ones`.padEnd(42)}  ${figuresText(row)}`);
  return rows;
}

async function statusMsOf(server: Subject): Promise<number> {
  const latenciesMs: number[] = [];
  for (let n = 0; n < 5; n++) {
    const began = performance.now();
    await expecting(server, get("/api/sync/status"), 200);
    latenciesMs.push(performance.now() - began);
  }
  return percentile(latenciesMs, 0.5);
}

async function totalOf(server: Subject): Promise<number> {
  const { text } = await expecting(server, get(`${SCIM}/Users?count=0`), 200);
  return (JSON.parse(text) as { totalResults: number }).totalResults;
}

const say = (text: string): void => void (options.json || process.stdout.write(`${text}\n`));

runBench(() => onStage(scale));
