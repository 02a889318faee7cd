import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ended, firstLine, startProgram } from "../support/programs.ts";
import { connect, type Subject } from "./client.ts";
import { seedReal } from "./seed-real.ts";
import { onStage, runBench, type Stage, withDatabase } from "./stage.ts";
import { percentile } from "./turns.ts";

/*
 * What strangers and greedy clients do to a server, with its limits as they are unless told, and to its other
 * clients.
 *   npm run bench:door -- --users 10000 --seconds 20 --only filters,brackets,connections,tokens
 * The other client makes one small request after the other, at a pause of 25 ms, below its rate limit; its
 * p99 under attack is held against its p99 alone, just before. "Elsewhere" is its p99 while the same attack
 * goes to a program of its own: what the attacker takes from the machine, not from the server.
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
/** Between two requests of the other client: 40 a second at most, RATE_LIMIT_PER_CLIENT is 50. */
const PAUSE_MS = 25;
const BARS = { ratio: 5, growthMb: 50 } as const;
const program = join(__dirname, "..", "..", "bin", "dingtalk-scim.js");
const TITLES: Readonly<Record<string, string>> = {
  filters: "24 slow filters of one client",
  brackets: "4 connections of 1 MB of [",
  connections: "3,000 half-open connections",
  tokens: "made-up client ids",
};

interface Scene {
  readonly server: Subject;
  readonly greedyToken: string;
  readonly other: Subject;
}

/** Requests of the other client for so long: times in milliseconds, and answers that were not 200. */
async function requestsOf({ other }: Scene, forSeconds: number) {
  const times: number[] = [];
  let failed = 0;
  const until = performance.now() + forSeconds * 1_000;
  for (let n = 0; performance.now() < until; n++) {
    const match = encodeURIComponent(`userName eq "nobody.${n}@example.com"`);
    const path = n % 2 === 0 ? "/scim/v2/Users?count=1" : `/scim/v2/Users?filter=${match}`;
    const started = performance.now();
    const status = await other.send({ method: "GET", path }).then(
      (answer) => answer.status,
      () => 0,
    );
    times.push(performance.now() - started);
    if (status !== 200) failed += 1;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), count: times.length, failed };
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** What the other client sees while a port is attacked, and what the attacker was answered. */
async function attackOn(port: number, attack: string, scene: Scene) {
  const attacker = startProgram(join(__dirname, "door-attack.ts"), [attack, String(port), scene.greedyToken]);
  const answered = firstLine(attacker);
  const seen = await requestsOf(scene, seconds);
  const rssMb = scene.server.rssMb();
  attacker.stdin!.end();
  const answers = await answered;
  await ended(attacker);
  return { seen, rssMb, answers };
}

async function attackElsewhere(attack: string, scene: Scene) {
  const sink = startProgram(join(__dirname, "door-sink.ts"), []);
  const { seen } = await attackOn(Number(await firstLine(sink)), attack, scene);
  sink.stdin!.end();
  await ended(sink);
  return seen;
}

async function under(scene: Scene, attack: string) {
  const { server } = scene;
  const elsewhere = await attackElsewhere(attack, scene);
  const [idle, beforeMb] = [await requestsOf(scene, seconds / 2), server.rssMb()];
  const { seen: attacked, rssMb, answers } = await attackOn(server.port, attack, scene);
  const growthMb = round(rssMb - beforeMb);
  const ratio = round(attacked.p99 / idle.p99);
  const p50 = `p50 ${round(idle.p50)} ms, then ${round(attacked.p50)}`;
  const p99 = `p99 ${round(idle.p99)} ms, then ${round(attacked.p99)} (${ratio} times; elsewhere ${round(elsewhere.p99 / idle.p99)})`;
  const text = `${TITLES[attack]}: ${p50}; ${p99}; failed ${attacked.failed} of ${attacked.count}; ${growthMb} MB more; attacker ${answers}`;
  const met =
    attacked.failed === 0 && (attack === "tokens" ? growthMb <= BARS.growthMb : ratio <= BARS.ratio);
  return { attack, idle, elsewhere, attacked, ratio, growthMb, answers, met, text };
}

async function door(stage: Stage): Promise<number> {
  const database = await stage.database("door");
  const server = await stage.server("door", database, {
    clients: 32,
    more: { CONCURRENT_REQUESTS_PER_CLIENT: "", RATE_LIMIT_PER_CLIENT: "", LOG_LEVEL: "silent" },
  });
  await withDatabase(database, (db) => seedReal(db, server, { users }));
  const command = (...args: readonly string[]): string =>
    execFileSync(process.execPath, [program, ...args, "--json"], {
      encoding: "utf8",
      env: { ...process.env, DATABASE_URL: database },
    });
  const tokenOf = (source: string) =>
    (JSON.parse(command("token", "create", "--name", source, "--source", source)) as { token: string }).token;
  for (const source of ["greedy", "other"]) command("source", "create", "--name", source, "--kind", "other");
  // So that there is something to search: the greedy client is the one everybody belongs to.
  await withDatabase(database, (db) =>
    db.query("update users set source_id = (select id from sources where name = 'greedy')"),
  );
  const scene: Scene = {
    server,
    greedyToken: tokenOf("greedy"),
    other: connect("other", server.port, server.pids[0]!, tokenOf("other"), 1),
  };
  await requestsOf(scene, 2);
  const rows = [];
  for (const attack of options.only.split(",")) rows.push(await under(scene, attack));
  const lines = rows.map(({ met, text }) => `${met ? "met    " : "NOT MET"} ${text}`);
  process.stdout.write(`${options.json ? JSON.stringify(rows) : lines.join("\n")}\n`);
  return rows.every(({ met }) => met) ? 0 : 1;
}

runBench(() => onStage(door));
