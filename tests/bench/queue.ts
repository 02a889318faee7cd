import { parseArgs } from "node:util";
import type { Subject } from "./client.ts";
import { seedReal } from "./seed-real.ts";
import { onStage, runBench, type ServerSettings, type Simulator, type Stage, withDatabase } from "./stage.ts";
import { type Figures, figuresOf, figuresText, inTurns } from "./turns.ts";
import { workloads } from "./workloads.ts";

/*
 * What the queue and the worker cost those who write over SCIM:
 *   npm run build && node tests/support/run-typescript.cjs tests/bench/queue.ts --users 10000 --pending 100000 --seconds 6
 * 1. Creates while people are being synchronised (ROLE=all, DingTalk at its usual rate) against creates that nobody works on (ROLE=api: marks and wake-ups
 *    are written, no loop runs).
 * 2. Reads, creates and updates with DingTalk down and so many entities pending, against the same directory with DingTalk up and nothing pending. `--down`
 *    says how it is down: refused (no such port), http500, or silent (takes every call and drops it after ten seconds).
 * Whoever is not measured stands still meanwhile, so that its loop takes nothing from the other.
 */

const { values: options } = parseArgs({
  options: {
    users: { type: "string", default: "10000" },
    pending: { type: "string", default: "100000" },
    down: { type: "string", default: "refused" },
    clients: { type: "string", default: "8" },
    seconds: { type: "string", default: "6" },
    json: { type: "boolean", default: false },
  },
});
const clients = Number(options.clients);
const turns = { clients, turns: Number(options.seconds), standStill: true };
const FAULTS = {
  http500: { fault: "http500" },
  silent: { fault: "timeout_before", delayMs: 10_000 },
} as const;

interface Row {
  readonly workload: string;
  readonly better: Figures;
  readonly worse: Figures;
  readonly ratio: number;
  readonly bar: number;
}

async function queue(stage: Stage): Promise<number> {
  const rows = [...(await onAndOff(stage)), ...(await upAndDown(stage))];
  if (options.json) process.stdout.write(`${JSON.stringify({ ...options, rows })}\n`);
  return rows.every(({ ratio, bar }) => ratio >= bar) ? 0 : 1;
}

async function onAndOff(stage: Stage): Promise<readonly Row[]> {
  const users = Number(options.users);
  const off = await start(stage, "sync_off", users, { clients, more: { ROLE: "api" } });
  const on = await start(stage, "sync_on", users, { clients, dingtalk: await stage.simulator(20) });
  return compare(["create"], users, "sync off", off.server, "sync on", on.server, 0.85);
}

async function upAndDown(stage: Stage): Promise<readonly Row[]> {
  const users = Number(options.pending);
  const dingtalk = await stage.simulator(20);
  const idle = await start(stage, "idle", users, { clients, dingtalk: await stage.simulator(20) });
  const down = await start(stage, "down", users, { clients, dingtalk });
  await takeDown(dingtalk);
  await withDatabase(down.database, async (db) => {
    await db.query(
      `update entity_states set state = 'due', desired_generation = 2, next_at = now(), due_since = now() where kind = 'user'`,
    );
    await db.query("vacuum analyze entity_states");
  });
  const rows = await compare(
    ["read by id", "create", "update"],
    users,
    "idle",
    idle.server,
    `down, ${users} pending`,
    down.server,
    0.9,
  );
  const { rows: left } = await withDatabase(down.database, (db) =>
    db.query("select count(*)::int as n from entity_states where state = 'due'"),
  );
  if (left[0].n < users) throw new Error(`only ${left[0].n} of ${users} were pending to the end`);
  return rows;
}

async function takeDown(dingtalk: Simulator): Promise<void> {
  const { down } = options;
  if (down === "refused") await dingtalk.stop();
  else
    await dingtalk.post("faults", {
      match: "/",
      times: 1_000_000_000,
      ...FAULTS[down as keyof typeof FAULTS],
    });
}

async function start(stage: Stage, name: string, users: number, settings: ServerSettings) {
  const database = await stage.database(name);
  const server = await stage.server(name, database, settings);
  await withDatabase(database, (db) => seedReal(db, server, { users }));
  return { server, database };
}

async function compare(
  names: readonly string[],
  users: number,
  better: string,
  first: Subject,
  worse: string,
  second: Subject,
  bar: number,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { name, real } of workloads({ users, groupSizes: [] }).filter((each) =>
    names.includes(each.name),
  )) {
    const contenders = [first, second].map((subject) => ({
      subject,
      iteration: (n: number) => real(subject, n),
    }));
    const [one, other] = (await inTurns(contenders, turns)).map(figuresOf) as [Figures, Figures];
    const row = { workload: name, better: one, worse: other, ratio: other.perSecond / one.perSecond, bar };
    rows.push(row);
    if (!options.json)
      process.stdout.write(
        `${name.padEnd(12)} ${better}: ${figuresText(one)}  | ${worse}: ${figuresText(other)}  | ratio ${row.ratio.toFixed(2)} (bar ${bar})\n`,
      );
  }
  return rows;
}

runBench(() => onStage(queue));
