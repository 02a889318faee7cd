import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { connect as connectSocket, type Socket } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Call, connect, type Subject } from "./client.ts";
import { seedReal } from "./seed-real.ts";
import { onStage, runBench, type Stage, withDatabase } from "./stage.ts";
import { percentile } from "./turns.ts";

/*
 * What strangers and greedy clients do to a server and to its other clients.
 *   npm run bench:door -- --users 10000 --seconds 20 --only filters,brackets,connections,tokens
 * The other client reads one person after the other, at a pause of 10 ms; its p99 under attack is held against its p99 alone, just before.
 */

const { values: options } = parseArgs({
  options: {
    users: { type: "string", default: "10000" },
    seconds: { type: "string", default: "20" },
    only: { type: "string", default: "filters,brackets,connections,tokens" },
    json: { type: "boolean", default: false },
  },
});
const users = Number(options.users);
const seconds = Number(options.seconds);
const BARS = { ratio: 5, growthMb: 50 } as const;
const root = join(__dirname, "..", "..");

interface Row {
  readonly name: string;
  readonly result: Readonly<Record<string, number | string>>;
  readonly met: boolean;
}

interface Scene {
  readonly server: Subject;
  readonly port: number;
  readonly other: Subject;
}

/** Reads by the other client for so long: times in milliseconds, and answers that were not 200. */
async function readsOf({ other }: Scene, forSeconds: number) {
  const times: number[] = [];
  let failed = 0;
  const until = performance.now() + forSeconds * 1_000;
  for (let n = 0; performance.now() < until; n++) {
    const started = performance.now();
    const path =
      n % 2 === 0 ? "/scim/v2/Users?count=1" : `/scim/v2/Users?filter=${encodeURIComponent(`userName eq "user.${n}@example.com"`)}`;
    const status = await other.send({ method: "GET", path }).then(
      (answer) => answer.status,
      () => 0,
    );
    times.push(performance.now() - started);
    if (status !== 200) failed += 1;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  times.sort((left, right) => left - right);
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), reads: times.length, failed };
}

async function beside(
  scene: Scene,
  name: string,
  attack: (isOver: () => boolean) => Promise<Readonly<Record<string, number>>>,
): Promise<Row> {
  const idle = await readsOf(scene, seconds / 2);
  let isOver = false;
  const attacking = attack(() => isOver);
  const under = await readsOf(scene, seconds);
  isOver = true;
  const statuses = await attacking;
  const ratio = under.p99 / idle.p99;
  const result = {
    "idle p50": round(idle.p50),
    "idle p99": round(idle.p99),
    p50: round(under.p50),
    p99: round(under.p99),
    ratio: round(ratio),
    failed: `${under.failed} of ${under.reads}`,
    attacker: JSON.stringify(statuses),
  };
  return { name, result, met: ratio <= BARS.ratio && under.failed === 0 };
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** So many senders, one request after the other each; how often each status was answered. */
async function flood(senders: number, isOver: () => boolean, send: () => Promise<number>) {
  const statuses: Record<string, number> = {};
  await Promise.all(
    Array.from({ length: senders }, async () => {
      while (!isOver()) {
        const status = await send().catch(() => 0);
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
    }),
  );
  return statuses;
}

const statusOf = (server: Subject, call: Call) => server.send(call).then(({ status }) => status);

function filters(scene: Scene): Promise<Row> {
  const filter = Array.from({ length: 45 }, (_, at) => `emails.value co "nobody${at}@"`).join(" or ");
  const call: Call = { method: "GET", path: `/scim/v2/Users?filter=${encodeURIComponent(filter)}` };
  return beside(scene, "24 slow filters of one client", (isOver) => flood(24, isOver, () => statusOf(scene.server, call)));
}

function brackets(scene: Scene): Promise<Row> {
  const call: Call = { method: "POST", path: "/scim/v2/Users", body: "[".repeat(1_000_000) };
  return beside(scene, "4 connections of 1 MB of [", (isOver) => flood(4, isOver, () => statusOf(scene.server, call)));
}

function connections(scene: Scene): Promise<Row> {
  return beside(scene, "3,000 half-open connections", async (isOver) => {
    const open = new Set<Socket>();
    let made = 0;
    while (!isOver()) {
      if (open.size < 3_000) {
        const socket = connectSocket({ port: scene.port, host: "127.0.0.1", allowHalfOpen: true });
        open.add(socket);
        made += 1;
        socket.on("connect", () => socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nX-A:"));
        socket.on("error", () => undefined);
        socket.on("close", () => open.delete(socket));
      }
      if (open.size >= 3_000 || made % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const kept = open.size;
    for (const socket of open) socket.destroy();
    return { made, kept };
  });
}

async function tokens({ server, port }: Scene): Promise<Row> {
  const before = server.rssMb();
  const until = performance.now() + Math.max(seconds, 20) * 1_000;
  let most = before;
  const statuses = await flood(
    16,
    () => performance.now() > until,
    async () => {
      most = Math.max(most, server.rssMb());
      const form = `grant_type=client_credentials&client_id=${randomBytes(400).toString("hex")}&client_secret=x`;
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const answer = await fetch(`http://127.0.0.1:${port}/oauth2/token`, { method: "POST", headers, body: form });
      await answer.arrayBuffer();
      return answer.status;
    },
  );
  const growth = most - before;
  const result = { "before MB": round(before), "most MB": round(most), "growth MB": round(growth), stranger: JSON.stringify(statuses) };
  return { name: `made-up client ids for ${Math.max(seconds, 20)} s`, result, met: growth <= BARS.growthMb };
}

const SCENES = { filters, brackets, connections, tokens } as const;

async function door(stage: Stage): Promise<number> {
  const database = await stage.database("door");
  const server = await stage.server("door", database, { clients: 32, more: { CONCURRENT_REQUESTS_PER_CLIENT: "" } });
  await withDatabase(database, (db) => seedReal(db, server, { users }));
  const command = (...args: readonly string[]) =>
    execFileSync(process.execPath, [join(root, "bin", "dingtalk-scim.js"), ...args, "--json"], {
      encoding: "utf8",
      env: { ...process.env, DATABASE_URL: database },
    });
  command("source", "create", "--name", "other", "--kind", "other");
  const { token } = JSON.parse(command("token", "create", "--name", "other", "--source", "other")) as { token: string };
  const port = server.port;
  const scene: Scene = { server, port, other: connect("other", port, server.pids[0]!, token, 1) };
  await readsOf(scene, 2);
  const rows: Row[] = [];
  for (const name of options.only.split(",")) rows.push(await SCENES[name as keyof typeof SCENES](scene));
  if (options.json) process.stdout.write(`${JSON.stringify(rows)}\n`);
  else
    for (const { name, result, met } of rows)
      process.stdout.write(
        `${met ? "met    " : "NOT MET"} ${name}: ${Object.entries(result)
          .map(([key, value]) => `${key} ${value}`)
          .join(" · ")}\n`,
      );
  return rows.every(({ met }) => met) ? 0 : 1;
}

runBench(() => onStage(door));
