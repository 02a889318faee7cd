import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/core/clock.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/database/embedded/embedded.ts";
import { postmasterOf } from "../../src/database/embedded/postmaster.ts";
import { processesIn } from "../../src/database/embedded/processes.ts";
import { type Load, type Sent, startLoad } from "../support/network/load.ts";
import { openProxy, type TcpProxy } from "../support/network/proxy.ts";
import { removeLeftover } from "../support/postgres/leftovers.cjs";
import { openPlace, type Place, type Run, type Settings } from "../support/server.ts";
import { temporaryRoot } from "../support/temporary-root.ts";

/*
 * The database restarts again and again, or freezes, while real processes are at work. A short version of
 * some unless OUTAGE_ROUNDS (restarts for each choice of roles) and OUTAGE_SECONDS (of a freeze) are set, as
 * `npm run test:outages` does.
 */

const LONG = process.env.OUTAGE_ROUNDS !== undefined;
const ROUNDS = Number(process.env.OUTAGE_ROUNDS ?? "2");
const FREEZE_MS = Number(process.env.OUTAGE_SECONDS ?? "6") * 1_000;
/** Between two restarts. */
const UP_MS = LONG ? 5_000 : 1_000;
const TOKEN = "a-bootstrap-token-of-forty-characters-00";
/** What is asked of one answer, and what the machine may add. */
const ANSWER_MS = 5_000;
const BACK_MS = 3_000;
const STOP_MS = 25_000;

jest.setTimeout(180_000 + ROUNDS * 30_000 + FREEZE_MS * 3);

/** With the server's own default, every crash would take what was acknowledged a moment ago. */
const CARELESS = {
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
  wal_writer_delay: "10s",
};

let folder: string;
let postgres: EmbeddedPostgres;
let proxy: TcpProxy;
let place: Place;
let load: Load | undefined;
const cluster = () => join(folder, "postgres", "cluster");

beforeEach(async () => {
  folder = mkdtempSync(join(temporaryRoot(), "outages-"));
  postgres = await startEmbeddedPostgres({ dataDir: folder, logger: silentLogger, settings: CARELESS });
  proxy = await openProxy(postgres.url);
  place = await openPlace();
});
afterEach(async () => {
  await load?.stop();
  load = undefined;
  await place.clear();
  await proxy.close();
  await postgres.stop();
  await removeLeftover(folder);
});

const settingsWith = (more: Settings): Settings => ({
  DATABASE_URL: proxy.through(postgres.url),
  BOOTSTRAP_TOKEN: TOKEN,
  RATE_LIMIT_PER_CLIENT: "0",
  LOG_LEVEL: "silent",
  // Some thousand people are acknowledged: at DingTalk's own rate it would take minutes until all of them are
  // there.
  DINGTALK_QPS: "1000",
  ...more,
});

const startAll = async (roles: readonly string[]): Promise<readonly Run[]> => {
  const runs: Run[] = [];
  for (const role of roles) runs.push(await place.start(settingsWith({ ROLE: role })));
  const lifted = await fetch(`${place.simulatorUrl}/_sim/limits`, {
    method: "POST",
    body: JSON.stringify({ qps: 0 }),
  });
  expect(lifted.status).toBe(200);
  return runs;
};

const readiness = async (): Promise<{
  readonly status: number;
  readonly checks: Readonly<Record<string, string>>;
}> => {
  const answer = await fetch(`${place.url}/readyz`);
  return {
    status: answer.status,
    checks: ((await answer.json()) as { checks: Record<string, string> }).checks,
  };
};

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await systemClock.sleep(20);
}

const isWell = ({ status }: Sent): boolean => status === 200 || status === 201;

function assertRefusedInOrder(sent: readonly Sent[]): void {
  const wrong = sent.filter((each) => !isWell(each) && !(each.status === 503 && Number(each.retryAfter) > 0));
  expect(wrong).toEqual([]);
}

const acknowledged = (sent: readonly Sent[]): readonly string[] =>
  sent.flatMap(({ id }) => (id === undefined ? [] : [id]));

async function assertNothingLost(sent: readonly Sent[]): Promise<void> {
  const ids = acknowledged(sent);
  const missing: string[] = [];
  for (const id of ids) {
    const answer = await fetch(`${place.url}/scim/v2/Users/${id}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    await answer.arrayBuffer();
    if (answer.status !== 200) missing.push(id);
  }
  expect(missing).toEqual([]);
}

/** Everybody who was acknowledged arrives in DingTalk. */
async function assertConverged(sent: readonly Sent[]): Promise<void> {
  const ids = acknowledged(sent);
  await until(async () => {
    const state = (await (await fetch(`${place.simulatorUrl}/_sim/state`)).json()) as {
      users: readonly { userid: string }[];
    };
    const there = new Set(state.users.map(({ userid }) => userid));
    return ids.every((id) => there.has(id));
  });
}

async function restart(signal: "SIGINT" | "SIGQUIT"): Promise<number> {
  const before = postmasterOf(cluster());
  if (before.state !== "running") throw new Error("no server is running");
  process.kill(before.pid, signal);
  await until(() => {
    const now = postmasterOf(cluster());
    return now.state === "running" && now.ready && now.pid !== before.pid;
  });
  return performance.now();
}

test.each(LONG ? ["all", "api and worker"] : ["all"])(
  "role %s: restarts under load end no process, refuse with 503 only, and lose nothing",
  async (roles) => {
    const runs = await startAll(roles === "all" ? ["all"] : ["api", "worker"]);
    load = startLoad(place.url, TOKEN);
    const backMs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await load.firstGood(performance.now());
      await systemClock.sleep(UP_MS);
      const upMs = await restart(round % 2 === 0 ? "SIGQUIT" : "SIGINT");
      const { atMs, ms } = await load.firstGood(upMs);
      backMs.push(atMs + ms - upMs);
    }
    await load.stop();
    const { sent } = load;
    for (const { child } of runs) expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    assertRefusedInOrder(sent);
    expect(Math.max(...backMs)).toBeLessThan(BACK_MS);
    expect(Math.max(...sent.map(({ ms }) => ms))).toBeLessThan(ANSWER_MS);
    await assertNothingLost(sent);
    await assertConverged(sent);
    expect((await readiness()).status).toBe(200);
    report(`role ${roles}: ${ROUNDS} restarts`, sent, `back after ${backMs.map(Math.round).join(", ")} ms`);
  },
);

const FREEZES: readonly (readonly [string, () => () => void])[] = [
  [
    "packets are swallowed",
    () => {
      proxy.freeze();
      return () => proxy.mend();
    },
  ],
  [
    "every process of the server is stopped",
    () => {
      const pids = processesIn(cluster());
      for (const pid of pids) process.kill(pid, "SIGSTOP");
      return () => {
        for (const pid of pids) process.kill(pid, "SIGCONT");
      };
    },
  ],
  [
    "all but the postmaster are stopped",
    () => {
      const postmaster = postmasterOf(cluster());
      const pids = processesIn(cluster()).filter(
        (pid) => postmaster.state !== "running" || pid !== postmaster.pid,
      );
      for (const pid of pids) process.kill(pid, "SIGSTOP");
      return () => {
        for (const pid of pids) process.kill(pid, "SIGCONT");
      };
    },
  ],
];

test.each(LONG ? FREEZES : FREEZES.slice(0, 1))(
  "frozen (%s): every request is answered in time, readiness tells, and all goes on afterwards",
  async (how, freeze) => {
    const [run] = await startAll(["all"]);
    load = startLoad(place.url, TOKEN);
    await load.firstGood(performance.now());
    const thaw = freeze();
    const frozenMs = performance.now();
    let told = false;
    try {
      while (performance.now() - frozenMs < FREEZE_MS) {
        told ||= (await readiness()).status === 503;
        await systemClock.sleep(200);
      }
    } finally {
      thaw();
    }
    const thawedMs = performance.now();
    const { atMs, ms } = await load.firstGood(thawedMs);
    await until(async () => (await readiness()).status === 200);
    await load.stop();
    const { sent } = load;
    expect([run!.child.exitCode, run!.child.signalCode]).toEqual([null, null]);
    assertRefusedInOrder(sent);
    expect(Math.max(...sent.map(({ ms }) => ms))).toBeLessThan(ANSWER_MS);
    expect(atMs + ms - thawedMs).toBeLessThan(BACK_MS);
    // With the postmaster alive, new connections work, and nobody has to be refused for long.
    if (!how.startsWith("all but")) expect(told).toBe(true);
    await assertNothingLost(sent);
    await assertConverged(sent);
    report(`frozen: ${how}`, sent, `back after ${Math.round(atMs + ms - thawedMs)} ms`);
  },
);

test("SIGTERM while the database is frozen ends in time, under load too", async () => {
  const [run] = await startAll(["all"]);
  load = startLoad(place.url, TOKEN);
  await load.firstGood(performance.now());
  proxy.freeze();
  await until(async () => (await readiness()).status === 503);
  const beganMs = performance.now();
  run!.child.kill("SIGTERM");
  expect(await run!.ended()).toBe(0);
  const tookMs = performance.now() - beganMs;
  expect(tookMs).toBeLessThan(STOP_MS);
  report("SIGTERM while frozen", [], `ended after ${Math.round(tookMs)} ms`);
});

function report(what: string, sent: readonly Sent[], more: string): void {
  const refused = sent.filter(({ status }) => status === 503).length;
  const slowestMs = Math.round(Math.max(0, ...sent.map(({ ms }) => ms)));
  if (LONG)
    process.stderr.write(
      `${what}: ${sent.length} requests, ${refused} refused, slowest ${slowestMs} ms; ${more}\n`,
    );
}
